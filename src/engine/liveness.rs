//! Being alive, seeing who is not, and the little that must be done now and then.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::bell::Bells;
use super::counts::{self, Cause};
use crate::db::{Class, DbError, Pool, PooledClient};

/// Longest time from one heartbeat to the next. A daemon counts as dead 1.65 s after its last one
/// and with its advisory lock gone. Each beats at the moment at which the one before it may count
/// as dead, so that they beat one shortly after the other; at each beat all are looked at. What one
/// held is thus taken back within 2.3 seconds, on a busy machine within three, and one that is idle
/// asks less than once a second, however many they are.
const HEARTBEAT: Duration = Duration::from_millis(1300);
/// Shortest time from the end of a heartbeat to the next one: others that are late, and alive, are
/// not to be looked at without end.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// A heartbeat whose session was lost is repeated after this long, after the second in a row twice
/// as long, and so on.
const BEAT_AGAIN: Duration = Duration::from_millis(50);
/// Between two rounds of maintenance.
const MAINTAIN_EVERY: Duration = Duration::from_secs(20);
/// Heartbeats between two readings of the stages. Who edits one notifies us; this is for a
/// notification that was lost.
const BEATS_PER_READING: u32 = 64;

/// Looking for waiting events takes at most this part of the time.
const LOOK_PART: u32 = 20;
/// Between two such looks, whatever they take. Only heartbeats look: the second one after a look
/// does in any case, so that no lost notification is found out later than after three seconds.
const LOOK_MAX: Duration = Duration::from_millis(2500);

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
    /// schedule: the backstop for notifications that were lost. Beside it does what must be done
    /// now and then, which takes longer than others may wait for a sign of life.
    pub async fn beat(&self, pool: &Pool, bells: &Bells, stop: &CancellationToken) {
        tokio::select! {
            () = self.beats(pool, bells, stop) => {}
            () = maintain(pool) => {}
        }
    }

    async fn beats(&self, pool: &Pool, bells: &Bells, stop: &CancellationToken) {
        let (mut beat, mut missed) = (0_u32, 0_u32);
        let mut looks_from = Instant::now();
        loop {
            let began = Instant::now();
            let look = began >= looks_from;
            let done = self.beat_once(pool, bells, look).await;
            if look && done.is_ok() {
                looks_from = began + (began.elapsed() * LOOK_PART).min(LOOK_MAX);
            }
            if beat.is_multiple_of(BEATS_PER_READING) {
                bells.stages_changed.notify_one();
            }
            let pause = match done {
                Ok(next) => {
                    missed = 0;
                    pause(next, began.elapsed())
                }
                Err(error) => {
                    pool.distrust(&error);
                    if error.class() == Class::Lost {
                        // A beat that was cut off must not make us look dead; a server may be away.
                        missed += 1;
                        HEARTBEAT.min(BEAT_AGAIN * missed)
                    } else {
                        tracing::warn!(%error, "heartbeat missed; trying again");
                        HEARTBEAT
                    }
                }
            };
            beat = beat.wrapping_add(1);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// A heartbeat; with `look` it rings what has events to claim. Returns in how long the next one
    /// is due, at the latest after `HEARTBEAT`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn beat_once(
        &self,
        pool: &Pool,
        bells: &Bells,
        look: bool,
    ) -> Result<Duration, DbError> {
        let client = pool.get().await?;
        let statement = client
            .prepare_cached(include_str!("../../sql/queries/engine/heartbeat.sql"))
            .await?;
        let rows = client
            .query(&statement, &[&self.id, &self.name, &self.version, &look])
            .await?;
        let mut next = HEARTBEAT;
        for row in rows {
            if let Some(millis) = row.try_get::<_, Option<i64>>("next_in_ms")? {
                next = next.min(Duration::from_millis(millis.max(0).unsigned_abs()));
                continue;
            }
            counts::woken(Cause::Heartbeat);
            match row.try_get("stage_id")? {
                Some(stage_id) => bells.ring_stage(stage_id),
                None => bells.schedule.notify_one(),
            }
        }
        Ok(next)
    }
}

/// Until the next heartbeat, after one that `took` so long and was answered just now: another may
/// count as dead in `others`, and not yet a moment earlier.
fn pause(others: Duration, took: Duration) -> Duration {
    others.min(HEARTBEAT.saturating_sub(took)).max(PAUSE_MIN)
}

/// Does what must be done now and then, without end.
async fn maintain(pool: &Pool) {
    let mut problems = Vec::new();
    // Not at once: a daemon begins with the work that waits.
    let mut pause = HEARTBEAT;
    loop {
        tokio::time::sleep(pause).await;
        pause = MAINTAIN_EVERY;
        let done = match pool.get().await {
            Ok(client) => maintain_once(&client, &mut problems).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            pool.distrust(&error);
            // A server that is away is the listener's to tell.
            if error.class() != Class::Lost {
                tracing::warn!(%error, "maintenance failed; trying again");
            }
            pause = HEARTBEAT;
        }
    }
}

/// One round of maintenance. What could not be done is said once, until it is something else.
async fn maintain_once(client: &PooledClient, problems: &mut Vec<String>) -> Result<(), DbError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_heartbeat_does_not_make_the_next_look_too_early() {
        let ms = Duration::from_millis;
        assert_eq!(pause(ms(400), ms(50)), ms(400), "dead in 400 ms from now");
        assert_eq!(pause(HEARTBEAT, ms(50)), ms(1250), "nobody else is there");
        assert_eq!(pause(HEARTBEAT, ms(5000)), PAUSE_MIN);
    }
}
