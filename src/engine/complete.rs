//! Writing what became of events: the only place that does.

use std::collections::HashSet;

use super::event::Event;
use super::stage::Outcome;
use super::verdict::Verdict;
use crate::db::{DbError, Statements, Transaction};

/// Writes outcomes. A stage that is at fault is paused here, with one critical error however many
/// events say so.
///
/// # Errors
/// Whatever the database says.
pub async fn finish(
    tx: &impl Statements,
    stage_id: i16,
    stage_name: &str,
    outcomes: &[Outcome],
) -> Result<(), DbError> {
    if outcomes.is_empty() {
        return Ok(());
    }
    // The stage stops before its events go back, or another claim could take them in between.
    if let Some(reason) = outcomes.iter().find_map(pause_reason) {
        pause(tx, stage_id, reason).await?;
    }
    let columns = Columns::of(outcomes);
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/engine/finish_events.sql"))
        .await?;
    tx.execute(
        &statement,
        &[
            &columns.event_ids,
            &columns.statuses,
            &columns.delays_ms,
            &columns.spent,
            &columns.errors,
            &stage_name,
        ],
    )
    .await?;
    Ok(())
}

/// Gives up the claims of `events` and returns those that still stood, by event and epoch. What was
/// reclaimed, requeued or settled meanwhile is not to be completed by its old claim. `begun` tells
/// of each whether its call was: what the others took of a limit is given back.
///
/// # Errors
/// Whatever the database says.
pub async fn release(
    tx: &Transaction<'_>,
    events: &[&Event],
    begun: &[bool],
) -> Result<HashSet<(i64, i64)>, DbError> {
    let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
    let epochs: Vec<i64> = events.iter().map(|event| event.epoch).collect();
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/engine/release_claims.sql"))
        .await?;
    let rows = tx.query(&statement, &[&ids, &epochs, &begun]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("event_id")?, row.try_get("epoch")?)))
        .collect()
}

async fn pause(tx: &impl Statements, stage_id: i16, reason: &str) -> Result<(), DbError> {
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/engine/pause_stage.sql"))
        .await?;
    let paused: bool = tx
        .query_one(&statement, &[&stage_id, &reason])
        .await?
        .try_get(0)?;
    if paused {
        tracing::error!(stage.id = stage_id, reason, "stage paused");
    }
    Ok(())
}

fn pause_reason(outcome: &Outcome) -> Option<&str> {
    match &outcome.verdict {
        Verdict::PauseStage { reason } => Some(reason),
        Verdict::Processed
        | Verdict::Cancelled { .. }
        | Verdict::Failed { .. }
        | Verdict::Retry { .. } => None,
    }
}

/// Outcomes as the arrays that the statement takes.
#[derive(Default)]
struct Columns<'a> {
    event_ids: Vec<i64>,
    statuses: Vec<&'static str>,
    delays_ms: Vec<i64>,
    spent: Vec<bool>,
    errors: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn of(outcomes: &'a [Outcome]) -> Self {
        let mut columns = Self::default();
        for outcome in outcomes {
            columns.push(outcome);
        }
        columns
    }

    fn push(&mut self, outcome: &'a Outcome) {
        let (status, delay_ms, spent, error) = match &outcome.verdict {
            Verdict::Processed => ("processed", 0, true, None),
            Verdict::Cancelled { reason } => ("cancelled", 0, true, Some(reason.as_str())),
            Verdict::Failed { reason } => ("failed", 0, true, Some(reason.as_str())),
            Verdict::Retry {
                after,
                spent,
                reason,
            } => {
                let delay_ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                ("pending", delay_ms, *spent, Some(reason.as_str()))
            }
            Verdict::PauseStage { reason } => ("pending", 0, false, Some(reason.as_str())),
        };
        self.event_ids.push(outcome.event_id);
        self.statuses.push(status);
        self.delays_ms.push(delay_ms);
        self.spent.push(spent);
        self.errors.push(error);
    }
}
