//! What is measured, one function each.

use serde::Serialize;
use tokio_postgres::types::ToSql;

use super::clients::{WARM_UP, insert_single_rows};
use super::latency::latency;
use super::world::{CLOSE_LOOK, LOOK, World};
use crate::cli::failure::Failure;
use crate::cli::target::get;

const EMIT: &str = include_str!("../../../sql/queries/bench/emit.sql");
const EMIT_LATER: &str = include_str!("../../../sql/queries/bench/emit_later.sql");
const INSERT_ROOTS: &str = include_str!("../../../sql/queries/bench/insert_roots.sql");
const WORKED_OFF: &str = include_str!("../../../sql/queries/bench/worked_off.sql");
const LATENESS: &str = include_str!("../../../sql/queries/bench/lateness.sql");

/// Scheduled events are spread over so many seconds.
const SPREAD_SECONDS: f64 = 5.0;

/// A measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Clients insert single rows into a published table while the daemon works them off.
    Enqueue,
    /// A full queue is worked off by a stage in SQL and by an outside stage.
    Drain,
    /// A single insert while the daemon is idle.
    Latency,
    /// Three stages, each writing the row that sets off the next.
    Cascade,
    /// Events that are due at a certain time.
    Schedule,
}

/// One number of one round.
#[derive(Debug, Clone)]
pub struct Number {
    /// What it is.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The number.
    pub value: f64,
}

/// A number.
pub(super) fn number(name: &'static str, unit: &'static str, value: f64) -> Number {
    Number { name, unit, value }
}

impl Scenario {
    /// All of them, in the order in which they are run.
    pub fn all() -> [Self; 5] {
        [
            Self::Enqueue,
            Self::Drain,
            Self::Latency,
            Self::Cascade,
            Self::Schedule,
        ]
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Enqueue => "enqueue",
            Self::Drain => "drain",
            Self::Latency => "latency",
            Self::Cascade => "cascade",
            Self::Schedule => "schedule",
        }
    }

    /// Measures once.
    ///
    /// # Errors
    /// Whatever the database says, or a round that does not end.
    pub async fn round(self, world: &World, events: i32) -> Result<Vec<Number>, Failure> {
        world.reset().await?;
        match self {
            Self::Enqueue => enqueue(world, events).await,
            Self::Drain => drain(world, events).await,
            Self::Latency => latency(world).await,
            Self::Cascade => cascade(world, events / 5).await,
            Self::Schedule => schedule(world, events / 10, events).await,
        }
    }
}

async fn enqueue(world: &World, events: i32) -> Result<Vec<Number>, Failure> {
    let inserts = u32::try_from(events / 5).unwrap_or_default();
    let daemon = world.daemon().await?;
    let wal = world.wal_bytes().await?;
    let took = insert_single_rows(world.urls().clone(), inserts).await?;
    world.until_done(LOOK).await?;
    let wal = world.wal_bytes().await? - wal;
    daemon.stop().await?;
    let rate = f64::from(inserts) / took.as_secs_f64();
    let each = wal / f64::from(inserts + WARM_UP);
    Ok(vec![
        number("single rows by 8 clients", "events/s", rate),
        number("WAL per row, insert to processed", "bytes", each),
    ])
}

async fn drain(world: &World, events: i32) -> Result<Vec<Number>, Failure> {
    let (by_hand, _) = drained(world, "bench_sql", events, Worker::Hand).await?;
    world.reset().await?;
    let (sql, wal) = drained(world, "bench_sql", events, Worker::Daemon).await?;
    world.reset().await?;
    let (alone, _) = drained(world, "bench_sql_alone", events, Worker::Daemon).await?;
    world.reset().await?;
    let (outside, _) = drained(world, "bench_outside", events, Worker::Daemon).await?;
    Ok(vec![
        number("stage in SQL", "events/s", sql),
        number("stage in SQL, one runner", "events/s", alone),
        number("the same by hand", "events/s", by_hand),
        number("stage in SQL / by hand", "ratio", sql / by_hand),
        number("outside stage", "events/s", outside),
        number("WAL per event, insert to processed", "bytes", wal),
    ])
}

/// Who works a queue off.
#[derive(PartialEq)]
enum Worker {
    Daemon,
    Hand,
}

/// Works a full queue off; returns events a second and bytes of write-ahead log for each event.
async fn drained(
    world: &World,
    stage: &str,
    events: i32,
    worker: Worker,
) -> Result<(f64, f64), Failure> {
    let wal = world.wal_bytes().await?;
    let by_hand = worker == Worker::Hand;
    world.pause(stage, !by_hand).await?;
    world.session.rows(EMIT, &[&stage, &events]).await?;
    world
        .batch("vacuum analyze marketing.pipeline_events")
        .await?;
    world.batch("vacuum analyze pipeline.ready").await?;
    let rate = if by_hand {
        world
            .batch(&format!("call bench.by_hand('{stage}')"))
            .await?;
        worked_off(world, stage, events).await?
    } else {
        let daemon = world.daemon().await?;
        world.pause(stage, false).await?;
        let rate = worked_off(world, stage, events).await?;
        daemon.stop().await?;
        rate
    };
    let wal = (world.wal_bytes().await? - wal) / f64::from(events);
    Ok((rate, wal))
}

/// Waits until everything is committed; so many events of the type a second ended since the first
/// claim.
async fn worked_off(world: &World, event_type: &str, count: i32) -> Result<f64, Failure> {
    let ended_at = world.until_done(CLOSE_LOOK).await?;
    let parameters: [&(dyn ToSql + Sync); 2] = [&event_type, &ended_at];
    let row = world.session.row(WORKED_OFF, &parameters).await?;
    let (done, seconds): (i64, f64) = (get(&row, "done")?, get(&row, "seconds")?);
    if done != i64::from(count) {
        return Err(anyhow::anyhow!("{done} of {count} {event_type} events were processed").into());
    }
    Ok(f64::from(count) / seconds)
}

async fn cascade(world: &World, roots: i32) -> Result<Vec<Number>, Failure> {
    const FIRST: &str = "bench_first";
    world.pause(FIRST, true).await?;
    world.session.rows(INSERT_ROOTS, &[&roots]).await?;
    let daemon = world.daemon().await?;
    world.pause(FIRST, false).await?;
    let rate = worked_off(world, "bench_third", roots).await?;
    daemon.stop().await?;
    Ok(vec![number("three stages", "chains/s", rate)])
}

async fn schedule(world: &World, due: i32, waiting: i32) -> Result<Vec<Number>, Failure> {
    // A week ahead: they must not be in the way of those that are due.
    let far = 7.0 * 86_400.0;
    world
        .session
        .rows(EMIT_LATER, &[&waiting, &far, &far])
        .await?;
    let daemon = world.daemon().await?;
    world
        .session
        .rows(EMIT_LATER, &[&due, &1.0_f64, &SPREAD_SECONDS])
        .await?;
    world.until_done(LOOK).await?;
    daemon.stop().await?;
    let row = world.session.row(LATENESS, &[]).await?;
    Ok(vec![
        number("lateness, p50", "ms", get(&row, "p50")?),
        number("lateness, p99", "ms", get(&row, "p99")?),
    ])
}
