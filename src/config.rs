//! Every flag and variable, once; secrets are wrapped, and all is checked before anything starts.
//!
//! Nothing else reads the environment, or `.env`, which stands in for it. A variable that is set
//! but empty counts as unset, because shells and compose files make them so; clap alone would take
//! the empty text for a value.
//! Nothing here is parsed by clap that may hold a secret: clap repeats what it cannot read.

mod chat;
mod env_file;
mod texts;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, Args, Command, ValueEnum, ValueHint};
use secrecy::{ExposeSecret, SecretString};

use crate::db::embedded::{Cluster, Search};
use crate::db::{DatabaseUrl, UrlError};
use crate::engine::Frugal;
use crate::http;
use crate::providers::alerting::MailConfig;
use crate::providers::apify::{self, ApifyConfig};
use crate::providers::ghl::PublicKeyError;
use crate::providers::http::{BaseUrl, BaseUrlError};
use crate::providers::millionverifier::{self, MillionVerifierConfig};
use crate::providers::webhook::Variables;

pub use chat::Chat;
pub use env_file::load as load_env_file;
pub use texts::{NotificationKeys, Texts};

/// Beside the directory of the cluster, for the one that the demo makes.
const DEMO_SUFFIX: &str = "-demo";

/// The heading of the database's flags in `--help`.
const DATABASE: &str = "Database";
/// The heading of the providers' flags in `--help`.
const PROVIDERS: &str = "Providers";
/// The heading of the alerts' flags in `--help`.
const ALERTS: &str = "Alerts";
/// The heading of the HTTP door's flags in `--help`.
const HTTP: &str = "HTTP";
/// Where the door is unless somebody says otherwise.
const HTTP_ADDRESS: &str = "127.0.0.1:5000";
/// The heading of the log's flags in `--help`.
const LOG: &str = "Log";

/// A setting that cannot be used. It repeats no value, which may hold a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A connection URL.
    #[error("{name} cannot be used: {reason}")]
    DatabaseUrl {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        reason: UrlError,
    },
    /// Where the HTTP door is to be.
    #[error("PGCASCADE_HTTP_ADDR cannot be used: write an address such as 127.0.0.1:5000, or off")]
    HttpAddress,
    /// A provider's address.
    #[error("{name} cannot be used: {reason}")]
    BaseUrl {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        reason: BaseUrlError,
    },
    /// A setting without which another is of no use.
    #[error("{name} is not set, and {beside} is of no use without it: set both or none")]
    Missing {
        /// The variable that is missing.
        name: &'static str,
        /// The one that is set.
        beside: &'static str,
    },
    /// A secret that could be guessed.
    #[error("{name} is too short: make it at least {chars_min} random characters")]
    ShortSecret {
        /// The variable.
        name: &'static str,
        /// The fewest characters.
        chars_min: usize,
    },
    /// GoHighLevel's keys.
    #[error("GHL_WEBHOOK_PUBLIC_KEY cannot be used: {0}")]
    PublicKey(PublicKeyError),
    /// The chat model's prices.
    #[error(
        "OPENAI_PRICES cannot be used: write three prices of a million tokens in US dollars, \
         like 0.4,0.1,1.6"
    )]
    Prices,
}

/// The cluster of our own, where no database is given.
#[derive(Debug, Clone, Args)]
pub struct OwnCluster {
    /// Directory of the PostgreSQL cluster that is used where no DATABASE_URL is set
    ///
    /// Default: ~/.local/share/pgcascade, as root /var/lib/pgcascade.
    #[arg(long, env = "PGCASCADE_DATA_DIR", value_name = "DIR", value_hint = ValueHint::DirPath,
          global = true, help_heading = DATABASE)]
    pub data_dir: Option<PathBuf>,

    /// Directory of initdb, pg_ctl and postgres; found by itself where packages install them
    #[arg(long, env = "PGCASCADE_PG_BIN", value_name = "DIR", value_hint = ValueHint::DirPath,
          global = true, help_heading = DATABASE)]
    pub pg_bin: Option<PathBuf>,

    /// Use the cluster that `pgcascade demo` made, whatever DATABASE_URL says
    #[arg(long, global = true, help_heading = DATABASE)]
    pub demo: bool,
}

