//! Connection URLs: the words the driver refuses, and a `Display` without the password.
//!
//! Users paste what their host gives them. libpq's words are understood as libpq understands them
//! (`sslmode`, `sslrootcert`, `tcp_user_timeout` in milliseconds, …), the habits of other clients
//! (`pgbouncer=true`, `connection_limit`, …) are dropped with a debug line, and an unknown word is
//! an error that names it, because a misspelt `sslmode` must not silently mean "no encryption".

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};

use super::tls::{Roots, TlsMode, Verify};
use super::words::Words;

/// How long one address may take to accept a connection, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An idle connection is probed by the kernel after this long: under the 60 s at which the
/// strictest cloud load balancers forget a connection.
const KEEPALIVES_IDLE: Duration = Duration::from_secs(30);
/// Between two probes; three unanswered ones end the connection.
const KEEPALIVES_INTERVAL: Duration = Duration::from_secs(5);
/// Unanswered probes before the connection counts as dead.
const KEEPALIVES_RETRIES: u32 = 3;
/// Sent data that stays unacknowledged this long ends the connection.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(15);

/// Words that the driver understands as libpq does.
const DRIVER_WORDS: [&str; 18] = [
    "user",
    "password",
    "dbname",
    "host",
    "hostaddr",
    "port",
    "options",
    "application_name",
    "sslmode",
    "sslnegotiation",
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];
/// Words of other clients, and of libpq where nothing here depends on them.
const DROPPED_WORDS: [&str; 11] = [
    "connection_limit",
    "pool_timeout",
    "schema",
    "statement_cache_size",
    "uselibpqcompat",
    "socket_timeout",
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "sslcompression",
    "sslsni",
];

/// Why a connection URL cannot be used. No message repeats the password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlError {
    /// Nothing was given.
    #[error("the connection URL is empty; write postgresql://user:password@host:5432/database")]
    Empty,
    /// Not a PostgreSQL URL.
    #[error("a connection URL begins with postgresql:// and not with {0}://")]
    Scheme(String),
    /// The key=value form is broken.
    #[error(
        "the connection string is neither a postgresql:// URL nor key=value pairs; quote \
         a value that holds spaces: password='a b'"
    )]
    Pairs,
    /// A word nobody knows.
    #[error(
        "the connection URL has an unknown parameter \"{0}\"; correct its spelling or remove it"
    )]
    Unknown(String),
    /// A word whose value nobody knows.
    #[error("the connection URL says {name}={value}, but {name} must be {allowed}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        allowed: &'static str,
    },
    /// Two words that do not go together.
    #[error("the connection URL is contradictory: {0}")]
    Contradiction(&'static str),
    /// No host, so nowhere to connect to.
    #[error(
        "the connection URL names no host; write postgresql://user:password@host:5432/database, \
         or ?host=/path for a socket"
    )]
    NoHost,
    /// An unescaped character in the password most likely.
    #[error(
        "the connection URL has a host name with \"@\" in it; write @ in a password as \
         %40, / as %2F, ? as %3F, # as %23 and : as %3A"
    )]
    Unescaped,
    /// The driver refuses the rest.
    #[error("the connection URL cannot be read: {0}")]
    Driver(String),
}

/// A database to connect to. Prints without its password.
#[derive(Clone)]
pub struct DatabaseUrl {
    config: Config,
    tls: TlsMode,
    words: Words,
    pgbouncer: bool,
}

