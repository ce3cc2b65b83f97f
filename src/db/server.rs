//! Whether the server at the other end is one that this program can work on.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::error::{Class, DbError};

/// The oldest server that works and is tested: the schema uses what came with version 15.
const VERSION_MIN: u32 = 15;

/// Read in one round trip, and in the simple protocol, which old servers and impostors speak too.
const CHECK_SERVER: &str = include_str!("../../sql/queries/db/check_server.sql");

/// What we learned of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo {
    /// The major version, such as 17.
    pub major: u32,
    /// The version in the server's own words, such as `17.2 (Debian 17.2-1)`.
    pub version: String,
}

/// Makes sure that this is PostgreSQL 15 or later and takes writes.
///
/// # Errors
/// Another product, an older version, or a server that takes no writes; each says what to do.
pub async fn check_server(client: &Client) -> Result<ServerInfo, DbError> {
    let messages = client.simple_query(CHECK_SERVER).await?;
    let row = messages
        .iter()
        .find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })
        .ok_or_else(|| DbError::plain(Class::Bug, "the server did not say which version it is"))?;
    let text = |name: &str| row.try_get(name).ok().flatten().unwrap_or_default();

    refuse_other_products(text("product"))?;
    let version = text("version");
    let number: u32 = text("version_number").parse().unwrap_or_default();
    let major = number / 10_000;
    refuse_old(major, version)?;
    refuse_read_only(text("in_recovery") == "t", text("read_only") == "on")?;
    Ok(ServerInfo {
        major,
        version: version.to_owned(),
    })
}

/// Refuses what speaks the protocol but is not PostgreSQL.
fn refuse_other_products(product: &str) -> Result<(), DbError> {
    if product.contains("CockroachDB") {
        return Err(DbError::plain(
            Class::Bug,
            "this is CockroachDB, which has no LISTEN and no advisory locks; connect to PostgreSQL \
             15 or later",
        ));
    }
    Ok(())
}

/// Refuses versions that lack what the migrations use.
fn refuse_old(major: u32, version: &str) -> Result<(), DbError> {
    if major < VERSION_MIN {
        return Err(DbError::plain(
            Class::Bug,
            format!(
                "this server is PostgreSQL {version}, and {VERSION_MIN} or later is needed; \
                 upgrade it, or connect to a newer one"
            ),
        ));
    }
    Ok(())
}

/// Refuses servers that take no writes.
fn refuse_read_only(in_recovery: bool, read_only: bool) -> Result<(), DbError> {
    if in_recovery {
        return Err(DbError::plain(
            Class::ReadOnly,
            "this is a read-only replica; connect to the primary, or add \
             target_session_attrs=read-write to a URL that names all hosts",
        ));
    }
    if read_only {
        return Err(DbError::plain(
            Class::ReadOnly,
            "this server takes no writes (default_transaction_read_only is on, often because its \
             disk quota is used up); turn it off for this database or user",
        ));
    }
    Ok(())
}
