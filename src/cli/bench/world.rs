//! The database that is made for the measurements, and the daemon that works in it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use tokio_util::sync::CancellationToken;

use super::latency::Starts;
use super::noop::Noop;
use crate::cli::deploy::deploy;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::target::{Session, get};
use crate::config::Urls;
use crate::db::{DatabaseUrl, DbError, Pool};
use crate::engine::{Daemon, DaemonOptions, Doze, Registry};

const PREPARE: &str = include_str!("../../../sql/queries/bench/prepare.sql");
const RESET: &str = include_str!("../../../sql/queries/bench/reset.sql");
const PAUSE: &str = include_str!("../../../sql/queries/bench/pause.sql");
const IS_DONE: &str = include_str!("../../../sql/queries/bench/is_done.sql");
const READY: &str = include_str!("../../../sql/queries/http/ready.sql");
const WAL_POSITION: &str = include_str!("../../../sql/queries/bench/wal_position.sql");

/// What the daemon is called.
const NAME: &str = "bench";
/// Connections of the daemon: enough for two batches of every stage at once.
const CONNECTIONS: usize = 12;
/// Between two looks whether everything is done, where the clock stops with it: the peers in
/// benches/peers look as often.
pub const CLOSE_LOOK: Duration = Duration::from_millis(2);
/// The same where nothing depends on it.
pub const LOOK: Duration = Duration::from_millis(50);
/// A daemon that listens has looked at all it found by then.
const FIRST_LOOKS: Duration = Duration::from_millis(500);
/// No round takes longer: whatever hangs is told of.
const ROUND_MAX: Duration = Duration::from_secs(600);

/// A database of its own, with sessions on it.
pub struct World {
    server: Urls,
    name: String,
    urls: Urls,
    /// Handlers of the daemon that note when they began.
    pub starts: Starts,
    /// For preparing, emitting and looking.
    pub session: Session,
}

/// A daemon in this process.
pub struct RunningDaemon {
    stop: CancellationToken,
    task: JoinHandle<Result<(), DbError>>,
}

impl World {
    /// Makes the database and deploys into it.
    ///
    /// # Errors
    /// The user may not create databases, or a deploy fails.
    pub async fn make(server: &Urls, output: &Output) -> Result<Self, Failure> {
        let name = format!("pgcascade_bench_{}", std::process::id());
        output.say(format!(
            "⚙️  Making the database {name} at {}",
            server.direct
        ));
        let session = Session::open(server, "bench").await?;
        let create = format!("create database {name}");
        let made = session.client.batch_execute(&create).await;
        made.map_err(|error| {
            anyhow::Error::from(DbError::from(error)).context(
                "the measurements need a database of their own, which this user may not create; \
                 have the owner run ALTER ROLE … CREATEDB, or use another DATABASE_URL",
            )
        })?;
        let on_it = |url: &DatabaseUrl| url.on_database(&name);
        let urls = Urls {
            work: on_it(&server.work),
            direct: on_it(&server.direct),
        };
        let world = Self {
            session: Session::open(&urls, "bench").await?,
            server: server.clone(),
            starts: Starts::default(),
            name,
            urls,
        };
        match world.prepare().await {
            Ok(()) => Ok(world),
            Err(failure) => {
                world.clear_away().await?;
                Err(failure)
            }
        }
    }

    async fn prepare(&self) -> Result<(), Failure> {
        deploy(&self.urls, &Output::to_nobody()).await?;
        self.batch(PREPARE).await
    }

    /// Where the server is, without a password.
    pub fn server(&self) -> String {
        self.server.direct.to_string()
    }

    /// Drops the database.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn clear_away(self) -> Result<(), Failure> {
        drop(self.session);
        let session = Session::open(&self.server, "bench").await?;
        let drop = format!("drop database {} with (force)", self.name);
        let dropped = session.client.batch_execute(&drop).await;
        Ok(dropped.map_err(DbError::from)?)
    }

    /// Where it is.
    pub fn urls(&self) -> &Urls {
        &self.urls
    }

    /// Starts a daemon with the builtin stages of the measurements, and waits until it listens and
    /// has come to rest.
    ///
    /// # Errors
    /// No pool can be made, or it does not come to listen.
    pub async fn daemon(&self) -> Result<RunningDaemon, Failure> {
        let pool = Pool::open(&self.urls.work, CONNECTIONS, "pgcascade bench daemon")?;
        let starts = self.starts.clone();
        let registry = Registry::default()
            .outside("bench.noop", Noop(|| ()))
            .and_then(|registry| registry.in_database("bench.starts", self.starts.clone()))
            .and_then(|registry| {
                registry.outside("bench.starts_outside", Noop(move || starts.one()))
            })
            .map_err(anyhow::Error::from)?;
        let options = DaemonOptions {
            listen_url: self.urls.direct.clone(),
            name: NAME.to_owned(),
            drain: Duration::from_secs(5),
            frugal: None,
            doze: Doze::default(),
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(Daemon::new(pool, registry, options).run(stop.clone()));
        let running = RunningDaemon { stop, task };
        self.until("the daemon to listen", (READY, &[&NAME]), "listens", LOOK)
            .await?;
        tokio::time::sleep(FIRST_LOOKS).await;
        Ok(running)
    }

    /// Empties everything for the next measurement.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn reset(&self) -> Result<(), Failure> {
        self.batch(RESET).await
    }

    /// Runs statements.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn batch(&self, sql: &str) -> Result<(), Failure> {
        let done = self.session.client.batch_execute(sql).await;
        Ok(done.map_err(DbError::from)?)
    }

    /// Stops or starts a stage.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn pause(&self, stage: &str, paused: bool) -> Result<(), Failure> {
        self.session.rows(PAUSE, &[&stage, &paused]).await?;
        Ok(())
    }

    /// Waits until nothing is left to do and all of it is committed; returns when that was seen, by
    /// the server's clock.
    ///
    /// # Errors
    /// It takes too long, or the database cannot be asked.
    pub async fn until_done(&self, look: Duration) -> Result<DateTime<Utc>, Failure> {
        let state = self
            .until("everything to be done", (IS_DONE, &[]), "is_done", look)
            .await?;
        Ok(get(&state, "at")?)
    }

    /// Asks until the answer is yes, and returns it.
    async fn until(
        &self,
        what: &str,
        (query, values): (&str, &[&(dyn ToSql + Sync)]),
        column: &str,
        look: Duration,
    ) -> Result<Row, Failure> {
        let asking = async {
            loop {
                let answer = self.session.row(query, values).await?;
                if get(&answer, column)? {
                    return Ok::<Row, DbError>(answer);
                }
                tokio::time::sleep(look).await;
            }
        };
        match tokio::time::timeout(ROUND_MAX, asking).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(anyhow::anyhow!(
                "waited {} s for {what}; see marketing.vw_queue_depth in the database {}",
                ROUND_MAX.as_secs(),
                self.name
            )
            .into()),
        }
    }

    /// Bytes of write-ahead log so far, of the whole server.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn wal_bytes(&self) -> Result<f64, DbError> {
        get(&self.session.row(WAL_POSITION, &[]).await?, "bytes")
    }
}

impl RunningDaemon {
    /// Stops it and waits for its end.
    ///
    /// # Errors
    /// It was refused by the database.
    pub async fn stop(self) -> Result<(), Failure> {
        self.stop.cancel();
        Ok(self.task.await??)
    }
}
