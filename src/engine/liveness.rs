//! Being alive, seeing who is not, and the little that must be done now and then.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::bell::Bells;
use super::counts::{self, Cause};
use crate::db::{Class, DbError, Pool, PooledClient};

/// Time between heartbeats. A daemon counts as dead 1.65 s after its last one and with its advisory
/// lock gone, so its events are taken back within three seconds, and an idle daemon asks less than
/// once a second.
const HEARTBEAT: Duration = Duration::from_millis(1300);
/// A heartbeat whose session was lost is repeated after this long, after the second in a row twice
/// as long, and so on.
const BEAT_AGAIN: Duration = Duration::from_millis(50);
/// Heartbeats between two rounds of maintenance.
const BEATS_PER_MAINTENANCE: u32 = 16;
/// Heartbeats between two readings of the stages. Who edits one notifies us; this is for a
/// notification that was lost.
const BEATS_PER_READING: u32 = 64;

/// Looking for waiting events takes at most this part of the time.
const LOOK_PART: u32 = 20;
/// Between two such looks, whatever they take: no lost notification is found out later.
const LOOK_MAX: Duration = Duration::from_secs(3);

/// Who this daemon is in `pipeline.workers`.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Its id, the second half of its advisory lock.
    pub id: i32,
    /// The first half.
    pub lock_class: i32,
    /// Host and process, for people.
    pub name: String,
    /// The version of pgcascade it runs.
    pub version: &'static str,
}

impl Worker {
    /// Registers this daemon.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn register(pool: &Pool, name: String) -> Result<Self, DbError> {
        let version = env!("CARGO_PKG_VERSION");
        let client = pool.get().await?;
        let row = client
            .query_one(
                include_str!("../../sql/queries/engine/register_worker.sql"),
                &[&name, &version],
            )
            .await?;
        Ok(Self {
            id: row.try_get("worker_id")?,
            lock_class: row.try_get("lock_class")?,
            name,
            version,
        })
    }

    /// Forgets this daemon, which holds nothing any more.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn unregister(&self, pool: &Pool) -> Result<(), DbError> {
        let client = pool.get().await?;
        client
            .execute(
                include_str!("../../sql/queries/engine/unregister_worker.sql"),
                &[&self.id],
            )
            .await?;
        Ok(())
    }

    /// Beats until told to stop, and rings whatever the database says has work, stages and the
    /// schedule: the backstop for notifications that were lost.
    pub async fn beat(&self, pool: &Pool, bells: &Bells, stop: &CancellationToken) {
        let (mut beat, mut missed) = (0_u32, 0_u32);
        let mut problems = Vec::new();
        let mut looks_from = Instant::now();
        loop {
            let began = Instant::now();
            let look = began >= looks_from;
            let done = self.beat_once(pool, bells, look).await;
            if look && done.is_ok() {
                looks_from = began + (began.elapsed() * LOOK_PART).min(LOOK_MAX);
            }
            let done = match done {
                Ok(()) => now_and_then(pool, bells, beat, &mut problems).await,
                Err(error) => Err(error),
            };
            let mut pause = HEARTBEAT;
            if let Err(error) = done {
                pool.distrust(&error);
                if error.class() == Class::Lost {
                    // A beat that was cut off must not make us look dead; a server may be away.
                    missed += 1;
                    pause = HEARTBEAT.min(BEAT_AGAIN * missed);
                } else {
                    tracing::warn!(%error, "heartbeat missed; trying again");
                }
            } else {
                missed = 0;
            }
            beat = beat.wrapping_add(1);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// A heartbeat; with `look` it rings what has events to claim.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn beat_once(&self, pool: &Pool, bells: &Bells, look: bool) -> Result<(), DbError> {
        let client = pool.get().await?;
        let statement = client
            .prepare_cached(include_str!("../../sql/queries/engine/heartbeat.sql"))
            .await?;
        let rows = client
            .query(&statement, &[&self.id, &self.name, &self.version, &look])
            .await?;
        for row in rows {
            counts::woken(Cause::Heartbeat);
            match row.try_get("stage_id")? {
                Some(stage_id) => bells.ring_stage(stage_id),
                None => bells.schedule.notify_one(),
            }
        }
        Ok(())
    }
}

/// What is done every so many heartbeats.
async fn now_and_then(
    pool: &Pool,
    bells: &Bells,
    beat: u32,
    problems: &mut Vec<String>,
) -> Result<(), DbError> {
    // Not with the first: a daemon begins with the work that waits.
    if beat % BEATS_PER_MAINTENANCE == 1 {
        maintain(&pool.get().await?, problems).await?;
    }
    if beat.is_multiple_of(BEATS_PER_READING) {
        bells.stages_changed.notify_one();
    }
    Ok(())
}

/// One round of maintenance. What could not be done is said once, until it is something else.
async fn maintain(client: &PooledClient, problems: &mut Vec<String>) -> Result<(), DbError> {
    let query = include_str!("../../sql/queries/engine/maintain.sql");
    let mut found = Vec::new();
    for row in client.query(query, &[]).await? {
        let (chore, problem): (String, String) = (row.try_get("chore")?, row.try_get("problem")?);
        let problem = format!("{chore}: {problem}");
        if !problems.contains(&problem) {
            tracing::warn!(problem, "maintenance left something undone; trying again");
        }
        found.push(problem);
    }
    *problems = found;
    Ok(())
}
