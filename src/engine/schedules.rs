//! Emitting by the clock: every daemon reckons, the database lets one of them emit.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio_postgres::Row;
use tokio_util::sync::CancellationToken;

use super::cron::{MISSED_MAX, Timetable, TimetableError};
use crate::db::{Class, DbError, Pool};

/// Look again after this long all the same: timers of a suspended machine stand still.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// Wait after an error of the database.
const ERROR_PAUSE: Duration = Duration::from_secs(1);
/// What is at most this late was not missed: it is emitted, whatever the policy.
const LATE: chrono::TimeDelta = chrono::TimeDelta::seconds(60);
/// There are no more times than this in [`LATE`], both ends included.
const LATE_MAX: usize = 61;

/// A schedule that is due, or was not reckoned yet.
struct Schedule {
    name: String,
    cron: String,
    zone: String,
    next_at: Option<DateTime<Utc>>,
    missed: String,
    now: DateTime<Utc>,
}

/// Emits what is due until told to stop. `bell` rings when a schedule was made or edited.
pub async fn run(pool: Pool, bell: Arc<Notify>, stop: CancellationToken) {
    loop {
        let sleep = match look(&pool).await {
            Ok(sleep) => sleep,
            Err(error) => {
                pool.distrust(&error);
                if error.class() != Class::Lost {
                    tracing::warn!(%error, "schedules could not be read; trying again");
                }
                ERROR_PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Emits what is due; returns how long nothing more will be.
async fn look(pool: &Pool) -> Result<Duration, DbError> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/engine/schedules.sql"))
        .await?;
    let mut sleep = SLEEP_MAX;
    for row in client.query(&statement, &[]).await? {
        match schedule(&row)? {
            Some(schedule) => {
                settle(&client, &schedule).await?;
                // Its next time may be the first of all.
                sleep = Duration::ZERO;
            }
            None => sleep = sleep.min(until_first(&row)?),
        }
    }
    Ok(sleep)
}

/// Emits what a schedule is due for, or says what is wrong with it.
async fn settle(client: &deadpool_postgres::Client, schedule: &Schedule) -> Result<(), DbError> {
    let (due, next) = match reckon(schedule) {
        Ok(reckoned) => reckoned,
        Err(problem) => {
            let statement = include_str!("../../sql/queries/engine/schedule_problem.sql");
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
                [&schedule.name, &schedule.cron, &problem.to_string()];
            client.execute(statement, &values).await?;
            return Ok(());
        }
    };
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/engine/fire_schedule.sql"))
        .await?;
    let fired: bool = client
        .query_one(
            &statement,
            &[&schedule.name, &schedule.next_at, &due, &next],
        )
        .await?
        .try_get("fired")?;
    if fired && !due.is_empty() {
        tracing::debug!(
            schedule.name = schedule.name,
            times = due.len(),
            "schedule fired"
        );
    }
    Ok(())
}

/// The times to emit for, and the next one.
fn reckon(schedule: &Schedule) -> Result<(Vec<DateTime<Utc>>, DateTime<Utc>), TimetableError> {
    let table = Timetable::parse(&schedule.cron, &schedule.zone)?;
    let next = table.next(schedule.now)?;
    let Some(first) = schedule.next_at else {
        return Ok((Vec::new(), next));
    };
    let most = match schedule.missed.as_str() {
        "all" => MISSED_MAX,
        "skip" => LATE_MAX,
        _ => 1,
    };
    let mut due = table.newest(first, schedule.now, most)?;
    if schedule.missed == "skip" {
        due.retain(|at| schedule.now - *at <= LATE);
    }
    Ok((due, next))
}

fn schedule(row: &Row) -> Result<Option<Schedule>, DbError> {
    let Some(name) = row.try_get("name")? else {
        return Ok(None);
    };
    Ok(Some(Schedule {
        name,
        cron: row.try_get("cron")?,
        zone: row.try_get("time_zone")?,
        next_at: row.try_get("next_at")?,
        missed: row.try_get("missed")?,
        now: row.try_get("now")?,
    }))
}

/// How long until the first that is not due yet.
fn until_first(row: &Row) -> Result<Duration, DbError> {
    let first: Option<DateTime<Utc>> = row.try_get("next_at")?;
    let now: DateTime<Utc> = row.try_get("now")?;
    Ok(first.map_or(SLEEP_MAX, |first| {
        (first - now).to_std().unwrap_or_default()
    }))
}
