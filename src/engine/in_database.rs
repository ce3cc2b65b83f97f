//! Running a stage whose work is in the database: claim, work, result, next events in one commit.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio_postgres::Row;
use tokio_util::sync::CancellationToken;

use super::alone::{self, Held, Losses, Lost};
use super::claim::{SKIPS_HELD, claim_in_database, plan_afresh, seconds};
use super::complete::finish;
use super::counts;
use super::event::Event;
use super::isolate::{SliceWork, Terms, blames_an_item, blames_whatever_can_be_an_item, isolate};
use super::kept_session::KeptSession;
use super::low_water::LowWater;
use super::outside_batch::give_back;
use super::sql_stage::failures_of;
use super::stage::{Bounds, InDatabaseStage, Outcome};
use super::verdict::{Verdict, of_error};
use crate::db::{Begun, Class, DbError, Pool, Transaction, cleanse};

/// Wait after a batch that had to be given up as a whole. The events are untouched, so nothing is
/// lost by waiting; long enough that a database without disk space is not hammered.
const GIVE_UP_PAUSE: Duration = Duration::from_secs(1);
/// A batch that was not full took all there was; the next one follows when the bell rings, or after
/// this long for what rings none. Much longer than between two relays: under load it is they who
/// ring, once for all that came.
const DWELL: Duration = Duration::from_millis(100);
/// After a batch of so many the bell cuts that short a little later: where several came in at once
/// more come, and are worked on together, so that claims leave the machine to writers. A lone event
/// does not wait, and a larger batch is worth its claim.
const GATHERS: RangeInclusive<usize> = 4..=100;
/// How much later: what is due to the millisecond is not late for it.
const GATHER: Duration = Duration::from_millis(2);
/// Wait after the second batch in a row whose session was lost, doubled for each further one up to
/// [`GIVE_UP_PAUSE`]: a single cut costs next to nothing, a server that is away is not hammered.
const CUT_PAUSE: Duration = Duration::from_millis(25);
/// A deadlock or a serialization failure is over as soon as the other transaction is.
const CONFLICT_PAUSE: Duration = Duration::from_millis(20);
/// An error that no event is to blame for by its class, so often in a row, is looked into event by
/// event all the same: a function may raise anything about one of them.
const GIVEN_UP_MAX: u32 = 3;
/// The same for others that were in the way, who as a rule are gone after a few times.
const CONFLICTS_MAX: u32 = 10;
/// A server that is unwell for one event after the other is waited for so often; then the events
/// are put off, one by one.
const UNWELL_MAX: u32 = 20;
/// A batch that is taken apart ends after so many time-outs, each as long as the stage's timeout.
/// Enough to find the first culprit of any batch in not many more.
const TIMEOUTS_MAX: u32 = 6;
/// Reason kept with an event that goes back because others of its batch took too long.
const LEFT_OVER: &str = "put back: others of its batch took longer than the stage's timeout";

/// One runner of a stage; a stage has as many as its concurrency.
pub struct InDatabaseRunner {
    /// Where to work.
    pub pool: Pool,
    /// The daemon's id in `pipeline.workers`.
    pub worker_id: i32,
    /// The stage's id.
    pub stage_id: i16,
    /// The stage's name.
    pub stage_name: String,
    /// The stage's bounds.
    pub bounds: Bounds,
    /// Most events of one batch.
    pub batch_size: usize,
    /// The stage's code.
    pub stage: Arc<dyn InDatabaseStage>,
    /// The session that the stage's runners keep.
    pub kept: Arc<KeptSession>,
    /// Rings when there may be something to claim.
    pub bell: Arc<Notify>,
    /// Ends the runner after its batch.
    pub stop: CancellationToken,
}

/// How a runner goes about its next batch, after what it met.
#[derive(Default)]
struct Temper {
    /// The last batch raised: the next one is taken apart.
    careful: bool,
    /// The batch has a session.
    is_at_work: bool,
    /// Sessions lost in a row.
    losses: Losses,
    /// An event that runs alone, not finished.
    held: Option<Held>,
    /// The note of such an event may have been committed.
    in_doubt: bool,
    /// Batches given up in a row.
    given_up: u32,
    /// Batches in a row that others were in the way of.
    conflicts: u32,
    /// An event that somebody held was in the way: until then such are set aside.
    skips_held_until: Option<Instant>,
    /// The last batch was refused as a whole over its data, as a constraint does at the commit.
    refused: bool,
    /// Up to where the queue has been read.
    low_water: LowWater,
}

