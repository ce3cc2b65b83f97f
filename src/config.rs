//! Every flag and variable, once, checked before anything starts.
//!
//! The only file that reads the environment. A variable that is set to nothing counts as not set.
//! Secrets are wrapped: they are never printed, neither by `--help` nor by an error.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use crate::db::DatabaseUrl;
use crate::db::embedded::{Cluster, Search};
use crate::providers::http::BaseUrl;
use crate::providers::{apify, millionverifier};

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub struct Database {
    /// Database to work in, for example postgresql://user:password@host/name?sslmode=verify-full.
    /// Without it pgcascade runs a PostgreSQL cluster of its own (see `pgcascade pg`).
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<SecretString>,

    /// Direct address of the same database for LISTEN, when DATABASE_URL goes through a transaction
    /// pooler. Default: DATABASE_URL, around the poolers of Neon and Supabase.
    #[arg(
        long,
        env = "PGCASCADE_LISTEN_URL",
        hide_env_values = true,
        global = true
    )]
    pub listen_url: Option<SecretString>,

    /// Directory of the cluster that pgcascade runs when there is no DATABASE_URL.
    #[arg(long, env = "PGCASCADE_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,

    /// Directory of the PostgreSQL server programs (initdb, pg_ctl, postgres) for that cluster.
    #[arg(long, env = "PGCASCADE_PG_BIN", global = true)]
    pub pg_bin: Option<PathBuf>,
}

impl Database {
    /// The given database; None when pgcascade is to run its own cluster.
    ///
    /// # Errors
    /// The URL cannot be understood.
    pub fn url(&self) -> anyhow::Result<Option<DatabaseUrl>> {
        parse(self.database_url.as_ref(), "DATABASE_URL")
    }

    /// The address for LISTEN, where it is not that of the work.
    ///
    /// # Errors
    /// The URL cannot be understood.
    pub fn listen_url(&self) -> anyhow::Result<Option<DatabaseUrl>> {
        parse(self.listen_url.as_ref(), "PGCASCADE_LISTEN_URL")
    }

    /// The cluster of our own, found but not started.
    ///
    /// # Errors
    /// No server programs, or a directory that cannot be used.
    pub fn cluster(&self) -> anyhow::Result<Cluster> {
        let dir = filled(self.data_dir.as_ref()).unwrap_or_else(|| {
            Cluster::default_dir(variable("XDG_DATA_HOME").map(PathBuf::from).as_deref())
        });
        let search = Search::new(
            filled(self.pg_bin.as_ref()),
            variable("PATH").as_deref().map(OsStr::new),
        );
        Ok(Cluster::open(&dir, &search)?)
    }
}

/// The outside services. One without a key runs as its sandbox: invented people, invented verdicts.
#[derive(Debug, Clone, Args)]
pub struct Providers {
    /// Key of Apify, which finds people. Without it: a sandbox.
    #[arg(long, env = "APIFY_TOKEN", hide_env_values = true)]
    pub apify_token: Option<SecretString>,

    /// Actor that is run at Apify.
    #[arg(long, env = "APIFY_ACTOR", default_value = apify::ACTOR)]
    pub apify_actor: String,

    /// Address of Apify.
    #[arg(long, env = "APIFY_BASE_URL", default_value = apify::BASE_URL)]
    pub apify_base_url: String,

    /// Key of MillionVerifier, which verifies addresses. Without it: a sandbox.
    #[arg(long, env = "MILLIONVERIFIER_API_KEY", hide_env_values = true)]
    pub millionverifier_api_key: Option<SecretString>,

    /// Address of MillionVerifier.
    #[arg(long, env = "MILLIONVERIFIER_BASE_URL", default_value = millionverifier::BASE_URL)]
    pub millionverifier_base_url: String,
}

impl Providers {
    /// Settings of Apify; None without a key.
    ///
    /// # Errors
    /// The address cannot be used.
    pub fn apify(&self) -> anyhow::Result<Option<apify::ApifyConfig>> {
        let Some(token) = filled_secret(self.apify_token.as_ref()) else {
            return Ok(None);
        };
        let base_url = BaseUrl::parse(&self.apify_base_url).context("APIFY_BASE_URL")?;
        Ok(Some(apify::ApifyConfig::new(
            base_url,
            token,
            self.apify_actor.clone(),
        )))
    }

    /// Settings of MillionVerifier; None without a key.
    ///
    /// # Errors
    /// The address cannot be used.
    pub fn millionverifier(
        &self,
    ) -> anyhow::Result<Option<millionverifier::MillionVerifierConfig>> {
        let Some(key) = filled_secret(self.millionverifier_api_key.as_ref()) else {
            return Ok(None);
        };
        let base_url =
            BaseUrl::parse(&self.millionverifier_base_url).context("MILLIONVERIFIER_BASE_URL")?;
        Ok(Some(millionverifier::MillionVerifierConfig::new(
            base_url, key,
        )))
    }
}

/// How a daemon runs.
#[derive(Debug, Clone, Args)]
pub struct Running {
    /// Most database connections of the daemon, the one for LISTEN not counted.
    #[arg(long, env = "PGCASCADE_CONNECTIONS", default_value_t = 12,
          value_parser = clap::value_parser!(u16).range(4..=500))]
    pub connections: u16,

    /// Seconds that calls under way may take to finish after SIGTERM.
    #[arg(long, env = "PGCASCADE_DRAIN_SECS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub drain_secs: u64,
}

impl Running {
    /// How long calls under way may take to finish.
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_secs)
    }
}

fn parse(text: Option<&SecretString>, name: &str) -> anyhow::Result<Option<DatabaseUrl>> {
    filled_secret(text)
        .map(|text| DatabaseUrl::parse(text.expose_secret()).context(name.to_owned()))
        .transpose()
}

fn filled_secret(secret: Option<&SecretString>) -> Option<SecretString> {
    secret
        .filter(|secret| !secret.expose_secret().trim().is_empty())
        .cloned()
}

fn filled(path: Option<&PathBuf>) -> Option<PathBuf> {
    path.filter(|path| !path.as_os_str().is_empty()).cloned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that reads the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
