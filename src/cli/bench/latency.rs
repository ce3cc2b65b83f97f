//! How soon after the commit of a lone insert its handler begins, while the daemon is idle.

use std::time::{Duration, Instant};

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::scenarios::{Number, number};
use super::world::{LOOK, World};
use crate::cli::failure::Failure;
use crate::cli::target::get;
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome};

const EMIT_ONE: &str = include_str!("../../../sql/queries/bench/emit_one.sql");
const NOW: &str = include_str!("../../../sql/queries/bench/now.sql");
const LATENCY: &str = include_str!("../../../sql/queries/bench/latency.sql");

/// Inserts before those that are measured, while sessions and plans are made.
const WARM_UP: usize = 20;
/// Inserts that are measured in one round.
const SINGLES: usize = 300;
/// Between two of them, so that the daemon is idle.
const BETWEEN: Duration = Duration::from_millis(15);

/// Longer than any handler is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where handlers run that are measured.
#[derive(Clone, Copy)]
enum Handler {
    /// In the server: a stage of kind `sql`.
    Sql,
    /// In this process, inside the claiming transaction.
    Builtin,
    /// In this process, after the claim has committed.
    Outside,
}

impl Handler {
    fn stage(self) -> &'static str {
        match self {
            Self::Sql => "bench_latency",
            Self::Builtin => "bench_latency_builtin",
            Self::Outside => "bench_latency_outside",
        }
    }

    /// The names of its 50th and 99th percentile.
    fn numbers(self) -> [&'static str; 2] {
        match self {
            Self::Sql => [
                "idle, commit to handler, p50",
                "idle, commit to handler, p99",
            ],
            Self::Builtin => [
                "idle, commit to builtin, p50",
                "idle, commit to builtin, p99",
            ],
            Self::Outside => [
                "idle, commit to outside call, p50",
                "idle, commit to outside call, p99",
            ],
        }
    }
}

/// A handler in this process that notes when it began.
#[derive(Clone, Default)]
pub struct Starts(watch::Sender<Option<Instant>>);

impl Starts {
    /// A handler begins.
    pub fn one(&self) {
        self.0.send_replace(Some(Instant::now()));
    }
}

#[async_trait]
impl InDatabaseStage for Starts {
    async fn run(&self, _tx: &Transaction<'_>, _events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        self.one();
        Ok(Vec::new())
    }
}

/// Measures every kind of handler in turn.
///
/// # Errors
/// Whatever the database says, or a handler that does not begin.
pub async fn latency(world: &World) -> Result<Vec<Number>, Failure> {
    let daemon = world.daemon().await?;
    let mut measured = Vec::new();
    for handler in [Handler::Sql, Handler::Builtin, Handler::Outside] {
        let mut latencies = of_handler(world, handler).await?;
        latencies.sort_unstable_by(f64::total_cmp);
        for (name, share) in handler.numbers().into_iter().zip([50, 99]) {
            measured.push(number(name, "ms", percentile(&latencies, share)));
        }
    }
    daemon.stop().await?;
    Ok(measured)
}

/// Milliseconds from commits to the starts of their handlers.
async fn of_handler(world: &World, handler: Handler) -> Result<Vec<f64>, Failure> {
    let client = &world.session.client;
    let emit = client.prepare(EMIT_ONE).await.map_err(DbError::from)?;
    let now = client.prepare(NOW).await.map_err(DbError::from)?;
    let mut starts = world.starts.0.subscribe();
    let mut latencies = Vec::with_capacity(WARM_UP + SINGLES);
    for _ in 0..WARM_UP + SINGLES {
        // A handler in the server notes the server's time. It is asked for beforehand: a question
        // between the commit and the handler would be in the handler's way.
        let clock = ServerClock::read(client, &now).await?;
        tokio::time::sleep(BETWEEN).await;
        starts.mark_unchanged();
        let emitted = client.query_one(&emit, &[&handler.stage()]).await;
        let committed_at = Instant::now();
        let id: i64 = get(&emitted.map_err(DbError::from)?, "id")?;
        latencies.push(match handler {
            Handler::Sql => {
                tokio::time::sleep(BETWEEN).await;
                world.until_done(LOOK).await?;
                let parameters: [&(dyn ToSql + Sync); 2] = [&id, &clock.at(committed_at)];
                get(&world.session.row(LATENCY, &parameters).await?, "ms_after")?
            }
            Handler::Builtin | Handler::Outside => {
                let began = tokio::time::timeout(PATIENCE, starts.changed()).await;
                began
                    .context("a handler did not begin")?
                    .context("no daemon")?;
                let began = starts.borrow_and_update().unwrap_or(committed_at);
                tokio::time::sleep(BETWEEN).await;
                began.saturating_duration_since(committed_at).as_secs_f64() * 1000.0
            }
        });
    }
    Ok(latencies.split_off(WARM_UP))
}

/// The nearest rank: the smallest that so many in a hundred do not exceed.
fn percentile(sorted: &[f64], share: usize) -> f64 {
    let rank = (sorted.len() * share).div_ceil(100);
    let value = sorted.get(rank.saturating_sub(1));
    value.copied().unwrap_or_default()
}

/// The server's clock, told by ours.
struct ServerClock {
    time: DateTime<Utc>,
    read_at: Instant,
    trip: Duration,
}

impl ServerClock {
    /// Asks a few times, and believes the quickest answer.
    async fn read(client: &Client, now: &Statement) -> Result<Self, DbError> {
        const QUESTIONS: usize = 3;
        let mut quickest = Self::ask(client, now).await?;
        for _ in 1..QUESTIONS {
            quickest = quickest.min_by_trip(Self::ask(client, now).await?);
        }
        Ok(quickest)
    }

    /// The server looked at its clock in the middle of the trip, give or take half of it.
    async fn ask(client: &Client, now: &Statement) -> Result<Self, DbError> {
        let asked_at = Instant::now();
        let answer = client.query_one(now, &[]).await?;
        let trip = asked_at.elapsed();
        Ok(Self {
            time: get(&answer, "at")?,
            read_at: asked_at + trip / 2,
            trip,
        })
    }

    fn min_by_trip(self, other: Self) -> Self {
        if other.trip < self.trip { other } else { self }
    }

    fn at(&self, moment: Instant) -> DateTime<Utc> {
        self.time + moment.saturating_duration_since(self.read_at)
    }
}