impl Temper {
    fn count(&mut self, error: &DbError, by_order: bool) {
        let lost = match self.is_at_work && !by_order {
            true => Lost::AtWork,
            false => Lost::Blamelessly,
        };
        self.losses.count(error, lost);
        match error.class() {
            Class::Lost => {}
            Class::Conflict if alone::is_awaited(error) => {}
            Class::Conflict => self.conflicts += 1,
            Class::Full | Class::ReadOnly | Class::Rights | Class::Data | Class::Bug => {
                self.given_up += 1;
            }
        }
        if error.is_locked_out() && !alone::is_awaited(error) {
            self.skips_held_until = Some(Instant::now() + SKIPS_HELD);
        }
        self.refused = blames_an_item(error);
    }

    /// Whether events that others hold are set aside.
    fn skips_held(&self) -> bool {
        self.skips_held_until
            .is_some_and(|until| until > Instant::now())
    }

    /// A batch went through.
    fn calm(&mut self) {
        self.losses = Losses::default();
        self.given_up = 0;
        self.conflicts = 0;
        self.refused = false;
    }

    /// Whether it is time to look for one event that is to blame.
    fn blames_all(&self) -> bool {
        self.given_up >= GIVEN_UP_MAX || self.conflicts >= CONFLICTS_MAX
    }
}

impl InDatabaseRunner {
    /// Works until told to stop; a batch that has begun is finished first.
    pub async fn run(self) {
        let mut temper = Temper::default();
        while self.woken().await {
            while !self.stop.is_cancelled() {
                match self.next_batch(&mut temper).await {
                    Ok(0) => {
                        temper.losses = Losses::default();
                        if !temper.low_water.saw_nothing() {
                            break;
                        }
                    }
                    Ok(claimed) => {
                        temper.calm();
                        tracing::debug!(stage.name = self.stage_name, claimed, "batch done");
                        if claimed < self.batch_size {
                            self.dwell(claimed).await;
                        }
                    }
                    Err(error) => {
                        temper.low_water.take_back();
                        temper.count(&error, self.pool.was_ended_by_order());
                        self.pause_after(&error, &temper.losses).await;
                    }
                }
            }
        }
        self.let_go(temper.held).await;
    }