impl OwnCluster {
    /// The directory; the demo's is beside the other.
    pub fn dir(&self) -> PathBuf {
        let data_home = std::env::var_os("XDG_DATA_HOME").filter(|home| !home.is_empty());
        let dir = self
            .data_dir
            .clone()
            .unwrap_or_else(|| Cluster::default_dir(data_home.map(PathBuf::from).as_deref()));
        if !self.demo {
            return dir;
        }
        let mut name = dir.file_name().unwrap_or_default().to_owned();
        name.push(DEMO_SUFFIX);
        dir.with_file_name(name)
    }

    /// The command that makes this cluster.
    pub fn made_by(&self) -> &'static str {
        match self.demo {
            true => "pgcascade demo",
            false => "pgcascade deploy",
        }
    }

    /// Where to look for the server's programs.
    pub fn search(&self) -> Search {
        Search::new(self.pg_bin.clone(), std::env::var_os("PATH").as_deref())
    }
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Database {
    /// PostgreSQL 15 to 18, as postgresql://user:password@host:port/database
    ///
    /// May be a pooler's address. Without it pgcascade runs a cluster of its own.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true,
          global = true, help_heading = DATABASE)]
    pub database_url: Option<SecretString>,

    /// The same database without a pooler, for LISTEN and for deploying [default: DATABASE_URL]
    #[arg(long, env = "PGCASCADE_LISTEN_URL", value_name = "URL", hide_env_values = true,
          global = true, help_heading = DATABASE)]
    pub listen_url: Option<SecretString>,

    /// The cluster of our own.
    #[command(flatten)]
    pub own: OwnCluster,
}

/// Two addresses of one database.
#[derive(Debug, Clone)]
pub struct Urls {
    /// For work, perhaps a pooler's.
    pub work: DatabaseUrl,
    /// Direct: for LISTEN, locks and migrations.
    pub direct: DatabaseUrl,
}

impl Database {
    /// The addresses, if a database was given and `--demo` was not.
    ///
    /// # Errors
    /// A URL that cannot be read.
    pub fn urls(&self) -> Result<Option<Urls>, ConfigError> {
        let Some(work) = &self.database_url else {
            return Ok(None);
        };
        let work = url("DATABASE_URL", work)?;
        let direct = match &self.listen_url {
            Some(direct) => url("PGCASCADE_LISTEN_URL", direct)?,
            None => work.direct(),
        };
        Ok((!self.own.demo).then_some(Urls { work, direct }))
    }
}

/// What a daemon may be told.
#[derive(Debug, Clone, Args)]
pub struct Daemon {
    /// Most database connections of this daemon, the one for LISTEN not counted
    #[arg(long, env = "PGCASCADE_CONNECTIONS", value_name = "N", default_value_t = 12,
          value_parser = clap::value_parser!(u16).range(4..=500))]
    pub connections: u16,

    /// After a stop, seconds that calls under way may take to finish
    #[arg(long, env = "PGCASCADE_DRAIN_SECS", value_name = "SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub drain_secs: u64,

    /// Whether it stays awake
    #[arg(long, env = "PGCASCADE_MODE", value_enum, default_value_t = Mode::Awake)]
    pub mode: Mode,

    /// Frugal: minutes after which it looks at the latest; POST /wake has it look at once
    #[arg(long, env = "PGCASCADE_LOOK_EVERY_MINS", value_name = "MINUTES", default_value_t = 15,
          value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub look_every_mins: u64,
}

/// Whether a daemon stays awake while nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Listens all the time: what is emitted is begun within milliseconds
    Awake,
    /// Closes its sessions while nothing is to be done, so that a database that costs by the hour
    /// can sleep; what is emitted meanwhile waits for the next look
    Frugal,
}

/// Where the daemon answers over HTTP, and whom.
#[derive(Debug, Clone, Args)]
pub struct Http {
    /// Where /healthz, /readyz and /metrics are; off: nowhere [default: 127.0.0.1:5000]
    #[arg(long, env = "PGCASCADE_HTTP_ADDR", value_name = "ADDRESS", help_heading = HTTP)]
    pub http_addr: Option<String>,

