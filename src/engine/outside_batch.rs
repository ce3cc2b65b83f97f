//! The two transactions of an outside stage: claim with preparation, and fenced completion.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::claim::{Taken, claim_outside, plan_afresh};
use super::complete::{finish, release};
use super::counts;
use super::event::Event;
use super::isolate::{SliceWork, Terms, blames_an_item, isolate};
use super::low_water::LowWater;
use super::stage::{Bounds, Ended, Ending, Outcome, OutsideStage, Prepared};
use super::stages::StageRow;
use super::verdict::{Verdict, of_answer, of_error};
use crate::answer::Answer;
use crate::db::{DbError, Pool, Transaction};

/// Reason kept with an event that goes back because those claimed with it are large.
const TOO_LARGE: &str = "put back before its call was made: others claimed with it are large";

/// A finished call on its way into the database.
#[derive(Debug, Clone)]
pub struct Called {
    /// The event.
    pub event: Arc<Event>,
    /// What the call was made with.
    pub input: Arc<Value>,
    /// Whether a call was begun; if not, the event gives back what it took of a limit.
    pub begun: bool,
    /// How long the call took; None when none came to its end.
    pub took: Option<Duration>,
    /// What came back; Err when no call was made and the verdict stands already.
    pub answer: Result<Answer<Value>, Verdict>,
}

/// What a daemon can take.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// How many events it can hold beside those it has.
    pub events: i32,
    /// Whether it holds events of the stage already.
    pub busy: bool,
    /// Whether events that others hold in the ledger are set aside, having been in the way.
    pub skips_held: bool,
    /// Whether the last attempt failed.
    pub careful: bool,
}

/// What a claim came to.
pub struct Claimed {
    /// How many events were claimed.
    pub events: usize,
    /// How large they are.
    pub bytes: usize,
    /// Those that need a call, with its input.
    pub calls: Vec<(Arc<Event>, Arc<Value>)>,
}

/// Claims a batch and prepares its calls in one transaction; events that need no call are settled
/// in it, too.
///
/// # Errors
/// Whatever the database says; then nothing was claimed.
pub async fn claim_and_prepare(
    pool: &Pool,
    row: &StageRow,
    worker_id: i32,
    room: Room,
    stage: &Arc<dyn OutsideStage>,
    low_water: &mut LowWater,
) -> Result<Claimed, DbError> {
    let mut client = pool.get().await?;
    let mut tx = client.transaction().await?;
    let Room {
        events,
        busy,
        skips_held,
        careful,
    } = room;
    let Taken {
        events,
        bytes,
        left,
    } = claim_outside(&tx, row.id, worker_id, events, busy, skips_held, low_water).await?;
    if events.is_empty() {
        // Commits all the same: what the claim dropped or a limit put off stays so.
        tx.commit().await?;
        return Ok(Claimed {
            events: 0,
            bytes,
            calls: Vec::new(),
        });
    }

    plan_afresh(&tx).await?;
    let isolated = isolate(
        &mut tx,
        &events,
        &Preparation(stage.as_ref()),
        Terms::all(blames_an_item, careful),
    )
    .await?;
    let waits: Vec<Duration> = events.iter().map(|event| event.waited).collect();
    let claimed = events.len();
    let back = |event| (event, put_back(TOO_LARGE));
    let mut settled: Vec<_> = left.into_iter().map(back).collect();
    for (place, error) in isolated.culprits {
        let event = &events[place];
        settled.push((event.clone(), of_error(&error, event.attempt, &row.bounds)));
    }
    let mut calls = Vec::with_capacity(claimed);
    let mut prepared: HashMap<i64, Prepared> = isolated.results.into_iter().flatten().collect();
    for event in events {
        match prepared.remove(&event.id) {
            Some(Prepared::Call(input)) => calls.push((Arc::new(event), Arc::new(input))),
            Some(Prepared::Settled(verdict)) => settled.push((event, verdict)),
            // Settled above.
            None => {}
        }
    }

    settle(&tx, row, settled).await?;
    tx.commit().await?;
    counts::waited(&row.name, waits.into_iter());
    Ok(Claimed {
        events: claimed,
        bytes,
        calls,
    })
}

/// Takes back claims that this daemon made without hearing of it: the connection was lost between
/// their commit and its answer. `held` is what the daemon knows it holds.
///
/// # Errors
/// Whatever the database says.
pub async fn give_back(
    pool: &Pool,
    stage_id: i16,
    worker_id: i32,
    held: &[i64],
) -> Result<(), DbError> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/engine/give_back.sql"))
        .await?;
    let given_back: i64 = client
        .query_one(&statement, &[&stage_id, &worker_id, &held])
        .await?
        .try_get(0)?;
    if given_back > 0 {
        tracing::info!(
            stage.id = stage_id,
            events = given_back,
            "claims without an answer undone"
        );
    }
    Ok(())
}

