//! The run: everybody at an event is matched in one transaction, `matching.match_peers`.
//!
//! | file | subject |
//! |---|---|
//! | `load` | the rows that decide, set by set |
//! | `solve` | who is placed with whom, and what texts may say (pure; calls plan and repair) |
//! | `doubles` | accounts of one person (pure) |
//! | `slots` | several introductions of one person at different times (pure) |
//! | `write` | the pairs, their texts and the run's result |
//! | `roundtables` | tables of three and four, where the event wants them |
//!
//! A run is a row of `event_peer_matching_runs`. One run of an event follows the other, by an
//! advisory lock; what an earlier one made is never touched, so that a second adds what is new.
//! The texts are rows of `event_messages`, which another room sends.

mod doubles;
mod load;
mod roundtables;
mod slots;
mod solve;
mod write;

use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::db::{Class, DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome, Verdict};
use solve::Decision;

/// Does the orders that `peer_matching_requested` speaks of.
pub struct MatchPeers {
    /// Whether there is a chat model that words introductions.
    pub has_model: bool,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Performed {
    /// New pairs; of a dry run: those it would make.
    pub matches: usize,
    /// New texts.
    pub texts: usize,
}

#[async_trait]
impl InDatabaseStage for MatchPeers {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let mut outcomes = Vec::new();
        for event in events {
            let verdict = match event.integer("run_id") {
                Some(run_id) => match perform(tx, run_id, Some(event.id), self.has_model).await? {
                    Some(_) => continue,
                    None => Verdict::Cancelled {
                        reason: "The order was deleted, or somebody has done it.".to_owned(),
                    },
                },
                None => Verdict::Failed {
                    reason: "The payload names no order: run_id must be its number.".to_owned(),
                },
            };
            outcomes.push(Outcome {
                event_id: event.id,
                verdict,
            });
        }
        Ok(outcomes)
    }
}

/// Does an order in the caller's transaction; None when it is not there or not open.
///
/// # Errors
/// Whatever the database says.
pub async fn perform(
    tx: &Transaction<'_>,
    run_id: i64,
    caused_by: Option<i64>,
    has_model: bool,
) -> Result<Option<Performed>, DbError> {
    let Some(order) = load::begin(tx, run_id, caused_by).await? else {
        return Ok(None);
    };
    let (crowd, mut checked_in) = load::crowd(tx, run_id, &order, false).await?;
    let (mut order, mut crowd, mut decision, mut took) = compute(order, crowd).await?;
    // Rarely needed, and it holds many texts: unsent matches are moved for who would meet nobody.
    if decision.leaves_somebody_alone && order.wanted.is_some() {
        let (everybody, present) = load::crowd(tx, run_id, &order, true).await?;
        checked_in = present;
        let again = compute(order, everybody).await?;
        took += again.3;
        (order, crowd, decision) = (again.0, again.1, again.2);
    }
    let mut written = if order.dry_run {
        Performed {
            matches: decision.pairs.len(),
            texts: 0,
        }
    } else {
        write::dropped(tx, run_id, &decision.dropped).await?;
        write::pairs(tx, run_id, &decision.pairs, has_model && order.by_model).await?
    };
    write::result(tx, run_id, &order, &decision, checked_in, written, took).await?;
    // Newcomers alone make no tables, and are all that such a run has read.
    if order.wanted.is_none() {
        written.texts += roundtables::lay(tx, run_id, order, crowd, &decision.pairs).await?;
    }
    tracing::info!(
        run.id = run_id,
        people = checked_in,
        matches = written.matches,
        alone = decision.alone.len(),
        compute.ms = took.as_millis(),
        "matched"
    );
    Ok(Some(written))
}

/// Computes beside the runtime's threads, which have other work.
async fn compute(
    order: load::Order,
    crowd: load::Crowd,
) -> Result<(load::Order, load::Crowd, Decision, Duration), DbError> {
    let begun = Instant::now();
    let computed = tokio::task::spawn_blocking(move || {
        let decision = solve::solve(&order, &crowd);
        (order, crowd, decision)
    });
    let (order, crowd, decision) = computed
        .await
        .map_err(|_| DbError::plain(Class::Bug, "the matching ended before it was done"))?;
    let decision = decision.map_err(|error| DbError::plain(Class::Data, error.to_string()))?;
    Ok((order, crowd, decision, begun.elapsed()))
}
