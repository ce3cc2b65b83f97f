//! What must hold before a deploy changes anything.

use anyhow::{Context, bail};
use tokio_postgres::Client;

use crate::db;

/// Refuses a database that holds tables or triggers of our names which are not ours.
///
/// # Errors
/// Which they are, and what to do.
pub async fn refuse_foreign_objects(client: &Client, pending: &[String]) -> anyhow::Result<()> {
    let never_deployed = pending.len() == db::migrate::embedded()?.len();
    if never_deployed {
        refuse_foreign_tables(client).await?;
    }
    refuse_foreign_triggers(client).await
}

async fn refuse_foreign_tables(client: &Client) -> anyhow::Result<()> {
    let rows = client
        .query(
            include_str!("../../sql/queries/cli/foreign_tables.sql"),
            &[],
        )
        .await
        .context("cannot look for tables of other programs")?;
    if rows.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = rows.iter().map(|row| row.get("name")).collect();
    bail!(
        "this database holds tables of these names that pgcascade did not make: {}. Nothing was \
         changed. Deploy into a new database, or move them aside first (nothing is lost by it): \
         CREATE SCHEMA before_pgcascade; ALTER TABLE {} SET SCHEMA before_pgcascade; …, deploy, and \
         then insert their companies into intake.company_raw_intake",
        names.join(", "),
        names[0]
    )
}

async fn refuse_foreign_triggers(client: &Client) -> anyhow::Result<()> {
    let rows = client
        .query(
            include_str!("../../sql/queries/cli/foreign_triggers.sql"),
            &[],
        )
        .await
        .context("cannot look for triggers of other programs")?;
    if rows.is_empty() {
        return Ok(());
    }
    let definitions: Vec<&str> = rows.iter().map(|row| row.get("definition")).collect();
    bail!(
        "these triggers have names of ours and call something else:\n  {}\nNothing was changed. Drop \
         them, or rename them: ALTER TRIGGER … RENAME TO …",
        definitions.join("\n  ")
    )
}
