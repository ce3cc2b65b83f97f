//! Taking a batch of events.

use std::time::Duration;

use tokio_postgres::Row;

use super::event::Event;
use super::low_water::LowWater;
use crate::db::{DbError, Transaction};

/// After an event that somebody held in the ledger was in the way of a claim, such events are set
/// aside for so long, which costs a look at each.
pub const SKIPS_HELD: Duration = Duration::from_secs(10);

/// Claims a batch for work inside `tx`; empty when there is none or the stage is paused.
/// `skips_held`: whether events that others hold in the ledger are set aside.
///
/// An event with an epoch has only been noted as held by `worker_id`, and must run alone after
/// that is committed.
///
/// # Errors
/// Whatever the database says.
pub async fn claim_in_database(
    tx: &Transaction<'_>,
    stage_id: i16,
    worker_id: i32,
    low_water: &mut LowWater,
    skips_held: bool,
) -> Result<Vec<Event>, DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/engine/claim_in_database.sql"
        ))
        .await?;
    let rows = tx
        .query(
            &statement,
            &[&stage_id, &low_water.after_ids(), &worker_id, &skips_held],
        )
        .await?;
    if let Some(first) = first(&rows)? {
        low_water.saw(first, None)?;
    }
    events(&rows)
}

/// Claims at most `room` events for outside calls of this worker; `busy` tells whether it has calls
/// of the stage under way, with which an event that must run alone does not mix; `skips_held`:
/// whether events that others hold in the ledger are set aside.
///
/// # Errors
/// Whatever the database says.
pub async fn claim_outside(
    tx: &Transaction<'_>,
    stage_id: i16,
    worker_id: i32,
    room: i32,
    busy: bool,
    skips_held: bool,
    low_water: &mut LowWater,
) -> Result<Vec<Event>, DbError> {
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/engine/claim_outside.sql"))
        .await?;
    let after_ids = low_water.after_ids();
    let rows = tx
        .query(
            &statement,
            &[&stage_id, &worker_id, &room, &busy, &after_ids, &skips_held],
        )
        .await?;
    if let Some(first) = first(&rows)? {
        low_water.saw(first, None)?;
    }
    events(&rows)
}

/// The settings of [`plan_afresh`].
const PLAN_AFRESH: &str = include_str!("../../sql/queries/engine/plan_afresh.sql");

/// Has the statements that follow in `tx` planned for the tables as they are now. Prepared plans
/// made when the tables were empty must not serve them when they are full.
///
/// # Errors
/// Whatever the database says.
pub async fn plan_afresh(tx: &Transaction<'_>) -> Result<(), DbError> {
    Ok(tx.batch_execute(PLAN_AFRESH).await?)
}

/// The row that tells what the claim saw; any of them where none does.
fn first(rows: &[Row]) -> Result<Option<&Row>, DbError> {
    for row in rows {
        if row.try_get::<_, Option<Vec<i64>>>("reached_ids")?.is_some() {
            return Ok(Some(row));
        }
    }
    Ok(rows.first())
}

/// Rows to events, oldest first: a statement returns what it updated in no particular order.
fn events(rows: &[Row]) -> Result<Vec<Event>, DbError> {
    let mut events = rows
        .iter()
        .map(|row| {
            let outside = row.len() > 9;
            Ok(Event {
                id: row.try_get("event_id")?,
                event_type: row.try_get("event_type")?,
                payload: row.try_get("payload")?,
                attempt: row.try_get("attempt")?,
                waited: seconds(row.try_get("waited_seconds")?),
                crashes: if outside { row.try_get("crashes")? } else { 0 },
                epoch: row.try_get::<_, Option<_>>("epoch")?.unwrap_or_default(),
            })
        })
        .collect::<Result<Vec<_>, DbError>>()?;
    events.sort_unstable_by_key(|event| event.id);
    Ok(events)
}

/// A span that the database measured; a negative one is none.
pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
