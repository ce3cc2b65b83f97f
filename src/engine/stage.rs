//! The contract of a stage, and the row that tells how it runs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::event::Event;
use super::verdict::Verdict;
use crate::answer::Answer;
use crate::db::{DbError, Transaction};

/// How a stage runs, from its row in `pipeline.stages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Outside stages: most calls at once in this daemon; in-database stages: batches at once.
    pub concurrency: usize,
    /// After so many failed attempts an event fails for good.
    pub max_attempts: i16,
    /// Wait after the first failed attempt.
    pub backoff: Duration,
    /// No wait is longer.
    pub backoff_max: Duration,
    /// Longest time of one outside call. (A batch in the database is bounded by the claim.)
    pub timeout: Duration,
}

/// What became of one event of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The event.
    pub event_id: i64,
    /// What became of it.
    pub verdict: Verdict,
}

/// A stage whose whole work is in the database.
///
/// Exactly once: claim, work, result and the next events commit together or not at all.
#[async_trait]
pub trait InDatabaseStage: Send + Sync {
    /// Does the work of a batch inside the claiming transaction.
    ///
    /// Before: the events are claimed by `tx` and will be processed when it commits. After: every
    /// result is written through `tx`. Returned are the exceptions only; an event that is not named
    /// is processed. An error undoes this call's writes, and the engine repeats it with halves of
    /// the batch until the error is pinned to single events, so the work must be the same for any
    /// split of a batch. It must do nothing outside `tx`.
    ///
    /// # Errors
    /// Whatever the database says.
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError>;

    /// Whether the work is a function in the database.
    fn is_sql_function(&self) -> bool {
        false
    }

    /// Whether one session of the pool is the stage's own, once it has worked there: where what the
    /// work has compiled and planned in it takes longer than a batch, and somebody waits for one.
    fn keeps_session(&self) -> bool {
        false
    }

    /// The statement that claims a batch and does its work where the events are, without fetching
    /// them, as `sql/queries/engine/run_sql_batch.sql` does; None where there is none.
    fn at_one_go(&self) -> Option<&str> {
        None
    }
}

/// What is to be done for one claimed event of an outside stage.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared {
    /// Make the call with this input.
    Call(Value),
    /// No call is needed: this became of the event.
    Settled(Verdict),
}

/// How the call for an event ended, for good.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The service did what it should and returned this.
    Delivered(Value),
    /// The event fails: it was rejected, or its attempts are spent.
    Failed {
        /// What happened and what to do.
        reason: String,
    },
}

/// An event whose call ended for good.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// The event.
    pub event: Arc<Event>,
    /// What [`OutsideStage::prepare`] gave for it.
    pub input: Arc<Value>,
    /// How it ended.
    pub ending: Ending,
}

/// What an answer of unknown outcome means for a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnknown {
    /// Asking again does no harm, or the stage finds out what happened before it repeats anything.
    AskAgain,
    /// The effect cannot be taken back: the event fails and a person decides.
    LetAPersonDecide,
}

/// How much an outside stage wants to be given now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appetite {
    /// As many events as it can hold.
    Full,
    /// One event, to find out whether what it calls is back.
    One,
    /// Nothing for so long: what it calls is known to be away, and events better stay queued than
    /// be claimed and given back.
    Nothing(Duration),
}

/// A stage that calls an outside service.
///
/// `prepare` and `record` run in transactions of the engine, `call` outside any. If the daemon dies
/// after `prepare` committed, the event is claimed again and `prepare` runs again: what it wrote
/// the first time tells it that a call may have been made. If the event is cancelled, put off or
/// taken back before its call begins, the call is not made, and neither is it told to `record`.
#[async_trait]
pub trait OutsideStage: Send + Sync {
    /// Reads what the calls need and writes down that they are about to be made.
    ///
    /// Runs inside the claiming transaction, so the attempt is on record before the call. Returns
    /// one entry for each event, in their order. An error is pinned to single events as in
    /// [`InDatabaseStage::run`].
    ///
    /// # Errors
    /// Whatever the database says.
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError>;

    /// Makes one call. Cancelled at the stage's time-out, which counts as an unknown outcome.
    async fn call(&self, input: &Value) -> Answer<Value>;

    /// Writes results, in the transaction that completes the claims.
    ///
    /// Called with events that ended for good and are still held by this daemon. An error is pinned
    /// to single events, which are then tried again.
    ///
    /// # Errors
    /// Whatever the database says.
    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError>;

    /// How much it wants to be given now; asked before each claim.
    fn appetite(&self) -> Appetite {
        Appetite::Full
    }

    /// What an unknown outcome means here. The careful answer is the default.
    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::LetAPersonDecide
    }
}
