//! Sleeping while nothing is to be done, for databases that cost by the hour.
//!
//! A daemon that listens, beats and looks keeps a scale-to-zero database awake for ever. A frugal
//! one closes its sessions when nothing is to be done for a while, and comes back when the next
//! event or schedule is due, or after its longest sleep. What was emitted meanwhile waits until
//! then, or until somebody wakes it (`POST /wake`). Coming back is a start: everything that waits
//! is found.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::liveness::Worker;
use crate::db::{DbError, Pool};

/// Between two looks whether there is anything to do.
const LOOK: Duration = Duration::from_secs(5);

/// The stages that a daemon can run; None: it does not know them yet.
pub(super) type Runs = Option<Vec<i16>>;

/// How a frugal daemon sleeps.
#[derive(Debug, Clone)]
pub struct Frugal {
    /// Nothing was to be done for so long.
    pub idle_after: Duration,
    /// It does not sleep for less: closing and opening sessions, and waking a database, take time.
    pub shortest: Duration,
    /// It looks again after this long at the latest.
    pub longest: Duration,
}

/// Whether a daemon sleeps, and the way to wake it.
#[derive(Debug, Clone, Default)]
pub struct Doze(Arc<(AtomicBool, Notify)>);

impl Doze {
    /// Whether it sleeps, and holds no session.
    pub fn is_asleep(&self) -> bool {
        self.0.0.load(Ordering::Relaxed)
    }

    /// Wakes it; one that is awake stays so.
    pub fn wake(&self) {
        if self.is_asleep() {
            self.0.1.notify_one();
        }
    }

    /// Sleeps, until woken or told to stop.
    pub(super) async fn sleep(&self, nap: Duration, stop: &CancellationToken) {
        self.0.0.store(true, Ordering::Relaxed);
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.0.1.notified() => {}
            () = tokio::time::sleep(nap) => {}
        }
        self.0.0.store(false, Ordering::Relaxed);
    }
}

impl Frugal {
    /// Returns when nothing was to be done for long enough.
    pub(super) async fn outlast_work(
        &self,
        pool: &Pool,
        worker: &Worker,
        runs: &watch::Receiver<Runs>,
    ) {
        let mut idle_since = None;
        loop {
            match self.is_idle(pool, worker, runs).await {
                Ok(true) => {
                    let since = *idle_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.idle_after {
                        return;
                    }
                }
                Ok(false) => idle_since = None,
                // Whoever cannot look does not know.
                Err(error) => {
                    tracing::debug!(%error, "cannot tell whether there is anything to do");
                    idle_since = None;
                }
            }
            tokio::time::sleep(LOOK.min(self.idle_after)).await;
        }
    }

    async fn is_idle(
        &self,
        pool: &Pool,
        worker: &Worker,
        runs: &watch::Receiver<Runs>,
    ) -> Result<bool, DbError> {
        let Some(stage_ids) = runs.borrow().clone() else {
            return Ok(false);
        };
        let query = include_str!("../../sql/queries/engine/is_idle.sql");
        let client = pool.get().await?;
        let row = client
            .query_one(query, &[&worker.id, &millis(self.shortest), &stage_ids])
            .await?;
        Ok(row.try_get("is_idle")?)
    }

    /// How long to sleep; None when there is something to do after all for the stages that it
    /// `runs`.
    pub(super) async fn nap(
        &self,
        pool: &Pool,
        worker: &Worker,
        runs: &Runs,
    ) -> Result<Option<Duration>, DbError> {
        let query = include_str!("../../sql/queries/engine/nap.sql");
        let client = pool.get().await?;
        let stage_ids = runs.clone().unwrap_or_default();
        let (shortest, longest) = (millis(self.shortest), millis(self.longest));
        let row = client
            .query_one(query, &[&worker.id, &shortest, &longest, &stage_ids])
            .await?;
        let sleep_ms: Option<i64> = row.try_get("sleep_ms")?;
        Ok(sleep_ms.map(|sleep_ms| Duration::from_millis(u64::try_from(sleep_ms).unwrap_or(0))))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
