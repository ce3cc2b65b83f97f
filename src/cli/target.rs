//! Which database a command works on: the one that was given, or a cluster of our own.

use anyhow::Context;
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Client, Row};

use super::failure::Failure;
use super::output::complain;
use crate::config::{self, Urls};
use crate::db::embedded::{Cluster, Status};
use crate::db::{DatabaseUrl, DbError, connect};

/// Where to work, before anything was opened.
#[derive(Debug)]
pub enum Target {
    /// A database that was given.
    Given(Box<Urls>),
    /// The cluster of our own.
    Own(Box<Own>),
}

/// The cluster of our own.
#[derive(Debug, Clone)]
pub struct Own {
    /// Running or not, there or not.
    pub cluster: Cluster,
    /// The command that makes it.
    made_by: &'static str,
}

/// What to do where the cluster of our own does not exist yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Make it.
    Make,
    /// Say that it is not there: the command has nothing to show.
    Refuse,
}

impl Target {
    /// Reads the flags; connects to nothing.
    ///
    /// # Errors
    /// A URL that cannot be read, or no server programs for a cluster of our own.
    pub fn choose(database: &config::Database) -> Result<Self, Failure> {
        match database.urls()? {
            Some(urls) => Ok(Self::Given(Box::new(urls))),
            None => Ok(Self::Own(Box::new(own_cluster(&database.own)?))),
        }
    }

    /// The addresses; starts the cluster of our own if need be, and says so.
    ///
    /// # Errors
    /// The cluster does not start, or is not there and must not be made.
    pub async fn open(self, absent: Absent) -> Result<Urls, Failure> {
        match self {
            Self::Given(urls) => Ok(*urls),
            Self::Own(own) => {
                let url = start(*own, absent).await?;
                let work = url.clone();
                Ok(Urls { work, direct: url })
            }
        }
    }
}

/// The cluster in the directory of the flags, running or not.
///
/// # Errors
/// No server programs, or a directory that is not ours.
pub fn own_cluster(own: &config::OwnCluster) -> Result<Own, Failure> {
    Ok(Own {
        cluster: Cluster::open(&own.dir(), &own.search())?,
        made_by: own.made_by(),
    })
}

/// Starts the cluster and returns its address.
///
/// # Errors
/// It does not start, or is not there and must not be made.
pub async fn start(own: Own, absent: Absent) -> Result<DatabaseUrl, Failure> {
    let Own { cluster, made_by } = own;
    let dir = cluster.dir().display().to_string();
    let status = cluster.status()?;
    match (&status, absent) {
        (Status::Absent, Absent::Refuse) => {
            return Err(Failure::Failed(anyhow::anyhow!(
                "there is no database yet: {dir} holds no cluster; run `{made_by}` to make one, or \
                 set DATABASE_URL to use a database elsewhere"
            )));
        }
        (Status::Absent, Absent::Make) => {
            complain(&format!("Making a PostgreSQL cluster in {dir} …"));
        }
        (Status::Stopped, _) => complain(&format!("Starting the PostgreSQL cluster in {dir} …")),
        (Status::Running { .. }, _) => {}
    }
    let started = tokio::task::spawn_blocking(move || cluster.start())
        .await
        .context("starting the cluster was cut short")??;
    Ok(started.url)
}

/// A direct session that speaks in our errors.
#[derive(Debug)]
pub struct Session {
    /// The driver's client, for what the shorthands do not cover.
    pub client: Client,
}

impl Session {
    /// Connects; `command` is what `pg_stat_activity` shows.
    ///
    /// # Errors
    /// The server cannot be reached or refuses us.
    pub async fn open(urls: &Urls, command: &str) -> Result<Self, DbError> {
        let client = connect(&urls.direct, &format!("pgcascade {command}")).await?;
        Ok(Self { client })
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// The server refuses it.
    pub async fn rows(
        &self,
        query: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, DbError> {
        Ok(self.client.query(query, values).await?)
    }

    /// The one row of a query.
    ///
    /// # Errors
    /// The server refuses it, or there is not one row.
    pub async fn row(&self, query: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Row, DbError> {
        Ok(self.client.query_one(query, values).await?)
    }
}

/// A column of a row.
///
/// # Errors
/// The query and the code do not fit.
pub fn get<'r, T: FromSql<'r>>(row: &'r Row, column: &str) -> Result<T, DbError> {
    Ok(row.try_get(column)?)
}
