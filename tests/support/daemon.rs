//! A daemon inside the test, on a database of the test's own, with stages that the test writes.

use std::time::Duration;

use pgcascade::db::{DatabaseUrl, DbError, Pool};
use pgcascade::engine::{Daemon, DaemonOptions, Doze, Frugal, Registry};
use tokio::task::JoinHandle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};
use tokio_util::sync::CancellationToken;

use super::cluster::{TestCluster, TestDatabase};
use super::wait;

/// A deployed database and a session on it.
pub struct Rig {
    /// The database; dropped with the rig.
    pub database: TestDatabase,
    /// A session for looking and for playing the user.
    pub client: Client,
}

/// A daemon that runs.
pub struct RunningDaemon {
    stop: CancellationToken,
    task: JoinHandle<Result<(), DbError>>,
}

impl Rig {
    /// A deployed database whose own stages are gone, so that the test's are the only ones.
    pub async fn bare() -> Self {
        let rig = Self::deployed().await;
        rig.run("delete from pipeline.schedules; delete from pipeline.stages")
            .await;
        rig
    }

    /// A deployed database.
    pub async fn deployed() -> Self {
        let database = TestCluster::deployed_database().await;
        let client = pgcascade::db::connect(database.url(), "test")
            .await
            .expect("a session");
        let rig = Self { database, client };
        // Alerts are events, too: only tests about them want any.
        rig.run("update pipeline.alert_rules set enabled = false")
            .await;
        rig
    }

    /// Another session.
    pub async fn session(&self) -> Client {
        pgcascade::db::connect(self.database.url(), "another session")
            .await
            .expect("a session")
    }

    /// Runs statements.
    pub async fn run(&self, sql: &str) {
        self.client
            .batch_execute(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The rows of a query.
    pub async fn rows(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        self.client
            .query(sql, values)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    /// A number.
    pub async fn number(&self, sql: &str) -> i64 {
        self.rows(sql, &[]).await[0].get(0)
    }

    /// Text; NULL is empty.
    pub async fn text(&self, sql: &str) -> String {
        self.rows(sql, &[]).await[0]
            .get::<_, Option<String>>(0)
            .unwrap_or_default()
    }

    /// Waits until a query returns true.
    pub async fn until(&self, what: &str) {
        let sql = format!("select coalesce(({what}), false)");
        wait::until(what, async || {
            self.rows(&sql, &[]).await[0]
                .get::<_, bool>(0)
                .then_some(())
        })
        .await;
    }

    /// Waits until nothing waits, runs, or is due within a minute.
    pub async fn until_idle(&self) {
        self.until(
            "not exists (select from pipeline.ready join pipeline.stages on stages.id = stage_id and not paused)
            and not exists (select from pipeline.inflight)
            and not exists (select from pipeline.scheduled where run_at < clock_timestamp() + interval '1 minute')
            and not exists (select from marketing.pipeline_events where status = 'processing')",
        )
        .await;
    }

    /// A stage of kind `sql` for events `event_type`, whose function has this body over `event_ids`.
    pub async fn sql_stage(&self, event_type: &str, body: &str) {
        self.run(&format!(
            "create function public.{event_type}_stage(event_ids bigint[])
            returns table (event_id bigint, error text) language plpgsql as $$
            #variable_conflict use_column
            begin {body} end $$;
            insert into pipeline.stages (name, event_type, kind, target, backoff, backoff_max)
            values ('{event_type}', '{event_type}', 'sql', 'public.{event_type}_stage', '10 milliseconds', '20 milliseconds')"
        ))
        .await;
    }

    /// A stage of kind `builtin` for events `event_type`, run by the registered `target`.
    pub async fn builtin_stage(&self, event_type: &str, target: &str) {
        self.run(&format!(
            "insert into pipeline.stages (name, event_type, kind, target, concurrency, backoff, backoff_max)
            values ('{event_type}', '{event_type}', 'builtin', '{target}', 4, '10 milliseconds', '20 milliseconds')"
        ))
        .await;
    }

    /// Emits `count` events with the payload {"n": 1 …}.
    pub async fn emit(&self, event_type: &str, count: i32) {
        self.rows(
            "insert into marketing.pipeline_events (event_type, payload)
            select $1, jsonb_build_object('n', n) from generate_series(1, $2) as n",
            &[&event_type, &count],
        )
        .await;
    }

    /// Starts a daemon.
    pub fn daemon(&self, registry: Registry) -> RunningDaemon {
        start(self.database.url(), registry)
    }

    /// Starts a daemon that sleeps while nothing is to be done, for at most `longest`.
    pub fn frugal_daemon(&self, longest: Duration) -> (RunningDaemon, Doze) {
        self.frugal_daemon_with(longest, Registry::default())
    }

    /// The same with stages of the test's.
    pub fn frugal_daemon_with(
        &self,
        longest: Duration,
        registry: Registry,
    ) -> (RunningDaemon, Doze) {
        let doze = Doze::default();
        let frugal = Frugal {
            idle_after: Duration::from_millis(200),
            shortest: Duration::from_millis(100),
            longest,
        };
        let url = self.database.url();
        let daemon = start_as(url, url, registry, Some(frugal), doze.clone());
        (daemon, doze)
    }
}

/// Starts a daemon on a database.
pub fn start(url: &DatabaseUrl, registry: Registry) -> RunningDaemon {
    start_as(url, url, registry, None, Doze::default())
}

/// Starts a daemon that listens elsewhere than it works.
pub fn start_apart(work: &DatabaseUrl, listen: &DatabaseUrl, registry: Registry) -> RunningDaemon {
    start_as(work, listen, registry, None, Doze::default())
}

fn start_as(
    work: &DatabaseUrl,
    listen: &DatabaseUrl,
    registry: Registry,
    frugal: Option<Frugal>,
    doze: Doze,
) -> RunningDaemon {
    let pool = Pool::open(work, 12, "test daemon").expect("a pool");
    let options = DaemonOptions {
        listen_url: listen.clone(),
        name: "test daemon".to_owned(),
        drain: Duration::from_millis(500),
        frugal,
        doze,
    };
    let stop = CancellationToken::new();
    let task = tokio::spawn(Daemon::new(pool, registry, options).run(stop.clone()));
    RunningDaemon { stop, task }
}

impl RunningDaemon {
    /// Stops it gracefully and waits for its end.
    pub async fn stop(self) {
        self.stop.cancel();
        let ended = wait::within("the daemon to stop", self.task).await;
        ended.expect("no panic").expect("no refusal");
    }

    /// Ends it at once, as a crash would: nothing is given back or written.
    pub fn crash(self) {
        self.task.abort();
    }
}
