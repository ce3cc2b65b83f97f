//! Running a stage whose work is in the database: claim, work, result, next events in one commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio_postgres::Row;
use tokio_util::sync::CancellationToken;

use super::claim::{PLAN_AFRESH, claim_in_database, plan_afresh, seconds};
use super::complete::finish;
use super::counts;
use super::event::Event;
use super::isolate::{SliceWork, blames_an_item, blames_whatever_can_be_an_item, isolate};
use super::low_water::LowWater;
use super::stage::{Bounds, InDatabaseStage, Outcome};
use super::verdict::{Verdict, of_error, try_again};
use crate::db::{Begun, Class, DbError, Pool, Transaction, cleanse};

/// Wait after a batch that had to be given up as a whole. The events are untouched, so nothing is
/// lost by waiting; long enough that a database without disk space is not hammered.
const GIVE_UP_PAUSE: Duration = Duration::from_secs(1);
/// A batch that was not full took all there was; the next one follows when the bell rings, or after
/// this long for what rings none. Under load the bell rings a hundred times a second, so that what
/// comes in meanwhile is worked on together.
const DWELL: Duration = Duration::from_millis(10);
/// Wait after a batch whose session was lost, doubled for each further one in a row up to
/// [`GIVE_UP_PAUSE`]: a single cut costs next to nothing, a server that is away is not hammered.
const CUT_PAUSE: Duration = Duration::from_millis(50);
/// A deadlock or a serialization failure is over as soon as the other transaction is.
const CONFLICT_PAUSE: Duration = Duration::from_millis(20);
/// An error that no event is to blame for by its class, so often in a row, is looked into event by
/// event all the same: a function may raise anything about one of them.
const GIVEN_UP_MAX: u32 = 3;
/// The same for others that were in the way, who as a rule are gone after a few times.
const CONFLICTS_MAX: u32 = 10;

/// One runner of a stage; a stage has as many as its concurrency.
pub struct InDatabaseRunner {
    /// Where to work.
    pub pool: Pool,
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
    /// Sessions lost in a row.
    cuts: u32,
    /// Batches given up in a row.
    given_up: u32,
    /// Batches in a row that others were in the way of.
    conflicts: u32,
    /// Up to where the queue has been read.
    low_water: LowWater,
}

