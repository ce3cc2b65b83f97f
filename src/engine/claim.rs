//! Taking a batch of events.

use std::collections::HashSet;
use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt;
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::event::Event;
use super::low_water::LowWater;
use crate::db::{DbError, Statements, Transaction};

/// After an event that somebody held in the ledger was in the way of a claim, such events are set
/// aside for so long, which costs a look at each.
pub const SKIPS_HELD: Duration = Duration::from_secs(10);

/// Most bytes of events that one claim for outside calls brings, unless a single one has more.
pub const CLAIMED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a claim for outside calls brought.
#[derive(Default)]
pub struct Taken {
    /// As many events as fit.
    pub events: Vec<Event>,
    /// What they come to.
    pub bytes: usize,
    /// The rest, without their payloads, which would be too much to hold: they go back.
    pub left: Vec<Event>,
}

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
) -> Result<Taken, DbError> {
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/engine/claim_outside.sql"))
        .await?;
    let after_ids = low_water.after_ids();
    let values: [&(dyn ToSql + Sync); 6] =
        [&stage_id, &worker_id, &room, &busy, &after_ids, &skips_held];
    // Row by row: all of them at once might be more than there is memory.
    let mut rows = pin!(tx.query_raw(&statement, values).await?);
    let (mut taken, mut telling) = (Taken::default(), None);
    while let Some(row) = rows.try_next().await? {
        let bytes = taken.bytes + row.raw_size_bytes();
        let mut event = event(&row)?;
        if bytes <= CLAIMED_BYTES_MAX || taken.events.is_empty() {
            taken.bytes = bytes;
            taken.events.push(event);
        } else {
            event.payload = Value::Null;
            taken.left.push(event);
        }
        if telling.is_none() || tells(&row)? {
            telling = Some(row);
        }
    }
    if let Some(first) = telling {
        low_water.saw(&first, None)?;
    }
    taken.events.sort_unstable_by_key(|event| event.id);
    Ok(taken)
}

/// Of claims for calls that were not begun, by event and epoch, those that no longer stand; what
/// they took of a limit is given back.
///
/// # Errors
/// Whatever the database says.
pub async fn lost_claims(
    db: &impl Statements,
    events: &[&Event],
) -> Result<HashSet<(i64, i64)>, DbError> {
    if events.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
    let epochs: Vec<i64> = events.iter().map(|event| event.epoch).collect();
    let statement = db
        .prepare_cached(include_str!("../../sql/queries/engine/lost_claims.sql"))
        .await?;
    let rows = db.query(&statement, &[&ids, &epochs]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("event_id")?, row.try_get("epoch")?)))
        .collect()
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
        if tells(row)? {
            return Ok(Some(row));
        }
    }
    Ok(rows.first())
}

/// Whether a row tells what the claim saw.
fn tells(row: &Row) -> Result<bool, DbError> {
    Ok(row.try_get::<_, Option<Vec<i64>>>("reached_ids")?.is_some())
}

/// Rows to events, oldest first: a statement returns what it updated in no particular order.
fn events(rows: &[Row]) -> Result<Vec<Event>, DbError> {
    let mut events = rows.iter().map(event).collect::<Result<Vec<_>, _>>()?;
    events.sort_unstable_by_key(|event| event.id);
    Ok(events)
}

fn event(row: &Row) -> Result<Event, DbError> {
    let outside = row.len() > 9;
    Ok(Event {
        id: row.try_get("event_id")?,
        event_type: row.try_get("event_type")?,
        payload: row.try_get("payload")?,
        attempt: row.try_get("attempt")?,
        waited: seconds(
            row.try_get::<_, Option<_>>("waited_seconds")?
                .unwrap_or_default(),
        ),
        crashes: if outside { row.try_get("crashes")? } else { 0 },
        epoch: row.try_get::<_, Option<_>>("epoch")?.unwrap_or_default(),
    })
}

/// A span that the database measured; a negative one is none.
pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