/// Completes finished calls in one transaction: fence, results, statuses. `careful`: the last
/// attempt failed.
///
/// # Errors
/// Whatever the database says; then nothing was written and the same calls may be completed again.
pub async fn complete(
    pool: &Pool,
    row: &StageRow,
    stage: &Arc<dyn OutsideStage>,
    answered: &[Called],
    careful: bool,
) -> Result<(), DbError> {
    let mut client = pool.get().await?;
    let mut tx = client.transaction().await?;
    let held = release_standing(&tx, row, answered).await?;
    let mut outcomes = Vec::with_capacity(held.len());
    let mut ended = Vec::new();
    for called in answered
        .iter()
        .filter(|called| held.contains(&(called.event.id, called.event.epoch)))
    {
        let verdict = verdict_of(called, &row.bounds, stage.as_ref());
        if let Some(ending) = ending_of(called, &verdict) {
            ended.push(Ended {
                event: Arc::clone(&called.event),
                input: Arc::clone(&called.input),
                ending,
            });
        }
        outcomes.push(Outcome {
            event_id: called.event.id,
            verdict,
        });
    }

    plan_afresh(&tx).await?;
    let terms = Terms::all(blames_an_item, careful);
    let isolated = isolate(&mut tx, &ended, &Recording(stage.as_ref()), terms).await?;
    for (place, error) in isolated.culprits {
        let event = &ended[place].event;
        // The result could not be written, so the event is not done, whatever the service said.
        if let Some(outcome) = outcomes
            .iter_mut()
            .find(|outcome| outcome.event_id == event.id)
        {
            outcome.verdict = of_error(&error, event.attempt, &row.bounds);
        }
    }
    finish(&tx, row.id, &row.name, &outcomes).await?;
    tx.commit().await?;
    counts::ended_all(&row.name, outcomes.iter().map(|outcome| &outcome.verdict));
    counts::calls(&row.name, answered.iter().filter_map(|called| called.took));
    Ok(())
}

/// Gives up the claims, and returns which still stood.
async fn release_standing(
    tx: &Transaction<'_>,
    row: &StageRow,
    answered: &[Called],
) -> Result<HashSet<(i64, i64)>, DbError> {
    let (events, begun): (Vec<&Event>, Vec<bool>) = answered
        .iter()
        .map(|called| (&*called.event, called.begun))
        .unzip();
    let held = release(tx, &events, &begun).await?;
    let is_stale =
        |called: &&Called| called.begun && !held.contains(&(called.event.id, called.event.epoch));
    let stale = answered.iter().filter(is_stale).count();
    if stale > 0 {
        tracing::warn!(
            stage.name = row.name,
            stale,
            "stale completions were refused"
        );
    }
    Ok(held)
}

/// Settles events without a call: their claims end as if a call had come back.
async fn settle(
    tx: &Transaction<'_>,
    row: &StageRow,
    settled: Vec<(Event, Verdict)>,
) -> Result<(), DbError> {
    if settled.is_empty() {
        return Ok(());
    }
    let events: Vec<&Event> = settled.iter().map(|(event, _)| event).collect();
    release(tx, &events, &vec![false; events.len()]).await?;
    let outcomes: Vec<Outcome> = settled
        .into_iter()
        .map(|(event, verdict)| Outcome {
            event_id: event.id,
            verdict,
        })
        .collect();
    finish(tx, row.id, &row.name, &outcomes).await
}

/// Back to where it was claimed from, its attempt unspent.
pub fn put_back(reason: &str) -> Verdict {
    Verdict::Retry {
        after: Duration::ZERO,
        spent: false,
        reason: reason.to_owned(),
    }
}

fn verdict_of(called: &Called, bounds: &Bounds, stage: &dyn OutsideStage) -> Verdict {
    match &called.answer {
        Ok(answer) => of_answer(answer, called.event.attempt, bounds, stage.on_unknown()),
        Err(verdict) => verdict.clone(),
    }
}

/// How the call ended, if it ended for good.
fn ending_of(called: &Called, verdict: &Verdict) -> Option<Ending> {
    match (verdict, &called.answer) {
        (Verdict::Processed, Ok(Answer::Delivered(value))) => {
            Some(Ending::Delivered(value.clone()))
        }
        (Verdict::Failed { reason }, _) => Some(Ending::Failed {
            reason: reason.clone(),
        }),
        _ => None,
    }
}

/// A stage's preparation as something that can be isolated.
struct Preparation<'a>(&'a dyn OutsideStage);

#[async_trait]
impl SliceWork<Event, Vec<(i64, Prepared)>> for Preparation<'_> {
    async fn run(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<(i64, Prepared)>, DbError> {
        let prepared = self.0.prepare(tx, events).await?;
        Ok(events.iter().map(|event| event.id).zip(prepared).collect())
    }
}

/// A stage's recording as something that can be isolated.
struct Recording<'a>(&'a dyn OutsideStage);

#[async_trait]
impl SliceWork<Ended, ()> for Recording<'_> {
    async fn run(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        self.0.record(tx, ended).await
    }
}
