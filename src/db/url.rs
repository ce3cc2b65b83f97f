//! Connection URLs: the words the driver refuses, and a `Display` without the password.
//!
//! Users paste what their host gives them. libpq's words are understood as libpq understands them
//! (`sslmode`, `sslrootcert`, `tcp_user_timeout` in milliseconds, …), the habits of other clients
//! (`pgbouncer=true`, `connection_limit`, …) are dropped with a debug line, and an unknown word is
//! an error that names it, because a misspelt `sslmode` must not silently mean "no encryption".

use std::fmt;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};

use super::libpq;
use super::tls::TlsMode;
use super::url_error::UrlError;
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

    /// Another database on the same server.
    pub fn on_database(&self, name: &str) -> DatabaseUrl {
        let mut words = self.words.clone();
        words.take("dbname");
        // As a parameter it wins over the path.
        words.put("dbname", name);
        Self::from_words(words).unwrap_or_else(|_| self.clone())
    }

    /// The connection string with its password, for libpq in a child process. Never for a log.
    pub fn reveal(&self) -> String {
        let mut words = self.words.clone();
        libpq::drop_foreign(&mut words);
        words.take("pgbouncer");
        words.join()
    }

    /// Takes our words out, lets the driver read the rest, and adds what is missing.
    fn from_words(given: Words) -> Result<Self, UrlError> {
        let mut words = given.clone();
        let tls = libpq::take_tls(&mut words)?;
        let user_timeout = libpq::take_user_timeout(&mut words)?;
        let pgbouncer = words.take("pgbouncer").is_some_and(|value| value == "true");
        libpq::translate(&mut words);
        libpq::drop_foreign(&mut words);
        libpq::refuse_unknown(&words)?;
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
