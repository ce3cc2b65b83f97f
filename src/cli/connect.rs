//! From the command line to a database: the one that is named, or the cluster of our own.

use anyhow::{Context, bail};
use tokio_postgres::Client;

use crate::config;
use crate::db::embedded::Cluster;
use crate::db::{self, DatabaseUrl, check_server};

/// What sessions of commands show as in `pg_stat_activity`.
const APPLICATION_NAME: &str = "pgcascade cli";

/// Where the work is.
pub struct Place {
    /// Address for work.
    pub url: DatabaseUrl,
    /// Address for LISTEN and for deploying.
    pub direct: DatabaseUrl,
    /// Whether it is the cluster of our own, which was started if it did not run.
    pub own_cluster: bool,
}

/// Finds the database; starts our own cluster where none is named.
///
/// # Errors
/// The address cannot be understood, or the cluster cannot be started.
pub async fn place(config: &config::Database) -> anyhow::Result<Place> {
    if let Some(url) = config.url()? {
        let direct = config.listen_url()?.unwrap_or_else(|| url.direct());
        return Ok(Place {
            url,
            direct,
            own_cluster: false,
        });
    }
    let cluster = config.cluster()?;
    let url = start(cluster).await?;
    Ok(Place {
        direct: url.clone(),
        url,
        own_cluster: true,
    })
}

/// Starts a cluster, unless it runs.
///
/// # Errors
/// It cannot be started.
pub async fn start(cluster: Cluster) -> anyhow::Result<DatabaseUrl> {
    let started = tokio::task::spawn_blocking(move || cluster.start()).await??;
    Ok(started.url)
}

/// A session on a server that can be worked with.
///
/// # Errors
/// The server cannot be reached, refuses us, is too old, or takes no writes.
pub async fn session(url: &DatabaseUrl) -> anyhow::Result<Client> {
    let client = db::connect(url, APPLICATION_NAME).await?;
    check_server(&client).await?;
    Ok(client)
}

/// A session on a database in which this version is deployed.
///
/// # Errors
/// As [`session`], or nothing is deployed, or another version is.
pub async fn deployed(config: &config::Database) -> anyhow::Result<(Place, Client)> {
    let place = place(config).await?;
    let client = session(&place.url).await?;
    check_deployed(&place).await?;
    Ok((place, client))
}

/// Refuses a database without our tables, or with those of another version.
///
/// # Errors
/// What is missing, and what to type.
pub async fn check_deployed(place: &Place) -> anyhow::Result<()> {
    let pending = db::pending_migrations(&place.direct)
        .await
        .context("cannot tell which version is deployed")?;
    if !pending.is_empty() {
        bail!(
            "pgcascade is not deployed in {} (missing: {}); run `pgcascade deploy` first",
            place.url,
            pending.join(", ")
        );
    }
    Ok(())
}