impl DatabaseUrl {
    /// Reads a `postgresql://` URL or a key=value connection string.
    ///
    /// # Errors
    /// Names the word that is unknown, contradictory or has an impossible value.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Self::from_words(Words::split(text)?)
    }

    /// Everything the driver needs, time-outs and keepalives included.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is verified of the server, and with which certificates.
    pub fn tls(&self) -> &TlsMode {
        &self.tls
    }

    /// Whether the address is known to be a transaction pooler's, behind which LISTEN, session
    /// advisory locks and SET do not work: Neon's `-pooler` hosts, Supabase's port 6543, and
    /// whatever the URL marks with `pgbouncer=true`.
    pub fn is_pooler(&self) -> bool {
        let address = self.words.address();
        self.pgbouncer || direct_address(&address) != address
    }

    /// The same database without the pooler, where that can be told from the address: Neon's host
    /// loses `-pooler`, Supabase's port 6543 becomes 5432. Otherwise the same URL.
    pub fn direct(&self) -> DatabaseUrl {
        let mut words = self.words.clone();
        words.change_address(direct_address);
        words.take("pgbouncer");
        // What was readable stays readable: only an address was exchanged for a shorter one.
        Self::from_words(words).unwrap_or_else(|_| self.clone())
    }

    /// The connection string with its password, for libpq in a child process. Never for a log.
    pub fn reveal(&self) -> String {
        let mut words = self.words.clone();
        drop_foreign(&mut words);
        words.take("pgbouncer");
        words.join()
    }

    /// Takes our words out, lets the driver read the rest, and adds what is missing.
    fn from_words(given: Words) -> Result<Self, UrlError> {
        let mut words = given.clone();
        let tls = take_tls(&mut words)?;
        let user_timeout = take_user_timeout(&mut words)?;
        let pgbouncer = words.take("pgbouncer").is_some_and(|value| value == "true");
        translate(&mut words);
        drop_foreign(&mut words);
        if let Some(name) = words.names().find(|name| !DRIVER_WORDS.contains(name)) {
            return Err(UrlError::Unknown(name.to_owned()));
        }
        let interval_given = words.names().any(|name| name == "keepalives_interval");
        let retries_given = words.names().any(|name| name == "keepalives_retries");
        let idle_given = words.names().any(|name| name == "keepalives_idle");
        let mut config: Config = words.join().parse().map_err(|error| driver_error(&error))?;
        check(&mut config)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if !idle_given {
            config.keepalives_idle(KEEPALIVES_IDLE);
        }
        if !interval_given {
            config.keepalives_interval(KEEPALIVES_INTERVAL);
        }
        if !retries_given {
            config.keepalives_retries(KEEPALIVES_RETRIES);
        }
        config.tcp_user_timeout(user_timeout.unwrap_or(TCP_USER_TIMEOUT));
        Ok(Self {
            config,
            tls,
            words: given,
            pgbouncer,
        })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports = self.config.get_ports();
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let mut socket = None;
        let mut hosts = Vec::new();
        for (at, host) in self.config.get_hosts().iter().enumerate() {
            match host {
                Host::Tcp(name) if name.contains(':') => {
                    hosts.push(format!("[{name}]:{}", port(at)))
                }
                Host::Tcp(name) => hosts.push(format!("{name}:{}", port(at))),
                #[cfg(unix)]
                Host::Unix(path) => socket = Some((path.display(), port(at))),
            }
        }
        f.write_str("postgresql://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        let database = self
            .config
            .get_dbname()
            .or(self.config.get_user())
            .unwrap_or_default();
        write!(f, "{}/{database}", hosts.join(","))?;
        match socket {
            Some((path, port)) => write!(f, "?host={path}&port={port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// Takes the TLS words out, and leaves the driver the mode it knows.
fn take_tls(words: &mut Words) -> Result<TlsMode, UrlError> {
    let mode = words.take("sslmode");
    let roots = words.take("sslrootcert").filter(|value| !value.is_empty());
    let system = roots.as_deref() == Some("system");
    // libpq: naming the system's roots without a mode means full verification.
    let mode = mode.unwrap_or_else(|| if system { "verify-full" } else { "prefer" }.to_owned());
    let (driver_mode, verify) = match mode.as_str() {
        "disable" => ("disable", Verify::Nothing),
        "allow" | "prefer" => ("prefer", Verify::Nothing),
        // libpq: `require` with a certificate at hand verifies the chain.
        "require" if roots.is_some() => ("require", Verify::Chain),
        "require" => ("require", Verify::Nothing),
        "verify-ca" => ("require", Verify::Chain),
        "verify-full" => ("require", Verify::ChainAndName),
        _ => {
            return Err(UrlError::Value {
                name: "sslmode",
                value: mode,
                allowed: "disable, prefer, require, verify-ca or verify-full",
            });
        }
    };
    if system && verify != Verify::ChainAndName {
        return Err(UrlError::Contradiction(
            "sslrootcert=system needs sslmode=verify-full",
        ));
    }
    words.put("sslmode", driver_mode);
    let roots = match roots {
        Some(path) if !system => Roots::File(PathBuf::from(path)),
        _ => Roots::System,
    };
    let client = match (words.take("sslcert"), words.take("sslkey")) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
        _ => {
            return Err(UrlError::Contradiction(
                "sslcert and sslkey are given together or not at all",
            ));
        }
    };
    Ok(TlsMode {
        verify,
        roots,
        client,
    })
}

/// libpq gives this time in milliseconds where the driver would read seconds.
fn take_user_timeout(words: &mut Words) -> Result<Option<Duration>, UrlError> {
    let Some(value) = words.take("tcp_user_timeout") else {
        return Ok(None);
    };
    match value.parse::<u64>() {
        Ok(milliseconds) => Ok(Some(Duration::from_millis(milliseconds))),
        Err(_) => Err(UrlError::Value {
            name: "tcp_user_timeout",
            value,
            allowed: "a number of milliseconds",
        }),
    }
}

/// Says in the driver's words what libpq says in others.
fn translate(words: &mut Words) {
    if let Some(count) = words.take("keepalives_count") {
        words.put("keepalives_retries", &count);
    }
    if let Some(wanted) = words.take("target_session_attrs") {
        words.put(
            "target_session_attrs",
            if wanted == "primary" {
                "read-write"
            } else {
                &wanted
            },
        );
    }
}

/// Drops the words of other clients.
fn drop_foreign(words: &mut Words) {
    for name in DROPPED_WORDS {
        if words.take(name).is_some() {
            tracing::debug!(
                parameter = name,
                "the connection URL's parameter has no effect here"
            );
        }
    }
}

/// Refuses what would only fail later with a worse message.
fn check(config: &mut Config) -> Result<(), UrlError> {
    if config.get_hosts().is_empty() {
        // The certificate is verified against the host; with an address alone, that is the host.
        let addresses: Vec<String> = config
            .get_hostaddrs()
            .iter()
            .map(ToString::to_string)
            .collect();
        if addresses.is_empty() {
            return Err(UrlError::NoHost);
        }
        for address in addresses {
            config.host(address);
        }
    }
    let unescaped = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
    if config.get_hosts().iter().any(unescaped) {
        return Err(UrlError::Unescaped);
    }
    if config.get_ssl_negotiation() == SslNegotiation::Direct
        && config.get_ssl_mode() != SslMode::Require
    {
        return Err(UrlError::Contradiction(
            "sslnegotiation=direct needs sslmode=require or more",
        ));
    }
    Ok(())
}

/// The driver's complaint without the text it complains about, which may hold the password.
fn driver_error(error: &tokio_postgres::Error) -> UrlError {
    let reason =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    UrlError::Driver(reason)
}

/// The direct address of a pooled one: Neon marks the host, Supabase the port.
fn direct_address(address: &str) -> String {
    let direct = address.replace("-pooler.", ".");
    if direct.contains(".pooler.supabase.com") {
        direct.replace(":6543", ":5432")
    } else {
        direct
    }
}
