//! What the engine counts. Names and labels are fixed here; where nobody records, it costs nothing.
//!
//! | name | labels | what |
//! |---|---|---|
//! | `pgcascade_events_total` | `stage`, `outcome` | attempts that ended: processed, failed, retried, cancelled |
//! | `pgcascade_batch_seconds` | `stage` | a batch in the database, claim to commit |
//! | `pgcascade_wait_seconds` | `stage` | from when it was written, or due, to its claim, of the longest waiting of a batch |
//! | `pgcascade_call_seconds` | `stage` | an outside call |
//! | `pgcascade_wakeups_total` | `cause` | stages woken: notification, relay, heartbeat, schedule |

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

use super::verdict::Verdict;

/// Says to whoever records what the names mean.
pub fn describe_counts() {
    describe_counter!(
        "pgcascade_events_total",
        "attempts that ended, by stage and outcome"
    );
    describe_histogram!(
        "pgcascade_batch_seconds",
        Unit::Seconds,
        "a batch in the database, from its claim to its commit"
    );
    describe_histogram!(
        "pgcascade_wait_seconds",
        Unit::Seconds,
        "from when an event was written, or due, to its claim: the longest waiting of each batch"
    );
    describe_histogram!("pgcascade_call_seconds", Unit::Seconds, "an outside call");
    describe_counter!("pgcascade_wakeups_total", "stages woken, by cause");
}

/// Why a stage looks for work.
#[derive(Debug, Clone, Copy)]
pub enum Cause {
    /// A notification of the database.
    Notification,
    /// This daemon announced what writers had left to it.
    Relay,
    /// The heartbeat found events that nobody had been told of.
    Heartbeat,
    /// Something was due.
    Schedule,
}

/// Attempts that ended so.
pub fn ended(stage: &str, verdict: &Verdict, events: usize) {
    let outcome = match verdict {
        Verdict::Processed => "processed",
        Verdict::Failed { .. } => "failed",
        Verdict::Cancelled { .. } => "cancelled",
        Verdict::Retry { .. } | Verdict::PauseStage { .. } => "retried",
    };
    let events = u64::try_from(events).unwrap_or_default();
    counter!("pgcascade_events_total", "stage" => stage.to_owned(), "outcome" => outcome)
        .increment(events);
}

/// A batch in the database took so long.
pub fn batch(stage: &str, took: Duration) {
    histogram!("pgcascade_batch_seconds", "stage" => stage.to_owned()).record(took);
}

/// The event that waited longest of a batch waited so long.
pub fn waited(stage: &str, waited: Duration) {
    histogram!("pgcascade_wait_seconds", "stage" => stage.to_owned()).record(waited);
}

/// An outside call took so long.
pub fn call(stage: &str, took: Duration) {
    histogram!("pgcascade_call_seconds", "stage" => stage.to_owned()).record(took);
}

/// Something woke a stage.
pub fn woken(cause: Cause) {
    let cause = match cause {
        Cause::Notification => "notification",
        Cause::Relay => "relay",
        Cause::Heartbeat => "heartbeat",
        Cause::Schedule => "schedule",
    };
    counter!("pgcascade_wakeups_total", "cause" => cause).increment(1);
}
