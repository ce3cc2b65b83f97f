//! All of the engine together: from the first connection to a graceful end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::alone::begin_work;
use super::bell::{Bells, EVENT_CHANNEL, WAKE_CHANNEL};
use super::first_look::{ring_after_connect, ring_waiting};
use super::frugal::{Doze, Frugal, Runs};
use super::in_database::InDatabaseRunner;
use super::kept_session::KeptSession;
use super::liveness::Worker;
use super::outside::OutsideRunner;
use super::registry::{Code, Registry};
use super::sql_stage::SqlStage;
use super::stage::InDatabaseStage;
use super::stages::{Kind, StageRow, load};
use super::wake::Relay;
use super::{schedule, schedules};
use crate::db::{Class, DatabaseUrl, DbError, ListenOptions, Listener, Pool};

/// First and longest wait between two attempts to reach the database at the start.
const START_PAUSES: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// After the drain, how long it may take to write what is known and to say goodbye. On a line that
/// is dead without a word it would take for ever; with the default drain this is within the half
/// minute that service managers allow.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What a daemon needs to know.
#[derive(Debug, Clone)]
pub struct DaemonOptions {
    /// Where to LISTEN: a direct address.
    pub listen_url: DatabaseUrl,
    /// What people see in `pipeline.workers` and `pg_stat_activity`.
    pub name: String,
    /// How long calls and batches under way may take to finish after a stop.
    pub drain: Duration,
    /// How it sleeps while nothing is to be done; None: it stays awake.
    pub frugal: Option<Frugal>,
    /// Says whether it sleeps, and wakes it.
    pub doze: Doze,
}

/// A daemon that is ready to run.
pub struct Daemon {
    pool: Pool,
    registry: Registry,
    options: DaemonOptions,
}

/// The parts of a running daemon that runners share.
struct Running {
    pool: Pool,
    registry: Registry,
    worker: Worker,
    bells: Bells,
    runs: watch::Sender<Runs>,
    stop: CancellationToken,
    abandon: CancellationToken,
}

/// The stages as this daemon has them.
#[derive(Default)]
struct Stages {
    running: HashMap<i16, RunningStage>,
    /// Those it cannot run, as they were when it last said so.
    without_code: HashMap<i16, Kind>,
    /// Those it runs in the database, as it has said; None: not yet.
    in_database: Option<Vec<i16>>,
}

/// A stage that runs, as it was started.
struct RunningStage {
    row: StageRow,
    /// Tells an outside runner of edits.
    follow: watch::Sender<StageRow>,
    /// Ends its runners when the row is gone or says something else.
    stop: CancellationToken,
}

impl Daemon {
    /// Puts a daemon together; nothing runs yet.
    pub fn new(pool: Pool, registry: Registry, options: DaemonOptions) -> Self {
        Self {
            pool,
            registry,
            options,
        }
    }

    /// Runs until `stop`, then finishes or releases what it holds.
    ///
    /// The database may come and go; the daemon waits for it. What it does not survive is being
    /// refused: wrong password, missing rights, a schema that was never deployed.
    ///
    /// # Errors
    /// The database refuses this daemon at its start.
    pub async fn run(self, stop: CancellationToken) -> Result<(), DbError> {
        let mut before = None;
        while !stop.is_cancelled() {
            let shift = stop.child_token();
            let Some((worker, nap)) = self.shift(&stop, shift, before.take()).await? else {
                break;
            };
            tracing::info!(seconds = nap.as_secs(), "nothing to do: sleeping");
            self.pool.drop_idle();
            self.options.doze.sleep(nap, &stop).await;
            before = Some(worker);
        }
        Ok(())
    }

