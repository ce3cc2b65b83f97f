//! Running a stage that calls an outside service: claim, call outside any transaction, complete.
//!
//! One task per stage owns everything: the claimed events that wait for their call, the calls under
//! way (bounded by the stage's concurrency) and the finished ones that wait to be written. Claims
//! and completions are batches; calls are single.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::event::Event;
use super::low_water::LowWater;
use super::outside_batch::{Called, Claimed, Room, claim_and_prepare, complete, give_back};
use super::stage::{Appetite, OnUnknown, OutsideStage};
use super::stages::StageRow;
use super::verdict::Verdict;
use crate::answer::Answer;
use crate::db::{Class, DbError, Pool};

/// Finished calls wait at most this long for others to be written with them.
const WRITE_DELAY: Duration = Duration::from_millis(20);
/// So many finished calls are written at once without waiting for more.
const WRITTEN_AT_ONCE: usize = 500;
/// Events are claimed ahead of their calls for about this long.
const HOLD: Duration = Duration::from_secs(1);
/// What a call is taken to need before any was made.
const CALL_GUESS: Duration = Duration::from_millis(100);
/// Wait after an error of the database before it is tried again.
const ERROR_PAUSE: Duration = Duration::from_millis(500);
/// Reason kept with an event that goes back because its daemon stopped or its stage was paused.
const PUT_BACK: &str = "put back before its call was made";

/// The runner of one outside stage in one daemon.
pub struct OutsideRunner {
    /// Where to work.
    pub pool: Pool,
    /// The daemon's id in `pipeline.workers`.
    pub worker_id: i32,
    /// The stage's row, followed while it runs.
    pub row: watch::Receiver<StageRow>,
    /// The stage's code.
    pub stage: Arc<dyn OutsideStage>,
    /// Rings when there may be something to claim.
    pub bell: Arc<Notify>,
    /// Ends the runner: nothing more is claimed, calls under way may finish.
    pub stop: CancellationToken,
    /// Ends calls under way, too.
    pub abandon: CancellationToken,
}

/// What the runner holds.
#[derive(Default)]
struct Held {
    /// Claimed, the call not begun.
    waiting: VecDeque<(Event, Value)>,
    /// Called: the tasks, and what each of them works on, by event and epoch.
    calls: JoinSet<Called>,
    called: HashMap<(i64, i64), (Event, Value)>,
    /// Answered, not written; and when the first of them must be written at the latest.
    answered: Vec<Called>,
    write_at: Option<Instant>,
    /// The stage wants nothing until then.
    rests_until: Option<Instant>,
    /// A claim failed in a way that leaves open whether it was made.
    claim_in_doubt: bool,
    /// How long a call takes, as a moving mean.
    call_mean: Duration,
    /// Up to where the queue has been read.
    low_water: LowWater,
}

impl Held {
    /// A call came back.
    fn answer(&mut self, called: Called) {
        self.called.remove(&(called.event.id, called.event.epoch));
        if let Some(took) = called.took {
            self.call_mean = (self.call_mean * 7 + took) / 8;
        }
        self.answered.push(called);
        self.write_at
            .get_or_insert_with(|| Instant::now() + WRITE_DELAY);
    }

    /// Every event held, whatever its state.
    fn ids(&self) -> Vec<i64> {
        let waiting = self.waiting.iter().map(|(event, _)| event.id);
        let answered = self.answered.iter().map(|called| called.event.id);
        waiting
            .chain(self.called.keys().map(|(id, _)| *id))
            .chain(answered)
            .collect()
    }

    /// How many events to hold: about a second's worth of calls. More would wait here while another
    /// daemon stands idle, and would be held by this one should it die.
    fn room(&self, concurrency: usize) -> i32 {
        let mean = if self.call_mean.is_zero() {
            CALL_GUESS
        } else {
            self.call_mean
        };
        let calls_one_by_one = HOLD.as_micros() / mean.as_micros().max(1000);
        let calls = usize::try_from(calls_one_by_one).unwrap_or(1).max(2) * concurrency;
        i32::try_from(calls).unwrap_or(i32::MAX)
    }

    /// Whether an event that must run alone is running or next.
    fn alone(&self) -> bool {
        let running = self.called.values().any(|(event, _)| event.crashes > 0);
        running
            || self
                .waiting
                .front()
                .is_some_and(|(event, _)| event.crashes > 0)
    }

