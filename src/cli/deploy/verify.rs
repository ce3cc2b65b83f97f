//! The proof at the end of a deploy: the triggers are there, and one event flows through them.

use anyhow::{Context, ensure};
use serde::Serialize;
use serde_json::Value;

use super::files;
use crate::cli::failure::Failure;
use crate::cli::target::{Session, get};
use crate::db::DbError;
use crate::db::objects::embedded_objects;

const EVENT_TRIGGERS: &str = include_str!("../../../sql/queries/cli/event_triggers.sql");
const EXISTING_TRIGGERS: &str = include_str!("../../../sql/queries/cli/existing_triggers.sql");
const BROKEN_PUBLICATIONS: &str = include_str!("../../../sql/queries/cli/broken_publications.sql");
const TEST_INSERT: &str = include_str!("../../../sql/queries/cli/test_insert.sql");
const TEST_EVENT: &str = include_str!("../../../sql/queries/cli/test_event.sql");

const TEST_ERROR: &str = include_str!("../../../sql/queries/cli/test_error.sql");
const TEST_ERROR_SHOWN: &str = include_str!("../../../sql/queries/cli/test_error_shown.sql");

/// NOTIFY refuses bodies of this many bytes and more.
const NOTIFICATION_BYTES_MAX: usize = 8000;

/// An event trigger as the database's catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// Its schema.
    pub schema: String,
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Such as `INSERT`.
    pub fires_on: String,
}

/// Published tables can be written to.
///
/// # Errors
/// Something that a publication names is gone, so that its table's writers fail.
pub async fn publications(session: &Session) -> Result<(), Failure> {
    let mut problems = Vec::new();
    for row in session.rows(BROKEN_PUBLICATIONS, &[]).await? {
        let (source, problem): (String, String) = (get(&row, "source")?, get(&row, "problem")?);
        problems.push(format!("{source}: {problem}"));
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(anyhow::anyhow!(
        "writers of published tables fail, because names that their publications use have changed: \
         {}; publish them again with SELECT pipeline.publish(…), or SELECT pipeline.unpublish(…)",
        problems.join("; ")
    )
    .into())
}

/// The event triggers that are there.
///
/// # Errors
/// One of ours is missing or switched off.
pub async fn triggers(session: &Session) -> Result<Vec<Trigger>, Failure> {
    let ours = files::triggers(&embedded_objects()?);
    let names: Vec<&str> = ours.iter().map(|trigger| trigger.name.as_str()).collect();
    let rows = session.rows(EXISTING_TRIGGERS, &[&names]).await?;
    for our in &ours {
        let mut there = None;
        for row in &rows {
            if get::<&str>(row, "name")? == our.name && get::<&str>(row, "table")? == our.table {
                there = Some(get::<bool>(row, "enabled")?);
            }
        }
        let (name, table) = (&our.name, &our.table);
        ensure_trigger(there, name, table)?;
    }
    let rows = session.rows(EVENT_TRIGGERS, &[]).await?;
    let read = |row| {
        Ok(Trigger {
            schema: get(row, "schema")?,
            table: get(row, "table")?,
            name: get(row, "name")?,
            fires_on: get(row, "fires_on")?,
        })
    };
    Ok(rows.iter().map(read).collect::<Result<_, DbError>>()?)
}

fn ensure_trigger(there: Option<bool>, name: &str, table: &str) -> anyhow::Result<()> {
    ensure!(
        there.is_some(),
        "the trigger {name} on {table} is not there although it was just created; did another \
         program drop it? Deploy again"
    );
    ensure!(
        there == Some(true),
        "the trigger {name} on {table} is switched off, so its rows emit nothing; switch it on: \
         ALTER TABLE {table} ENABLE TRIGGER {name};"
    );
    Ok(())
}

/// Logs an error, looks for it in the view, and settles it, in a transaction that is rolled back.
///
/// # Errors
/// Error logging does not do what it should.
pub async fn error_log(session: &mut Session) -> Result<(), Failure> {
    let transaction = session.client.transaction().await.map_err(DbError::from)?;
    let logged = transaction.query_one(TEST_ERROR, &[]).await;
    let id: i64 = get(&logged.map_err(DbError::from)?, "id")?;
    let shown = transaction.query_one(TEST_ERROR_SHOWN, &[&id]).await;
    let shown = shown.map_err(DbError::from)?;
    let (is_shown, is_settled): (bool, bool) = (get(&shown, "shown")?, get(&shown, "settled")?);
    transaction.rollback().await.map_err(DbError::from)?;
    let works = ensure_works(is_shown, is_settled);
    Ok(works?)
}

fn ensure_works(is_shown: bool, is_settled: bool) -> anyhow::Result<()> {
    ensure!(
        is_shown,
        "marketing.vw_unresolved_errors does not show an error; deploy again"
    );
    ensure!(
        is_settled,
        "marketing.resolve_pipeline_error settles no error; deploy again"
    );
    Ok(())
}

/// Sends an event through the triggers in a transaction that is rolled back: nobody is notified,
/// no daemon sees it, and nothing of it remains but a gap in two sequences.
///
/// # Errors
/// Which link of the chain is broken.
pub async fn event_flow(session: &mut Session) -> Result<(), Failure> {
    let transaction = session.client.transaction().await.map_err(DbError::from)?;
    let inserted = transaction
        .query_one(TEST_INSERT, &[])
        .await
        .map_err(DbError::from)
        .context("the test row could not be inserted into intake.company_raw_intake")?;
    let (record, before): (i64, i64) = (get(&inserted, "id")?, get(&inserted, "before")?);
    let event = transaction
        .query_opt(TEST_EVENT, &[&record, &before])
        .await
        .map_err(DbError::from)?
        .context(
            "the test row emitted no company_created event; does the session, the role or the \
             database set session_replication_role = replica, which switches triggers off?",
        )?;
    let (id, queued): (i64, bool) = (get(&event, "id")?, get(&event, "queued")?);
    let body: String = get(&event, "notification")?;
    transaction.rollback().await.map_err(DbError::from)?;

    if !queued {
        return Err(anyhow::anyhow!(
            "the test event was written and queued nowhere; deploy again, and see whether \
             pipeline.stages still has a row for company_created"
        )
        .into());
    }
    let said: Value = serde_json::from_str(&body).context("the notification is not JSON")?;
    let fits = body.len() < NOTIFICATION_BYTES_MAX
        && said["id"] == id
        && said["event_type"] == "company_created"
        && said["payload"]["record_id"] == record;
    if !fits {
        return Err(anyhow::anyhow!(
            "the notification of the test event does not describe it; deploy again with the \
             program that daemons run"
        )
        .into());
    }
    Ok(())
}
