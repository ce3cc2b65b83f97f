//! Moving what is due, and sleeping exactly until the next.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::bell::Bells;
use super::counts::{self, Cause};
use crate::db::{Class, DbError, Pool};

/// How many events one statement moves: large enough for a rush, small enough to stay short.
const MOVED_AT_ONCE: i32 = 1000;
/// With nothing scheduled, or far ahead, look again after this long all the same. A timer that
/// stood still while the machine was suspended is found out sooner, by the heartbeat.
const SLEEP_MAX: Duration = Duration::from_secs(300);
/// Wait after an error of the database.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// Moves due events until told to stop, and rings the stages that they are for. The bell of the
/// schedule rings when something was scheduled that may be due before all else.
pub async fn run(pool: Pool, bells: Bells, stop: CancellationToken) {
    loop {
        let sleep = match move_due(&pool, &bells).await {
            Ok(sleep) => sleep,
            Err(error) => {
                pool.distrust(&error);
                if error.class() != Class::Lost {
                    tracing::warn!(%error, "due events could not be moved; trying again");
                }
                ERROR_PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = bells.schedule.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Moves what is due; returns how long nothing more will be.
async fn move_due(pool: &Pool, bells: &Bells) -> Result<Duration, DbError> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/engine/move_due.sql"))
        .await?;
    let row = client.query_one(&statement, &[&MOVED_AT_ONCE]).await?;
    if row.try_get::<_, i64>("moved")? > 0 {
        counts::woken(Cause::Schedule);
    }
    let stage_ids: Option<Vec<i16>> = row.try_get("stage_ids")?;
    for stage_id in stage_ids.unwrap_or_default() {
        bells.ring_stage(stage_id);
    }
    let wait_ms: Option<i64> = row.try_get("wait_ms")?;
    Ok(wait_ms.map_or(SLEEP_MAX, |wait_ms| {
        Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0)).min(SLEEP_MAX)
    }))
}