impl Temper {
    fn count(&mut self, error: &DbError) {
        match error.class() {
            Class::Lost => self.cuts += 1,
            Class::Full | Class::ReadOnly => {}
            Class::Conflict => self.conflicts += 1,
            Class::Rights | Class::Data | Class::Bug => self.given_up += 1,
        }
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
                        temper.cuts = 0;
                        if !temper.low_water.saw_nothing() {
                            break;
                        }
                    }
                    Ok(claimed) => {
                        temper.cuts = 0;
                        temper.given_up = 0;
                        temper.conflicts = 0;
                        tracing::debug!(stage.name = self.stage_name, claimed, "batch done");
                        if claimed < self.batch_size {
                            self.dwell().await;
                        }
                    }
                    Err(error) => {
                        temper.low_water.forget();
                        temper.count(&error);
                        self.pause_after(&error, temper.cuts).await;
                    }
                }
            }
        }
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
        if self.stage.is_sql_function() && !temper.careful && !temper.blames_all() {
            match self.batch_on_the_server(&mut temper.low_water).await {
                Err(error) if blames_an_item(&error) => {
                    tracing::debug!(stage.name = self.stage_name, %error, "taking a batch apart");
                    temper.low_water.forget();
                }
                done => return done,
            }
        }
        temper.careful = self.stage.is_sql_function() && !temper.careful;
        self.batch(temper).await
    }

    /// One batch of a function in the database: two messages of the daemon's, whatever its size.
    async fn batch_on_the_server(&self, low_water: &mut LowWater) -> Result<usize, DbError> {
        let began = Instant::now();
        let timeout = self.bounds.timeout.as_millis();
        let settings = format!("{PLAN_AFRESH};\nset local statement_timeout = {timeout}");
        let session = self.pool.get().await?;
        let after_ids = low_water.after_ids();
        let (tx, row) = Begun::with_first(
            session,
            &settings,
            include_str!("../../sql/queries/engine/run_sql_batch.sql"),
            &[&self.stage_id, &after_ids],
        )
        .await?;
        let claimed: i32 = row.try_get("claimed")?;
        if claimed == 0 {
            tx.commit_and_cleanse().await?;
            return Ok(0);
        }
        let claimed = usize::try_from(claimed).unwrap_or_default();
        self.pass_on(claimed);
        // Not the work: a slow function must not make looks at all rare.
        low_water.saw(&row, Some(seconds(row.try_get("claim_seconds")?)))?;
        let failed = self.failed(&row)?.unwrap_or_default();
        finish(&*tx, self.stage_id, &self.stage_name, &failed).await?;
        tx.commit_and_cleanse().await?;
        counts::waited(&self.stage_name, seconds(row.try_get("waited_seconds")?));
        self.count(claimed, &failed, began);
        Ok(claimed)
    }

    /// What becomes of the events that the function returned; None when it returned none.
    fn failed(&self, row: &Row) -> Result<Option<Vec<Outcome>>, DbError> {
        let Some(ids) = row.try_get::<_, Option<Vec<i64>>>("failed_ids")? else {
            return Ok(None);
        };
        let attempts: Vec<i16> = row.try_get("attempts")?;
        let errors: Vec<&str> = row.try_get("errors")?;
        let failed = ids.iter().zip(attempts).zip(errors);
        let outcomes = failed.map(|((&event_id, attempt), reason)| Outcome {
            event_id,
            verdict: try_again(reason, attempt, &self.bounds),
        });
        Ok(Some(outcomes.collect()))
    }

    /// One batch in one transaction; returns how many events were claimed.
    async fn batch(&self, temper: &mut Temper) -> Result<usize, DbError> {
        let blames_all = temper.blames_all();
        let began = Instant::now();
        let mut client = self.pool.get().await?;
        let mut tx = client.transaction().await?;
        let events = claim_in_database(&tx, self.stage_id, &mut temper.low_water).await?;
        if events.is_empty() {
            return nothing_claimed(tx).await;
        }
        self.pass_on(events.len());
        plan_afresh(&tx).await?;
        let outcomes = self.work(&mut tx, &events, blames_all).await?;
        finish(&tx, self.stage_id, &self.stage_name, &outcomes).await?;
        tx.commit().await?;
        if self.stage.is_sql_function() {
            cleanse(&client).await?;
        }
        let waited = events.iter().map(|event| event.waited).max();
        counts::waited(&self.stage_name, waited.unwrap_or_default());
        self.count(events.len(), &outcomes, began);
        Ok(events.len())
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
        blames_all: bool,
    ) -> Result<Vec<Outcome>, DbError> {
        let blame = if blames_all {
            blames_whatever_can_be_an_item
        } else {
            blames_an_item
        };
        let isolated = isolate(tx, events, &Work(self.stage.as_ref()), blame).await?;
        let mut outcomes: Vec<Outcome> = isolated.results.into_iter().flatten().collect();
        for (place, error) in isolated.culprits {
            let event = &events[place];
            outcomes.push(Outcome {
                event_id: event.id,
                verdict: of_error(&error, event.attempt, &self.bounds),
            });
        }
        Ok(outcomes)
    }

    /// A full batch leaves more behind it: the next idle runner of the stage need not wait for this
    /// one's commit.
    fn pass_on(&self, claimed: usize) {
        if claimed >= self.batch_size {
            self.bell.notify_one();
        }
    }

    /// Lets the next batch gather.
    async fn dwell(&self) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.bell.notified() => {}
            () = tokio::time::sleep(DWELL) => {}
        }
    }

    /// Says once per pause what is wrong, and waits a little; `cuts`: sessions lost in a row.
    async fn pause_after(&self, error: &DbError, cuts: u32) {
        if error.class() == Class::Lost {
            self.pool.drop_idle();
        }
        let pause = if error.class() == Class::Conflict {
            CONFLICT_PAUSE
        } else {
            tracing::warn!(
                stage.name = self.stage_name,
                %error,
                "a batch was given up and will be tried again"
            );
            match error.class() {
                Class::Lost => {
                    GIVE_UP_PAUSE.min(CUT_PAUSE * 2_u32.pow(cuts.saturating_sub(1).min(10)))
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