    /// The token that every request must carry; without one only loopback may be opened
    #[arg(long, env = "PGCASCADE_API_TOKEN", value_name = "TOKEN", hide_env_values = true,
          help_heading = HTTP)]
    pub api_token: Option<SecretString>,

    /// How many requests a second one client may make of the API; 0: any number
    #[arg(long, env = "PGCASCADE_HTTP_RATE", value_name = "PER_SECOND", default_value_t = 50,
          help_heading = HTTP)]
    pub http_rate: u32,
}

impl Http {
    /// Settings of the door; None when it is to stay shut.
    ///
    /// # Errors
    /// Not an address.
    pub fn settings(&self) -> Result<Option<http::Settings>, ConfigError> {
        let text = self.http_addr.as_deref().map(str::trim);
        if text == Some("off") {
            return Ok(None);
        }
        let address = text.unwrap_or(HTTP_ADDRESS).parse();
        Ok(Some(http::Settings {
            address: address.map_err(|_| ConfigError::HttpAddress)?,
            is_default: text.is_none(),
            token: self.api_token.clone(),
            rate: self.http_rate,
        }))
    }
}

impl Daemon {
    /// How to sleep; None: not at all.
    pub fn frugal(&self) -> Option<Frugal> {
        (self.mode == Mode::Frugal).then(|| Frugal {
            idle_after: Duration::from_secs(30),
            shortest: Duration::from_secs(60),
            longest: Duration::from_secs(60 * self.look_every_mins),
        })
    }

    /// [`Self::drain_secs`] as a duration.
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_secs)
    }
}

/// The outside services. One without a key runs as its sandbox: offline, free, inventing answers.
#[derive(Debug, Clone, Args)]
pub struct Providers {
    /// Apify's token; without it contacts are invented by a sandbox
    #[arg(long, env = "APIFY_TOKEN", value_name = "TOKEN", hide_env_values = true,
          help_heading = PROVIDERS)]
    pub apify_token: Option<SecretString>,

    /// The Apify actor that finds people by company domain
    #[arg(long, env = "APIFY_ACTOR", value_name = "ACTOR", default_value = apify::ACTOR,
          help_heading = PROVIDERS)]
    pub apify_actor: String,

    /// Where Apify is
    #[arg(long, env = "APIFY_BASE_URL", value_name = "URL", default_value = apify::BASE_URL,
          hide_env_values = true, help_heading = PROVIDERS)]
    pub apify_base_url: String,

    /// MillionVerifier's key; without it verdicts on addresses are invented by a sandbox
    #[arg(long, env = "MILLIONVERIFIER_API_KEY", value_name = "KEY", hide_env_values = true,
          help_heading = PROVIDERS)]
    pub millionverifier_api_key: Option<SecretString>,

    /// Where MillionVerifier is
    #[arg(long, env = "MILLIONVERIFIER_BASE_URL", value_name = "URL",
          default_value = millionverifier::BASE_URL, hide_env_values = true,
          help_heading = PROVIDERS)]
    pub millionverifier_base_url: String,

    /// Who sends texts.
    #[command(flatten)]
    pub texts: Texts,

    /// Who writes and reads them.
    #[command(flatten)]
    pub chat: Chat,

    /// Whom alerts reach.
    #[command(flatten)]
    pub alerts: Alerts,
}

/// Where alerts are told; without a webhook, in the daemon's log.
#[derive(Debug, Clone, Args)]
pub struct Alerts {
    /// Where alerts are posted as JSON with a field text: Slack's, Mattermost's and others' form
    #[arg(long, env = "PGCASCADE_ALERT_WEBHOOK", value_name = "URL", hide_env_values = true,
          help_heading = ALERTS)]
    pub alert_webhook: Option<SecretString>,

    /// Who is mailed about alerts: addresses, separated by commas
    #[arg(long, env = "PGCASCADE_ALERT_EMAIL", value_name = "ADDRESSES", requires = "smtp_url",
          help_heading = ALERTS)]
    pub alert_email: Option<String>,

    /// The sender of those mails
    #[arg(long, env = "PGCASCADE_ALERT_FROM", value_name = "ADDRESS", help_heading = ALERTS,
          default_value = "pgcascade@localhost")]
    pub alert_from: String,

    /// The server that sends them, as smtps://user:password@host or smtp://host:587?tls=required
    #[arg(long, env = "PGCASCADE_SMTP_URL", value_name = "URL", hide_env_values = true,
          help_heading = ALERTS)]
    pub smtp_url: Option<SecretString>,
}

