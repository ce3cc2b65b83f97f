//! What the engine counts. Names and labels are fixed here; where nobody records, it costs nothing.
//!
//! | name | labels | what |
//! |---|---|---|
//! | `pgcascade_events_total` | `stage`, `outcome` | attempts that ended: processed, failed, retried, cancelled |
//! | `pgcascade_batch_seconds` | `stage` | a batch in the database, claim to commit |
//! | `pgcascade_wait_seconds` | `stage` | an event's wait from when it was written, or due, to its claim |
//! | `pgcascade_call_seconds` | `stage` | an outside call |
//! | `pgcascade_wakeups_total` | `cause` | stages woken: notification, relay, heartbeat, schedule |

use std::collections::BTreeMap;
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
        "from when an event was written, or due, to its claim"
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
    count(stage, outcome(verdict), events);
}

/// Attempts of a batch, each with how it ended.
pub fn ended_all<'a>(stage: &str, verdicts: impl Iterator<Item = &'a Verdict>) {
    let mut ended = BTreeMap::<_, usize>::new();
    for verdict in verdicts {
        *ended.entry(outcome(verdict)).or_default() += 1;
    }
    for (outcome, events) in ended {
        count(stage, outcome, events);
    }
}

fn count(stage: &str, outcome: &'static str, events: usize) {
    let events = u64::try_from(events).unwrap_or_default();
    counter!("pgcascade_events_total", "stage" => stage.to_owned(), "outcome" => outcome)
        .increment(events);
}

fn outcome(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Processed => "processed",
        Verdict::Failed { .. } => "failed",
        Verdict::Cancelled { .. } => "cancelled",
        Verdict::Retry { .. } | Verdict::PauseStage { .. } => "retried",
    }
}

/// A batch in the database took so long.
pub fn batch(stage: &str, took: Duration) {
    histogram!("pgcascade_batch_seconds", "stage" => stage.to_owned()).record(took);
}

/// Events waited so long.
pub fn waited(stage: &str, waits: impl Iterator<Item = Duration>) {
    record_all("pgcascade_wait_seconds", stage, waits);
}

/// Outside calls took so long.
pub fn calls(stage: &str, took: impl Iterator<Item = Duration>) {
    record_all("pgcascade_call_seconds", stage, took);
}

fn record_all(name: &'static str, stage: &str, spans: impl Iterator<Item = Duration>) {
    let seconds = histogram!(name, "stage" => stage.to_owned());
    for span in spans {
        seconds.record(span);
    }
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