    /// Whether finished calls should be written now: there are enough, their time has come, or
    /// there is nothing to wait for.
    fn write_is_due(&self) -> bool {
        let nothing_else = self.calls.is_empty() && self.waiting.is_empty();
        !self.answered.is_empty()
            && (nothing_else
                || self.answered.len() >= WRITTEN_AT_ONCE
                || self.write_at.is_some_and(|at| at <= Instant::now()))
    }
}

/// What woke the runner.
enum Woken {
    Stop,
    Answer(Called),
    WriteDue,
    Bell,
    RowChanged,
    Rested,
}

impl OutsideRunner {
    /// Works until told to stop, then finishes or puts back what it holds.
    pub async fn run(mut self) {
        let mut held = Held::default();
        let mut claimable = false;
        loop {
            match self.next(&mut held).await {
                Woken::Stop => break,
                Woken::Answer(called) => self.answer(&mut held, called),
                Woken::WriteDue => {}
                Woken::Bell | Woken::RowChanged => claimable = true,
                Woken::Rested => held.rests_until = None,
            }
            if self.row.borrow().paused {
                self.put_back_waiting(&mut held);
            }
            self.begin_calls(&mut held);
            if held.write_is_due() {
                self.write(&mut held).await;
                // An event that must run alone waits for a daemon without calls: that is us now.
                claimable |= held.calls.is_empty();
            }
            while claimable && held.waiting.is_empty() && !held.alone() && !self.rests(&mut held) {
                claimable = !self.stop.is_cancelled() && self.claim(&mut held).await;
                self.begin_calls(&mut held);
                if held.calls.len() >= self.concurrency() {
                    break;
                }
            }
        }
        self.wind_down(held).await;
    }