    /// Waits for the bell; false when it is time to stop.
    async fn woken(&self) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = self.bell.notified() => true,
        }
    }

    /// One batch, the fast way where there is one: a function in the database is called where the
    /// events are. When it raises, the next batch is taken apart to find the event to blame.
    async fn next_batch(&self, temper: &mut Temper) -> Result<usize, DbError> {
        temper.is_at_work = false;
        if temper.losses.in_a_row() > 0 {
            self.after_losses(temper).await?;
        }
        if let Some(held) = temper.held {
            return self.batch_of_one(temper, held).await;
        }
        let is_careful = temper.careful || temper.blames_all() || temper.skips_held();
        if let Some(statement) = self.stage.at_one_go()
            && !is_careful
        {
            match self.batch_at_one_go(statement, temper).await {
                Err(error) if blames_an_item(&error) => {
                    tracing::debug!(stage.name = self.stage_name, %error, "taking a batch apart");
                    temper.low_water.take_back();
                }
                done => return done,
            }
        }
        temper.careful = self.stage.is_sql_function() && !temper.careful;
        self.batch(temper).await
    }

    /// One batch of a function in the database: two messages of the daemon's, whatever its size.
    async fn batch_at_one_go(
        &self,
        statement: &str,
        temper: &mut Temper,
    ) -> Result<usize, DbError> {
        let began = Instant::now();
        let timeout = self.bounds.timeout.as_millis();
        // A time-out counts from the beginning of a statement; all else the function sets.
        let settings = format!("set local statement_timeout = {timeout}");
        let session = self.pool.get().await?;
        temper.is_at_work = true;
        let after_ids = temper.low_water.after_ids();
        let (tx, row) = Begun::with_first(
            session,
            &settings,
            statement,
            &[&self.stage_id, &after_ids, &self.worker_id],
        )
        .await?;
        let claimed: i32 = row.try_get("claimed")?;
        if claimed == 0 {
            tx.commit_and_cleanse().await?;
            return Ok(0);
        }
        if let Some(epoch) = row.try_get("epoch")? {
            temper.in_doubt = true;
            tx.commit_and_cleanse().await?;
            let id = row.try_get("held_id")?;
            return Ok(self.keep(temper, Held { id, epoch }));
        }
        let claimed = usize::try_from(claimed).unwrap_or_default();
        self.pass_on(claimed);
        // Not the work: a slow function must not make looks at all rare.
        temper
            .low_water
            .saw(&row, Some(seconds(row.try_get("claim_seconds")?)))?;
        let failed = failures_of(&row, &self.bounds)?;
        finish(&*tx, self.stage_id, &self.stage_name, &failed).await?;
        tx.commit_and_cleanse().await?;
        counts::waited(&self.stage_name, waits_of(&row)?.into_iter());
        self.count(claimed, &failed, began);
        Ok(claimed)
    }

    /// One batch in one transaction; returns how many events were claimed.
    async fn batch(&self, temper: &mut Temper) -> Result<usize, DbError> {
        let terms = self.terms(temper);
        let began = Instant::now();
        let mut session = self.kept.lend(&self.pool).await?;
        temper.is_at_work = true;
        let mut tx = session.client.transaction().await?;
        let (skips_held, low_water) = (temper.skips_held(), &mut temper.low_water);
        let (stage_id, worker_id) = (self.stage_id, self.worker_id);
        let events = claim_in_database(&tx, stage_id, worker_id, low_water, skips_held).await?;
        match events[..] {
            [] => {
                let claimed = nothing_claimed(tx).await?;
                session.give_back(false);
                return Ok(claimed);
            }
            [Event { id, epoch, .. }] if epoch > 0 => {
                temper.in_doubt = true;
                tx.commit().await?;
                return Ok(self.keep(temper, Held { id, epoch }));
            }
            _ => {}
        }
        self.pass_on(events.len());
        let outcomes = self.work(&mut tx, &events, terms).await?;
        finish(&tx, self.stage_id, &self.stage_name, &outcomes).await?;
        tx.commit().await?;
        if self.stage.is_sql_function() {
            cleanse(&session.client).await?;
        }
        session.give_back(true);
        let waits = events.iter().map(|event| event.waited);
        counts::waited(&self.stage_name, waits);
        self.count(events.len(), &outcomes, began);
        Ok(events.len())
    }

    /// How a batch is taken apart, after what was met before.
    fn terms(&self, temper: &Temper) -> Terms {
        Terms {
            blames: if temper.blames_all() {
                blames_whatever_can_be_an_item
            } else {
                blames_an_item
            },
            checks_constraints: temper.refused || self.stage.is_sql_function(),
            timeouts_max: Some(TIMEOUTS_MAX),
            spares_items: temper.given_up < UNWELL_MAX,
        }
    }

    /// Keeps an event that must run alone, now that the note is committed: the work comes next.
    fn keep(&self, temper: &mut Temper, held: Held) -> usize {
        temper.in_doubt = false;
        temper.held = Some(held);
        // There is more to do, as after a full batch.
        self.batch_size
    }

    /// The work on an event that runs alone.
    async fn batch_of_one(&self, temper: &mut Temper, held: Held) -> Result<usize, DbError> {
        let began = Instant::now();
        let mut client = self.pool.get().await?;
        temper.is_at_work = true;
        let mut tx = client.transaction().await?;
        let Some(event) = alone::begin(&tx, held).await? else {
            temper.held = None;
            return nothing_claimed(tx).await;
        };
        plan_afresh(&tx).await?;
        let waited = event.waited;
        let outcomes = self.work(&mut tx, &[event], self.terms(temper)).await?;
        finish(&tx, self.stage_id, &self.stage_name, &outcomes).await?;
        tx.commit().await?;
        counts::waited(&self.stage_name, std::iter::once(waited));
        self.count(1, &outcomes, began);
        temper.held = None;
        if self.stage.is_sql_function() {
            cleanse(&client).await?;
        }
        Ok(self.batch_size)
    }

    /// What is to be found out before the next batch after a session was lost in the middle of one.
    async fn after_losses(&self, temper: &mut Temper) -> Result<(), DbError> {
        if temper.losses.seem_our_fault() {
            let stage = (self.stage_id, self.stage_name.as_str());
            alone::after_crash(&self.pool, stage, self.worker_id).await?;
            temper.held = None;
            temper.losses = Losses::default();
        }
        if temper.in_doubt {
            // If the note was committed we did not hear of it.
            give_back(&self.pool, self.stage_id, self.worker_id, &[]).await?;
            temper.in_doubt = false;
        }
        Ok(())
    }

    /// Gives back an event that was held alone and not finished.
    async fn let_go(&self, held: Option<Held>) {
        if held.is_none() {
            return;
        }
        if let Err(error) = give_back(&self.pool, self.stage_id, self.worker_id, &[]).await {
            tracing::debug!(%error, "an event that was held alone is reclaimed by others");
        }
    }

    /// Counts a batch that has committed.
    fn count(&self, claimed: usize, exceptions: &[Outcome], began: Instant) {
        let processed = claimed.saturating_sub(exceptions.len());
        counts::ended(&self.stage_name, &Verdict::Processed, processed);
        for exception in exceptions {
            counts::ended(&self.stage_name, &exception.verdict, 1);
        }
        counts::batch(&self.stage_name, began.elapsed());
    }

    /// Does the work and returns the exceptions.
    async fn work(
        &self,
        tx: &mut Transaction<'_>,
        events: &[Event],
        terms: Terms,
    ) -> Result<Vec<Outcome>, DbError> {
        let isolated = isolate(tx, events, &Work(self.stage.as_ref()), terms).await?;
        let mut outcomes: Vec<Outcome> = isolated.results.into_iter().flatten().collect();
        for (place, error) in isolated.culprits {
            let event = &events[place];
            outcomes.push(Outcome {
                event_id: event.id,
                verdict: of_error(&error, event.attempt, &self.bounds),
            });
        }
        outcomes.extend(isolated.left.into_iter().map(|place| Outcome {
            event_id: events[place].id,
            verdict: left_over(),
        }));
        Ok(outcomes)
    }

    /// A full batch leaves more behind it: the next idle runner of the stage need not wait for this
    /// one's commit.
    fn pass_on(&self, claimed: usize) {
        if claimed >= self.batch_size {
            self.bell.notify_one();
        }
    }

    /// Lets the next batch gather after one of `claimed` events.
    async fn dwell(&self, claimed: usize) {
        let rung = async {
            if GATHERS.contains(&claimed) {
                tokio::time::sleep(GATHER).await;
            }
            self.bell.notified().await;
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = rung => {}
            () = tokio::time::sleep(DWELL) => {}
        }
    }

    /// Says once per pause what is wrong, and waits a little.
    async fn pause_after(&self, error: &DbError, losses: &Losses) {
        self.pool.distrust(error);
        let pause = if error.class() == Class::Conflict {
            CONFLICT_PAUSE
        } else {
            tracing::warn!(
                stage.name = self.stage_name,
                %error,
                "a batch was given up and will be tried again"
            );
            match error.class() {
                Class::Lost if losses.are_one() => return,
                Class::Lost => {
                    let doublings = losses.in_a_row().saturating_sub(2).min(10);
                    GIVE_UP_PAUSE.min(CUT_PAUSE * 2_u32.pow(doublings))
                }
                _ => GIVE_UP_PAUSE,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// How long each event of a batch has waited, by the database's clock.
fn waits_of(row: &Row) -> Result<Vec<Duration>, DbError> {
    let claimed_at: SystemTime = row.try_get("claimed_at")?;
    let due_since: Vec<SystemTime> = row.try_get("due_since")?;
    let wait = |since| claimed_at.duration_since(since).unwrap_or_default();
    Ok(due_since.into_iter().map(wait).collect())
}

/// Tried again at once, its attempt unspent.
fn left_over() -> Verdict {
    Verdict::Retry {
        after: Duration::ZERO,
        spent: false,
        reason: LEFT_OVER.to_owned(),
    }
}

/// Commits all the same: what the claim dropped or a limit put off stays so.
async fn nothing_claimed(tx: Transaction<'_>) -> Result<usize, DbError> {
    tx.commit().await?;
    Ok(0)
}

/// A stage's work as something that can be isolated.
struct Work<'a>(&'a dyn InDatabaseStage);

#[async_trait]
impl SliceWork<Event, Vec<Outcome>> for Work<'_> {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        self.0.run(tx, events).await
    }
}
