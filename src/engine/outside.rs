//! Running a stage that calls an outside service: claim, call outside any transaction, complete.
//!
//! One task per stage owns everything: the claimed events that wait for their call, the calls under
//! way (bounded by the stage's concurrency) and the finished ones that wait to be written. Claims
//! and completions are batches; calls are single. A claim, a completion and the calls go on side by
//! side, one of the first two each at a time.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::claim::SKIPS_HELD;
use super::outside_batch::{Called, Room, claim_and_prepare, complete, give_back, put_back};
use super::outside_held::{Claiming, Held, Writing};
use super::outside_waiting::Looked;
use super::stage::{Appetite, OnUnknown, OutsideStage};
use super::stages::StageRow;
use crate::answer::Answer;
use crate::db::{Class, DbError, Pool};

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
    /// Rings when claims of the stage may have been lost.
    pub claims_lost: Arc<Notify>,
    /// Ends the runner: nothing more is claimed, calls under way may finish.
    pub stop: CancellationToken,
    /// Ends calls under way, too.
    pub abandon: CancellationToken,
}

/// What woke the runner.
enum Woken {
    Stop,
    ClaimsLost,
    Looked(Looked),
    Answer(Called),
    Claimed(Box<Claiming>),
    Written(Writing),
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
                Woken::ClaimsLost => held.waiting.hear_of_loss(),
                Woken::Looked(looked) => self.let_go(&mut held, looked),
                Woken::Answer(called) => self.answer(&mut held, called),
                Woken::Claimed(claiming) => claimable = self.take_in(&mut held, *claiming),
                Woken::Written(writing) => {
                    self.settle(&mut held, writing);
                    // An event that must run alone waits for a daemon without calls: maybe us now.
                    claimable |= held.calls.is_empty();
                }
                Woken::WriteDue => {}
                Woken::Bell | Woken::RowChanged => claimable = true,
                Woken::Rested => held.rests_until = None,
            }
            if self.row.borrow().paused || self.wants_nothing() {
                self.put_back_waiting(&mut held);
            }
            self.begin_calls(&mut held);
            if held.write_is_due() {
                self.write(&mut held);
                // What is written makes room for more answers.
                self.begin_calls(&mut held);
            }
            if held.looking.is_none() && held.waiting.wants_look() {
                self.look(&mut held);
            }
            let room = self.room(&held);
            if claimable && held.has_appetite(room) && !self.rests(&mut held) {
                // What arrives from now on may be missed by this claim, and is rung for.
                claimable = false;
                self.claim(&mut held, room);
            }
        }
        self.wind_down(held).await;
    }

    /// Waits for the next thing to do.
    async fn next(&mut self, held: &mut Held) -> Woken {
        let idle = held.calls.is_empty();
        let may_write = held.writing.is_none();
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Woken::Stop,
            // Before anything that lets a call begin.
            () = self.claims_lost.notified() => Woken::ClaimsLost,
            looked = under_way(&mut held.looking) => Woken::Looked(looked),
            Some(joined) = held.calls.join_next(), if !idle => match joined {
                Ok(called) => Woken::Answer(called),
                // Panics are caught inside the task, and nobody aborts it here.
                Err(_) => Woken::WriteDue,
            },
            writing = under_way(&mut held.writing) => Woken::Written(writing),
            claiming = under_way(&mut held.claiming) => Woken::Claimed(Box::new(claiming)),
            () = tokio::time::sleep_until(held.write_at.unwrap_or_else(Instant::now)),
                if held.write_at.is_some() && may_write => Woken::WriteDue,
            changed = self.row.changed() => match changed {
                Ok(()) => Woken::RowChanged,
                Err(_) => Woken::Stop,
            },
            () = self.bell.notified(), if held.claiming.is_none() => Woken::Bell,
            () = tokio::time::sleep_until(held.rests_until.unwrap_or_else(Instant::now)),
                if held.rests_until.is_some() => Woken::Rested,
        }
    }

    /// Whether no call would be made now: its event waits better where others can take it.
    fn wants_nothing(&self) -> bool {
        matches!(self.stage.appetite(), Appetite::Nothing(_))
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

    /// How many events to hold before their calls.
    fn room(&self, held: &Held) -> usize {
        match self.stage.appetite() {
            Appetite::One => 1,
            Appetite::Full | Appetite::Nothing(_) => held.room(self.concurrency()),
        }
    }

    /// Takes in an answer. A refused account ends the calls at once: every further one could get
    /// the account or its address blocked.
    fn answer(&self, held: &mut Held, called: Called) {
        let refused = matches!(called.answer, Ok(Answer::Credential { .. }));
        held.answer(called);
        if refused {
            held.refused = true;
            self.put_back_waiting(held);
            held.write_at = Some(Instant::now());
        }
    }

    /// Begins to claim a batch, beside the calls and the completions.
    fn claim(&self, held: &mut Held, room: usize) {
        let (pool, row, stage) = (
            self.pool.clone(),
            self.row.borrow().clone(),
            Arc::clone(&self.stage),
        );
        let room = Room {
            events: i32::try_from(room - held.waiting.len()).unwrap_or(i32::MAX),
            busy: !held.is_empty(),
            skips_held: held.skips_held(),
            careful: held.failures > 0,
        };
        let in_doubt = held.claim_in_doubt.then(|| held.ids());
        let mut low_water = std::mem::take(&mut held.low_water);
        let (worker_id, pause) = (self.worker_id, self.pause(held.failures));
        let began = Instant::now();
        let claiming = async move {
            let claimed = async {
                if let Some(held) = in_doubt {
                    give_back(&pool, row.id, worker_id, &held).await?;
                }
                claim_and_prepare(&pool, &row, worker_id, room, &stage, &mut low_water).await
            }
            .await;
            if let Err(error) = &claimed {
                low_water.take_back();
                pause.after("claim", &pool, &row.name, error).await;
            }
            Claiming {
                began,
                claimed,
                low_water,
            }
        };
        held.claiming = Some(claiming.boxed());
    }

    /// Takes in what a claim found; whether it is worth claiming again.
    fn take_in(&self, held: &mut Held, claiming: Claiming) -> bool {
        held.low_water = claiming.low_water;
        match claiming.claimed {
            Ok(claimed) => {
                held.failures = 0;
                held.claim_in_doubt = false;
                held.measure(claimed.events, claimed.bytes);
                held.waiting.extend(claimed.calls, claiming.began);
                if held.refused {
                    self.put_back_waiting(held);
                }
                claimed.events > 0 || held.low_water.saw_nothing()
            }
            Err(error) => {
                held.failures += 1;
                held.claim_in_doubt |= error.class() == Class::Lost;
                if error.is_locked_out() {
                    held.skips_held_until = Some(Instant::now() + SKIPS_HELD);
                }
                // The heartbeat rings should there be anything.
                error.class() == Class::Lost || error.is_locked_out()
            }
        }
    }

    /// Begins to look which claims stand of those whose calls have not begun.
    fn look(&self, held: &mut Held) {
        let (pool, row) = (self.pool.clone(), self.row.borrow().clone());
        let pause = self.pause(held.failures);
        let looking = held.waiting.look(pool.clone());
        let looking = async move {
            let looked = looking.await;
            if let Some(error) = looked.error() {
                pause.after("look at claims", &pool, &row.name, error).await;
            }
            looked
        };
        held.looking = Some(looking.boxed());
    }

    /// Lets go of what somebody else has decided upon: those calls are not made.
    fn let_go(&self, held: &mut Held, looked: Looked) {
        match held.waiting.settle(looked) {
            Ok(0) => held.failures = 0,
            Ok(calls) => {
                held.failures = 0;
                let stage = &self.row.borrow().name;
                tracing::info!(
                    stage.name = stage,
                    calls,
                    "not made: their events are no longer ours"
                );
            }
            // Logged already; no call begins before it is known.
            Err(_) => held.failures += 1,
        }
    }

    /// Begins as many calls as the concurrency allows, under claims that stand. One that is over at
    /// once needs no task.
    fn begin_calls(&self, held: &mut Held) {
        let timeout = self.row.borrow().bounds.timeout;
        let concurrency = self.concurrency();
        while held.may_call(concurrency) {
            if held.alone() && !held.calls.is_empty() {
                return;
            }
            let Some((event, input)) = held.waiting.next() else {
                return;
            };
            let stage = Arc::clone(&self.stage);
            let (of, with) = (Arc::clone(&event), Arc::clone(&input));
            let mut calling = async move {
                let began = Instant::now();
                let answer = call(stage.as_ref(), &with, timeout).await;
                let took = Some(began.elapsed());
                Called {
                    event: of,
                    input: with,
                    begun: true,
                    took,
                    answer: Ok(answer),
                }
            }
            .boxed();
            if let Some(called) = (&mut calling).now_or_never() {
                self.answer(held, called);
            } else {
                held.called.insert((event.id, event.epoch), (event, input));
                held.calls.spawn(calling);
            }
        }
    }

    /// Begins to write everything answered.
    fn write(&self, held: &mut Held) {
        let (pool, row, stage) = (
            self.pool.clone(),
            self.row.borrow().clone(),
            Arc::clone(&self.stage),
        );
        let answered = std::mem::take(&mut held.answered);
        held.written = answered.iter().map(|called| called.event.id).collect();
        held.write_at = None;
        let (pause, careful) = (self.pause(held.failures), held.failures > 0);
        let writing = async move {
            let written = complete(&pool, &row, &stage, &answered, careful).await;
            if let Err(error) = &written {
                pause.after("completion", &pool, &row.name, error).await;
            }
            Writing { written, answered }
        };
        held.writing = Some(writing.boxed());
    }

    /// Takes in what became of a completion; what could not be written is written again.
    fn settle(&self, held: &mut Held, mut writing: Writing) {
        held.written.clear();
        if writing.written.is_ok() {
            held.failures = 0;
            held.refused = false;
            return;
        }
        held.failures += 1;
        writing.answered.append(&mut held.answered);
        held.answered = writing.answered;
        held.write_at = Some(Instant::now());
    }

    /// Events whose call was not begun go back, their attempt unspent.
    fn put_back_waiting(&self, held: &mut Held) {
        for (event, input) in held.waiting.take() {
            held.answer(Called {
                event,
                input,
                begun: false,
                took: None,
                answer: Err(put_back(PUT_BACK)),
            });
        }
    }

    /// After stop: what a claim under way brings and what waits goes back, calls may finish until
    /// abandoned, results are written.
    async fn wind_down(&self, mut held: Held) {
        if let Some(claiming) = held.claiming.take() {
            tokio::select! {
                claiming = claiming => { self.take_in(&mut held, claiming); }
                () = self.abandon.cancelled() => {}
            }
        }
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
        while held.writing.is_some() || !held.answered.is_empty() {
            if held.writing.is_none() {
                self.write(&mut held);
            }
            let writing = under_way(&mut held.writing).await;
            self.settle(&mut held, writing);
            if self.abandon.is_cancelled() && held.failures > 0 {
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
                OnUnknown::AskAgain => Err(put_back(PUT_BACK)),
                OnUnknown::LetAPersonDecide => Ok(Answer::Unknown {
                    reason: "The daemon was stopped during the call.".to_owned(),
                }),
            };
            held.answered.push(Called {
                event,
                input,
                begun: true,
                took: None,
                answer,
            });
        }
    }

    fn concurrency(&self) -> usize {
        self.row.borrow().bounds.concurrency
    }

    /// The pause that follows should the database fail once more.
    fn pause(&self, failures: u32) -> Pause {
        Pause {
            failures,
            abandon: self.abandon.clone(),
        }
    }
}

/// What follows an error of the database.
struct Pause {
    /// Errors in a row before this one.
    failures: u32,
    abandon: CancellationToken,
}

impl Pause {
    /// Says what failed, and waits before it is tried again. A line that was cut is made anew at
    /// once, the first time.
    async fn after(&self, what: &str, pool: &Pool, stage: &str, error: &DbError) {
        let lost = error.class() == Class::Lost;
        pool.distrust(error);
        if error.class() != Class::Conflict {
            tracing::warn!(stage.name = stage, %error, "{what} failed and will be tried again");
        }
        if lost && self.failures == 0 {
            return;
        }
        tokio::select! {
            () = self.abandon.cancelled() => {}
            () = tokio::time::sleep(ERROR_PAUSE) => {}
        }
    }
}

/// The end of what is under way; waits for ever where nothing is.
async fn under_way<T>(future: &mut Option<BoxFuture<'static, T>>) -> T {
    match future {
        Some(running) => {
            let ended = running.await;
            *future = None;
            ended
        }
        None => std::future::pending().await,
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
