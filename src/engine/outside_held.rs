//! What the runner of an outside stage holds, and what follows from it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::claim::CLAIMED_BYTES_MAX;
use super::event::Event;
use super::low_water::LowWater;
use super::outside_batch::{Called, Claimed};
use super::outside_waiting::{Looked, Waiting};
use crate::db::DbError;

/// Finished calls wait at most this long for others to be written with them.
const WRITE_DELAY: Duration = Duration::from_millis(20);
/// So many finished calls are written at once without waiting for more.
const WRITTEN_AT_ONCE: usize = 500;
/// Most that wait to be written: whoever cannot write what was answered must not ask for more.
const UNWRITTEN_MAX: usize = 4 * WRITTEN_AT_ONCE;
/// Events are claimed ahead of their calls for about this long.
const HOLD: Duration = Duration::from_secs(1);
/// What a call is taken to need before any was made.
const CALL_GUESS: Duration = Duration::from_millis(100);

/// What the runner holds.
#[derive(Default)]
pub(super) struct Held {
    /// Claimed, the call not begun.
    pub(super) waiting: Waiting,
    /// A look under way which of those claims stand.
    pub(super) looking: Option<BoxFuture<'static, Looked>>,
    /// Called: the tasks, and what each of them works on, by event and epoch.
    pub(super) calls: JoinSet<Called>,
    pub(super) called: HashMap<(i64, i64), (Arc<Event>, Arc<Value>)>,
    /// Answered, not written; and when the first of them must be written at the latest.
    pub(super) answered: Vec<Called>,
    pub(super) write_at: Option<Instant>,
    /// A claim under way.
    pub(super) claiming: Option<BoxFuture<'static, Claiming>>,
    /// Answers on their way into the database: which events they are of.
    pub(super) writing: Option<BoxFuture<'static, Writing>>,
    pub(super) written: Vec<i64>,
    /// The account was refused: no call begins until that is written, and the stage paused by it.
    pub(super) refused: bool,
    /// The stage wants nothing until then.
    pub(super) rests_until: Option<Instant>,
    /// A claim failed in a way that leaves open whether it was made.
    pub(super) claim_in_doubt: bool,
    /// An event that somebody held was in the way of a claim: until then such are set aside.
    pub(super) skips_held_until: Option<Instant>,
    /// Errors of the database in a row.
    pub(super) failures: u32,
    /// How long a call takes, as a moving mean.
    pub(super) call_mean: Duration,
    /// How large an event is, as a moving mean that rises at once.
    pub(super) bytes_mean: usize,
    /// Up to where the queue has been read; with the claim while one is under way.
    pub(super) low_water: LowWater,
}

/// What a claim came to, and the marks that it took along.
pub(super) struct Claiming {
    pub(super) began: Instant,
    pub(super) claimed: Result<Claimed, DbError>,
    pub(super) low_water: LowWater,
}

/// What a completion came to, and the answers that it took along.
pub(super) struct Writing {
    pub(super) written: Result<(), DbError>,
    pub(super) answered: Vec<Called>,
}

impl Held {
    /// A call came back.
    pub(super) fn answer(&mut self, called: Called) {
        self.called.remove(&(called.event.id, called.event.epoch));
        if let Some(took) = called.took {
            self.call_mean = (self.call_mean * 7 + took) / 8;
        }
        self.answered.push(called);
        self.write_at
            .get_or_insert_with(|| Instant::now() + WRITE_DELAY);
    }

    /// Takes in how large events are.
    pub(super) fn measure(&mut self, events: usize, bytes: usize) {
        if let Some(mean) = bytes.checked_div(events) {
            self.bytes_mean = mean.max((self.bytes_mean * 7 + mean) / 8);
        }
    }

    /// How many events may be in memory beside the calls, being as large as they are.
    fn fits(&self) -> usize {
        (CLAIMED_BYTES_MAX / self.bytes_mean.max(1)).max(1)
    }

    /// While so many wait to be written no call begins.
    fn unwritten_max(&self) -> usize {
        UNWRITTEN_MAX.min(self.fits())
    }

    /// Every event held, whatever its state.
    pub(super) fn ids(&self) -> Vec<i64> {
        let waiting = self.waiting.events().map(|event| event.id);
        let answered = self.answered.iter().map(|called| called.event.id);
        waiting
            .chain(self.called.keys().map(|(id, _)| *id))
            .chain(answered)
            .chain(self.written.iter().copied())
            .collect()
    }

    /// Whether no event is held, not even one whose answer is being written.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
            && self.calls.is_empty()
            && self.answered.is_empty()
            && self.written.is_empty()
    }

    /// Whether events that others hold are set aside.
    pub(super) fn skips_held(&self) -> bool {
        self.skips_held_until
            .is_some_and(|until| until > Instant::now())
    }

    /// How many events to hold: about a second's worth of calls. More would wait here while another
    /// daemon stands idle, and would be held by this one should it die.
    pub(super) fn room(&self, concurrency: usize) -> usize {
        let mean = if self.call_mean.is_zero() {
            CALL_GUESS
        } else {
            self.call_mean
        };
        let calls_one_by_one = HOLD.as_micros() / mean.as_micros().max(1000);
        let in_time = usize::try_from(calls_one_by_one).unwrap_or(1).max(2) * concurrency;
        in_time.min(self.fits())
    }

    /// Whether an event that must run alone is running or next.
    pub(super) fn alone(&self) -> bool {
        let running = self.called.values().any(|(event, _)| event.crashes > 0);
        let next = self.waiting.events().next();
        running || next.is_some_and(|event| event.crashes > 0)
    }

    /// Whether a call may begin beside those under way.
    pub(super) fn may_call(&self, concurrency: usize) -> bool {
        self.calls.len() < concurrency
            && !self.refused
            && self.answered.len() < self.unwritten_max()
    }

    /// Whether finished calls should be written now: there are enough, their time has come, or
    /// there is nothing to wait for.
    pub(super) fn write_is_due(&self) -> bool {
        let nothing_else = self.calls.is_empty() && self.waiting.is_empty();
        !self.answered.is_empty()
            && self.writing.is_none()
            && (nothing_else
                || self.answered.len() >= WRITTEN_AT_ONCE
                || self.write_at.is_some_and(|at| at <= Instant::now()))
    }

    /// Whether more may be claimed beside what is held.
    pub(super) fn has_appetite(&self, room: usize) -> bool {
        self.claiming.is_none()
            && !self.refused
            && !self.alone()
            && self.waiting.len() <= room / 2
            && self.answered.len() + self.written.len() < room.max(self.unwritten_max())
    }
}