impl Alerts {
    /// Settings of the mails; None when nobody is to be mailed.
    pub fn mail(&self) -> Option<MailConfig> {
        Some(MailConfig {
            to: self.alert_email.clone()?,
            from: self.alert_from.clone(),
            server: self.smtp_url.clone()?,
        })
    }
}

impl Providers {
    /// Settings of Apify; None without a key. The address is checked all the same.
    ///
    /// # Errors
    /// The address is no base URL.
    pub fn apify(&self) -> Result<Option<ApifyConfig>, ConfigError> {
        let base_url = base_url("APIFY_BASE_URL", &self.apify_base_url)?;
        let config = |token: &SecretString| {
            ApifyConfig::new(base_url, token.clone(), self.apify_actor.clone())
        };
        Ok(self.apify_token.as_ref().map(config))
    }

    /// Settings of MillionVerifier; None without a key. The address is checked all the same.
    ///
    /// # Errors
    /// The address is no base URL.
    pub fn millionverifier(&self) -> Result<Option<MillionVerifierConfig>, ConfigError> {
        let base_url = base_url("MILLIONVERIFIER_BASE_URL", &self.millionverifier_base_url)?;
        let config = |key: &SecretString| MillionVerifierConfig::new(base_url, key.clone());
        Ok(self.millionverifier_api_key.as_ref().map(config))
    }
}

/// The variables that webhooks may name: all that begin with PGCASCADE_WEBHOOK_.
pub fn webhook_variables() -> Variables {
    Variables::new(std::env::vars_os().filter_map(|(name, value)| {
        // What is no text can be neither named nor sent.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    }))
}

/// How the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line for a person.
    Compact,
    /// One JSON object a line for a collector.
    Json,
}

/// What is logged, on standard error.
#[derive(Debug, Clone, Args)]
pub struct Log {
    /// How log lines look on standard error
    #[arg(long = "log", global = true, value_enum, value_name = "FORMAT", help_heading = LOG,
          default_value = "compact")]
    pub format: LogFormat,

    /// What is logged, such as info or pgcascade=debug [default: what suits the command]
    #[arg(long = "log-filter", global = true, env = "RUST_LOG", value_name = "FILTER",
          help_heading = LOG)]
    pub filter: Option<String>,
}

/// Whether the user asked for plain text, by the convention of no-color.org.
pub fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// The program as it was called, for commands that a person is told to type.
pub fn program_name() -> String {
    let called = std::env::args_os()
        .next()
        .and_then(|name| name.into_string().ok());
    called
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "pgcascade".to_owned())
}

/// What the shell calls this machine, if it says so.
pub fn host_name() -> String {
    let given = std::env::var_os("HOSTNAME").and_then(|name| name.into_string().ok());
    let kernel = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    given
        .filter(|name| !name.is_empty())
        .or_else(kernel)
        .map_or_else(|| "localhost".to_owned(), |name| name.trim().to_owned())
}

/// Makes clap overlook variables that are set but empty, in a command and all below it.
#[must_use]
pub fn overlook_empty(command: Command) -> Command {
    let is_empty = |arg: &Arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.to_string_lossy().trim().is_empty())
    };
    command
        .mut_args(|arg| match is_empty(&arg) {
            true => arg.env(None::<&'static str>),
            false => arg,
        })
        .mut_subcommands(overlook_empty)
}

fn url(name: &'static str, text: &SecretString) -> Result<DatabaseUrl, ConfigError> {
    DatabaseUrl::parse(text.expose_secret().trim())
        .map_err(|reason| ConfigError::DatabaseUrl { name, reason })
}

fn base_url(name: &'static str, text: &str) -> Result<BaseUrl, ConfigError> {
    BaseUrl::parse(text).map_err(|reason| ConfigError::BaseUrl { name, reason })
}
