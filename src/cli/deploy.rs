//! `pgcascade deploy`: tables, functions, triggers, views, and a test that they work together.

use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use tokio_postgres::Client;

use super::connect::{Place, place, session};
use super::output;
use super::preflight::refuse_foreign_objects;
use crate::config;
use crate::db;

/// Installs or updates everything in the database; safe to run again and at the same time.
///
/// Without DATABASE_URL it works on pgcascade's own PostgreSQL cluster, which it starts. Before
/// anything is changed it refuses servers older than PostgreSQL 15, read-only replicas, and tables
/// or triggers of its names that another program made.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pgcascade deploy\n  \
    DATABASE_URL=postgresql://… pgcascade deploy --check")]
pub struct Deploy {
    /// Change nothing; say what would be done. Exit code 1 when something would.
    #[arg(long)]
    check: bool,
}

impl Deploy {
    /// Runs the command.
    ///
    /// # Errors
    /// What is in the way, and what to do.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        if self.check {
            return check(config).await;
        }
        let place = place(config).await?;
        deploy(&place).await?;
        output::line("");
        let program = output::program();
        output::line(format!("Next: {program} run      starts the daemon"));
        output::line(format!(
            "      {program} watch    shows events as they happen"
        ));
        if place.own_cluster {
            output::line(format!(
                "      {program} pg psql  opens psql on this database"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Deploys, saying each step.
///
/// # Errors
/// What is in the way, and what to do.
pub async fn deploy(place: &Place) -> anyhow::Result<()> {
    let mut client = session(&place.direct).await?;
    output::line(format!("✅ Connected to {}", place.direct));
    let pending = db::pending_migrations(&place.direct).await?;
    refuse_foreign_objects(&client, &pending).await?;

    output::line("📦 Deploying: PostgreSQL Triggers & Event Queue");
    let applied = db::migrate(&place.direct).await?;
    let objects = db::install_objects(&mut client).await?;
    client
        .execute(
            include_str!("../../sql/queries/cli/ensure_partitions.sql"),
            &[],
        )
        .await
        .context("the ledger's partitions cannot be made")?;
    output::line(format!(
        "   ✅ Success! ({} migrations applied now, {objects} functions, triggers and views installed)",
        applied.applied.len()
    ));

    output::line("📦 Deploying: Error Logging System");
    test_error_log(&mut client).await?;
    output::line("   ✅ Success!");

    output::line("🔍 VERIFYING TRIGGERS");
    verify_triggers(&client).await?;

    output::line("🧪 TESTING EVENT FLOW");
    test_event_flow(&mut client).await?;
    output::line("   ✅ Event system working!");
    Ok(())
}

/// Says what a deploy would do.
async fn check(config: &config::Database) -> anyhow::Result<ExitCode> {
    let Some(url) = config.url()? else {
        return check_own_cluster(config);
    };
    let direct = config.listen_url()?.unwrap_or_else(|| url.direct());
    let client = session(&direct).await?;
    output::line(format!("✅ Connected to {direct}"));
    let pending = db::pending_migrations(&direct).await?;
    refuse_foreign_objects(&client, &pending).await?;
    if pending.is_empty() {
        output::line("Nothing to migrate; functions, triggers and views would be installed again.");
        verify_triggers(&client).await?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("Would apply: {}", pending.join(", ")));
    Ok(ExitCode::FAILURE)
}

/// A cluster of our own is not started for a check.
fn check_own_cluster(config: &config::Database) -> anyhow::Result<ExitCode> {
    let cluster = config.cluster()?;
    let status = cluster.status()?;
    output::line(format!(
        "No DATABASE_URL: would work on pgcascade's own cluster ({status:?}), starting it if need be."
    ));
    Ok(ExitCode::FAILURE)
}

/// Lists the event triggers by the documented query.
async fn verify_triggers(client: &Client) -> anyhow::Result<()> {
    let rows = client
        .query(
            include_str!("../../sql/queries/cli/event_triggers.sql"),
            &[],
        )
        .await
        .context("the triggers cannot be listed")?;
    ensure!(
        !rows.is_empty(),
        "no event trigger was found; the deploying user may not see them"
    );
    output::line(format!("   Found {} event triggers", rows.len()));
    for row in &rows {
        let (table, name, fires): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        output::line(format!("   - {name} on {table} ({fires})"));
    }
    Ok(())
}

/// Logs, finds and settles an error, in a transaction that is rolled back.
async fn test_error_log(client: &mut Client) -> anyhow::Result<()> {
    let tx = client.transaction().await?;
    let row = tx
        .query_one(
            include_str!("../../sql/queries/cli/test_error_log.sql"),
            &[],
        )
        .await?;
    let entry: i64 = row.get("id");
    let row = tx
        .query_one(
            include_str!("../../sql/queries/cli/test_error_view.sql"),
            &[&entry],
        )
        .await?;
    ensure!(
        row.get::<_, bool>("shown"),
        "marketing.vw_unresolved_errors does not show an error"
    );
    ensure!(row.get::<_, bool>("settled"), "an error cannot be settled");
    tx.rollback().await?;
    Ok(())
}

/// Inserts a company and looks for its event, in a transaction that is rolled back.
async fn test_event_flow(client: &mut Client) -> anyhow::Result<()> {
    let tx = client.transaction().await?;
    let row = tx
        .query_one(include_str!("../../sql/queries/cli/test_insert.sql"), &[])
        .await?;
    let id: i64 = row.get("id");
    let rows = tx
        .query(include_str!("../../sql/queries/cli/test_event.sql"), &[&id])
        .await?;
    ensure!(
        rows.len() == 1,
        "an inserted company emitted {} events, not one",
        rows.len()
    );
    let event_type: &str = rows[0].get("event_type");
    ensure!(
        event_type == "company_created",
        "an inserted company emitted {event_type}"
    );
    ensure!(
        rows[0].get::<_, bool>("queued"),
        "no stage would claim company_created"
    );
    tx.rollback().await?;
    Ok(())
}