    /// Works from a registration to the end of `shift`, which is the stop, or for a frugal daemon
    /// the end of all work: then it returns who it was, and how long it may sleep. `before` is who
    /// it was before its last sleep.
    async fn shift(
        &self,
        stop: &CancellationToken,
        shift: CancellationToken,
        before: Option<Worker>,
    ) -> Result<Option<(Worker, Duration)>, DbError> {
        let Some(worker) = self.register(stop).await? else {
            return Ok(None);
        };
        if let Some(before) = before {
            forget(&self.pool, &before).await;
        }
        tracing::info!(
            worker.id = worker.id,
            worker.name = worker.name,
            "daemon started"
        );

        let bells = Bells::default();
        let listener = self.listen(&worker, bells.clone());
        let running = Running {
            pool: self.pool.clone(),
            registry: self.registry.clone(),
            worker: worker.clone(),
            bells,
            runs: watch::Sender::new(None),
            stop: shift.clone(),
            abandon: CancellationToken::new(),
        };
        let mut helpers = running.spawn_helpers(&listener);
        let relay = AbortOnDropHandle::new(tokio::spawn(running.relay().run()));
        if let Some(frugal) = self.options.frugal.clone() {
            let (pool, worker, runs) =
                (self.pool.clone(), worker.clone(), running.runs.subscribe());
            helpers.spawn(async move {
                frugal.outlast_work(&pool, &worker, &runs).await;
                shift.cancel();
            });
        }
        let runners = running.keep_stages().await;

        tracing::info!("stopping: finishing what is held");
        let all = (runners, relay, helpers);
        let runs = running.runs.borrow().clone();
        let farewell = self.say_farewell(stop, (&worker, &runs), all, listener);
        let nap = tokio::select! {
            nap = farewell => {
                tracing::info!(worker.id = worker.id, "daemon stopped");
                nap
            }
            () = patience(self.options.drain, &running.abandon) => {
                tracing::warn!(
                    worker.id = worker.id,
                    "daemon stopped without a farewell: what it waited for, most likely the \
                     database, took too long; other daemons take back what it held"
                );
                None
            }
        };
        match nap {
            None if stop.is_cancelled() => Ok(None),
            nap => Ok(Some((worker, nap.unwrap_or_default()))),
        }
    }

    /// Waits until nothing is held, and takes leave; returns how long to sleep, None: not at all.
    async fn say_farewell(
        &self,
        stop: &CancellationToken,
        (worker, runs): (&Worker, &Runs),
        (mut runners, relay, mut helpers): (JoinSet<()>, AbortOnDropHandle<()>, JoinSet<()>),
        listener: Listener,
    ) -> Option<Duration> {
        while runners.join_next().await.is_some() {}
        if let Err(error) = relay.await {
            tracing::debug!(%error, "the relay ended by itself");
        }
        helpers.shutdown().await;
        let nap = self.nap(stop, worker, runs).await;
        if nap.is_none() {
            forget(&self.pool, worker).await;
        }
        listener.stop().await;
        nap
    }

    /// How long to sleep; None: not at all.
    async fn nap(
        &self,
        stop: &CancellationToken,
        worker: &Worker,
        runs: &Runs,
    ) -> Option<Duration> {
        let frugal = self.options.frugal.as_ref()?;
        if stop.is_cancelled() {
            return None;
        }
        match frugal.nap(&self.pool, worker, runs).await {
            Ok(nap) => nap,
            Err(error) => {
                tracing::warn!(%error, "cannot find out how long to sleep; staying awake");
                None
            }
        }
    }