    /// Waits for the next thing to do.
    async fn next(&mut self, held: &mut Held) -> Woken {
        let idle = held.calls.is_empty();
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Woken::Stop,
            Some(joined) = held.calls.join_next(), if !idle => match joined {
                Ok(called) => Woken::Answer(called),
                // Panics are caught inside the task, and nobody aborts it here.
                Err(_) => Woken::WriteDue,
            },
            () = tokio::time::sleep_until(held.write_at.unwrap_or_else(Instant::now)),
                if held.write_at.is_some() => Woken::WriteDue,
            changed = self.row.changed() => match changed {
                Ok(()) => Woken::RowChanged,
                Err(_) => Woken::Stop,
            },
            () = self.bell.notified(), if held.waiting.is_empty() => Woken::Bell,
            () = tokio::time::sleep_until(held.rests_until.unwrap_or_else(Instant::now)),
                if held.rests_until.is_some() => Woken::Rested,
        }
    }

    /// Whether the stage wants nothing now. It is asked again when its time is over, or when a call
    /// comes back.
    fn rests(&self, held: &mut Held) -> bool {
        held.rests_until = match self.stage.appetite() {
            Appetite::Nothing(wait) => Some(Instant::now() + wait),
            Appetite::Full | Appetite::One => None,
        };
        held.rests_until.is_some()
    }

    /// Takes in an answer. A refused account ends the calls at once: every further one could get
    /// the account or its address blocked.
    fn answer(&self, held: &mut Held, called: Called) {
        let refused = matches!(called.answer, Ok(Answer::Credential { .. }));
        held.answer(called);
        if refused {
            self.put_back_waiting(held);
            held.write_at = Some(Instant::now());
        }
    }

    /// Claims a batch; false when there is nothing to claim.
    async fn claim(&self, held: &mut Held) -> bool {
        match self.try_claim(held).await {
            Ok(claimed) => {
                held.waiting.extend(claimed.calls);
                claimed.events > 0 || held.low_water.saw_nothing()
            }
            Err(error) => {
                held.claim_in_doubt |= error.class() == Class::Lost;
                self.pause_after("claim", &error).await;
                false
            }
        }
    }

    async fn try_claim(&self, held: &mut Held) -> Result<Claimed, DbError> {
        let row = self.row.borrow().clone();
        if held.claim_in_doubt {
            give_back(&self.pool, row.id, self.worker_id, &held.ids()).await?;
            held.claim_in_doubt = false;
        }
        let room = Room {
            events: match self.stage.appetite() {
                Appetite::One => 1,
                Appetite::Full | Appetite::Nothing(_) => held.room(row.bounds.concurrency),
            },
            busy: !held.calls.is_empty(),
        };
        let low_water = &mut held.low_water;
        let claimed = claim_and_prepare(
            &self.pool,
            &row,
            self.worker_id,
            room,
            &self.stage,
            low_water,
        )
        .await;
        if claimed.is_err() {
            held.low_water.forget();
        }
        claimed
    }

    /// Begins as many calls as the concurrency allows.
    fn begin_calls(&self, held: &mut Held) {
        let timeout = self.row.borrow().bounds.timeout;
        while held.calls.len() < self.concurrency() {
            if held.alone() && !held.calls.is_empty() {
                return;
            }
            let Some((event, input)) = held.waiting.pop_front() else {
                return;
            };
            let stage = Arc::clone(&self.stage);
            held.called
                .insert((event.id, event.epoch), (event.clone(), input.clone()));
            held.calls.spawn(async move {
                let began = Instant::now();
                let answer = call(stage.as_ref(), &input, timeout).await;
                let took = Some(began.elapsed());
                Called {
                    event,
                    input,
                    took,
                    answer: Ok(answer),
                }
            });
        }
    }

    /// Writes everything answered; keeps it for another try when the database is away.
    async fn write(&self, held: &mut Held) {
        let row = self.row.borrow().clone();
        let completing = complete(&self.pool, &row, &self.stage, &held.answered);
        match completing.await {
            Ok(()) => {
                held.answered.clear();
                held.write_at = None;
            }
            Err(error) => self.pause_after("completion", &error).await,
        }
    }

    /// Events whose call was not begun go back, their attempt unspent.
    fn put_back_waiting(&self, held: &mut Held) {
        for (event, input) in std::mem::take(&mut held.waiting) {
            held.answer(Called {
                event,
                input,
                took: None,
                answer: Err(put_back()),
            });
        }
    }

    /// After stop: waiting events go back, calls may finish until abandoned, results are written.
    async fn wind_down(&self, mut held: Held) {
        self.put_back_waiting(&mut held);
        loop {
            tokio::select! {
                joined = held.calls.join_next() => match joined {
                    Some(Ok(called)) => held.answer(called),
                    Some(Err(_)) => {}
                    None => break,
                },
                () = self.abandon.cancelled() => {
                    self.abandon_calls(&mut held);
                    break;
                }
            }
        }
        while !held.answered.is_empty() {
            self.write(&mut held).await;
            if self.abandon.is_cancelled() {
                // What could not be written stays in flight under our name and is reclaimed.
                return;
            }
        }
    }

    /// Lets go of calls under way: where asking again does no harm their events go back, elsewhere
    /// their outcome is unknown.
    fn abandon_calls(&self, held: &mut Held) {
        held.calls.abort_all();
        tracing::warn!(
            stage.name = self.row.borrow().name,
            calls = held.called.len(),
            "stopping with calls under way"
        );
        for (_, (event, input)) in held.called.drain() {
            let answer = match self.stage.on_unknown() {
                OnUnknown::AskAgain => Err(put_back()),
                OnUnknown::LetAPersonDecide => Ok(Answer::Unknown {
                    reason: "The daemon was stopped during the call.".to_owned(),
                }),
            };
            held.answered.push(Called {
                event,
                input,
                took: None,
                answer,
            });
        }
    }

    fn concurrency(&self) -> usize {
        self.row.borrow().bounds.concurrency
    }

    async fn pause_after(&self, what: &str, error: &DbError) {
        if error.class() == Class::Lost {
            self.pool.drop_idle();
        }
        if error.class() != Class::Conflict {
            let stage = &self.row.borrow().name.clone();
            tracing::warn!(stage.name = stage, %error, "{what} failed and will be tried again");
        }
        tokio::select! {
            () = self.abandon.cancelled() => {}
            () = tokio::time::sleep(ERROR_PAUSE) => {}
        }
    }
}

/// One call within its time-out; a panic is an answer, not the end of the daemon.
async fn call(stage: &dyn OutsideStage, input: &Value, timeout: Duration) -> Answer<Value> {
    let caught = AssertUnwindSafe(stage.call(input)).catch_unwind();
    match tokio::time::timeout(timeout, caught).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Answer::Unknown {
            reason: "The stage panicked during the call; the daemon's log says where.".to_owned(),
        },
        Err(_) => Answer::Unknown {
            reason: format!(
                "No answer within {} s (timeout in pipeline.stages).",
                timeout.as_secs()
            ),
        },
    }
}

fn put_back() -> Verdict {
    Verdict::Retry {
        after: Duration::ZERO,
        spent: false,
        reason: PUT_BACK.to_owned(),
    }
}