    /// Registers, waiting for a database that is not there yet; None when stopped meanwhile.
    async fn register(&self, stop: &CancellationToken) -> Result<Option<Worker>, DbError> {
        let mut pauses = START_PAUSES.iter().copied();
        let mut pause = START_PAUSES[0];
        loop {
            // A row that is left by a stop in the middle is forgotten like that of any dead daemon.
            let registered = tokio::select! {
                () = stop.cancelled() => return Ok(None),
                registered = Worker::register(&self.pool, self.options.name.clone()) => registered,
            };
            match registered {
                Ok(worker) => return Ok(Some(worker)),
                Err(error) if error.class() == Class::Lost => {
                    tracing::warn!(%error, "waiting for the database");
                }
                Err(error) => return Err(error),
            }
            pause = pauses.next().unwrap_or(pause);
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// The listener lives until it is stopped by name: it holds the lock that says we are alive.
    fn listen(&self, worker: &Worker, bells: Bells) -> Listener {
        Listener::spawn(
            ListenOptions {
                url: self.options.listen_url.clone(),
                application_name: format!("{} listen", self.options.name),
                channels: vec![EVENT_CHANNEL, WAKE_CHANNEL],
                lock_key: Some((worker.lock_class, worker.id)),
            },
            move |notification| bells.hear(&notification),
            CancellationToken::new(),
        )
    }
}

impl Running {
    /// Starts what runs beside the stages: schedule, heartbeat.
    fn spawn_helpers(&self, listener: &Listener) -> JoinSet<()> {
        let mut helpers = JoinSet::new();
        helpers.spawn(ring_after_connect(
            listener.state(),
            (self.worker.clone(), self.pool.clone(), self.bells.clone()),
        ));
        helpers.spawn(schedule::run(
            self.pool.clone(),
            self.bells.clone(),
            self.stop.clone(),
        ));
        helpers.spawn(schedules::run(
            self.pool.clone(),
            Arc::clone(&self.bells.schedules),
            self.stop.clone(),
        ));
        let (worker, pool, bells) = (self.worker.clone(), self.pool.clone(), self.bells.clone());
        // Alive until the last event is written, not only until the stop.
        helpers.spawn(async move { worker.beat(&pool, &bells, &CancellationToken::new()).await });
        helpers
    }

    fn relay(&self) -> Relay {
        Relay {
            pool: self.pool.clone(),
            worker_id: self.worker.id,
            traffic: self.bells.traffic.clone(),
            stop: self.stop.clone(),
        }
    }

    /// Keeps the runners in step with `pipeline.stages` until stopped; returns them to be awaited.
    async fn keep_stages(&self) -> JoinSet<()> {
        let mut runners = JoinSet::new();
        let mut stages = Stages::default();
        while !self.stop.is_cancelled() {
            let loaded = tokio::select! {
                () = self.stop.cancelled() => break,
                loaded = self.load(&mut stages) => loaded,
            };
            match loaded {
                Ok(rows) => {
                    if self.reconcile(&rows, &mut stages, &mut runners) {
                        // There may be work from before the start.
                        ring_waiting(&self.worker, &self.pool, &self.bells).await;
                    }
                }
                // A lost connection is the listener's to tell.
                Err(error) if error.class() == Class::Lost => {}
                Err(error) => tracing::warn!(%error, "stages could not be read; trying again"),
            }
            // Finished runners are taken out so that the set stays small.
            while runners.try_join_next().is_some() {}
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.bells.stages_changed.notified() => {}
            }
        }
        runners
    }

    /// Reads the stages, and says which of them it runs in the database before it begins with them.
    async fn load(&self, stages: &mut Stages) -> Result<Vec<StageRow>, DbError> {
        let rows = load(&self.pool).await?;
        let in_database = rows
            .iter()
            .filter(|row| matches!(self.code_of(row), Some(Code::InDatabase(_))))
            .map(|row| row.id)
            .collect::<Vec<_>>();
        if stages.in_database.as_ref() != Some(&in_database) {
            begin_work(&self.pool, self.worker.id, &in_database).await?;
            stages.in_database = Some(in_database);
        }
        Ok(rows)
    }

    /// Starts what is new, tells what was edited, ends what is gone. True when something started.
    fn reconcile(&self, rows: &[StageRow], stages: &mut Stages, runners: &mut JoinSet<()>) -> bool {
        let mut has_started = false;
        stages.running.retain(|id, running| {
            let kept = rows
                .iter()
                .find(|row| row.id == *id)
                .is_some_and(|row| same(row, running));
            if !kept {
                running.stop.cancel();
            }
            kept
        });
        for row in rows {
            match stages.running.get_mut(&row.id) {
                Some(running) if running.row == *row => {}
                Some(running) => {
                    tracing::info!(stage.name = row.name, paused = row.paused, "stage edited");
                    running.row = row.clone();
                    running.follow.send_replace(row.clone());
                    self.bells.ring_stage(row.id);
                }
                None => {
                    if let Some(running) = self.start(row, runners) {
                        stages.running.insert(row.id, running);
                        has_started = true;
                    } else if stages.without_code.insert(row.id, row.kind.clone())
                        != Some(row.kind.clone())
                    {
                        tracing::warn!(
                            stage.name = row.name,
                            stage.runs = ?row.kind,
                            "this daemon cannot run the stage: its function or builtin does not \
                             exist; its events wait"
                        );
                    }
                }
            }
        }
        let ids = stages.running.keys().copied().collect();
        self.runs.send_replace(Some(ids));
        has_started
    }

    /// Starts the runners of a stage; None when this daemon cannot run it.
    fn start(&self, row: &StageRow, runners: &mut JoinSet<()>) -> Option<RunningStage> {
        let stop = self.stop.child_token();
        let (follow, followed) = watch::channel(row.clone());
        match self.code_of(row)? {
            Code::InDatabase(stage) => {
                let kept = Arc::new(KeptSession::new(stage.keeps_session(), &self.pool));
                for _ in 0..row.bounds.concurrency {
                    let (stage, kept) = (Arc::clone(&stage), Arc::clone(&kept));
                    runners.spawn(self.in_database(row, stage, kept, stop.clone()).run());
                }
            }
            Code::Outside(stage) => {
                let runner = OutsideRunner {
                    pool: self.pool.clone(),
                    worker_id: self.worker.id,
                    row: followed,
                    stage,
                    bell: self.bells.of_stage(row.id, &row.event_type),
                    claims_lost: self.bells.of_claims(row.id, &row.event_type),
                    stop: stop.clone(),
                    abandon: self.abandon.clone(),
                };
                runners.spawn(runner.run());
            }
        }
        Some(RunningStage {
            row: row.clone(),
            follow,
            stop,
        })
    }

    fn in_database(
        &self,
        row: &StageRow,
        stage: Arc<dyn InDatabaseStage>,
        kept: Arc<KeptSession>,
        stop: CancellationToken,
    ) -> InDatabaseRunner {
        InDatabaseRunner {
            pool: self.pool.clone(),
            worker_id: self.worker.id,
            stage_id: row.id,
            stage_name: row.name.clone(),
            bounds: row.bounds.clone(),
            batch_size: row.batch_size,
            stage,
            kept,
            bell: self.bells.of_stage(row.id, &row.event_type),
            stop,
        }
    }

    /// The code of a stage; None when there is none.
    fn code_of(&self, row: &StageRow) -> Option<Code> {
        match &row.kind {
            Kind::Sql { function, .. } => function.as_ref().map(|function| {
                Code::InDatabase(Arc::new(SqlStage::new(function, row.bounds.clone())))
            }),
            Kind::Builtin { target } => self.registry.get(target),
            Kind::Made { kind, target, .. } => self.registry.make(kind, &row.name, target),
        }
    }
}

/// Forgets a daemon that holds nothing; one that cannot be forgotten now is found by another.
async fn forget(pool: &Pool, worker: &Worker) {
    if let Err(error) = worker.unregister(pool).await {
        tracing::debug!(%error, "the worker's row stays until another daemon finds it");
    }
}

/// Whether a running stage can follow the row by being told: an outside runner follows all but a
/// new target; a runner in the database is started anew for anything but a pause.
fn same(row: &StageRow, running: &RunningStage) -> bool {
    let StageRow {
        event_type,
        kind,
        bounds,
        batch_size,
        ..
    } = &running.row;
    row.event_type == *event_type
        && row.kind == *kind
        && row.bounds == *bounds
        && row.batch_size == *batch_size
}

/// Ends when whoever finishes had time enough: after `drain` they must let go of calls under way,
/// and after the last words of whatever they wait for.
async fn patience(drain: Duration, abandon: &CancellationToken) {
    tokio::time::sleep(drain).await;
    abandon.cancel();
    tokio::time::sleep(LAST_WORDS).await;
}
