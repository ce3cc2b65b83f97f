//! The load that faults fall on, and what must hold of the books afterwards.
//!
//! Three stages: a function in the database, Rust in the database, and calls outside. Each writes
//! an effect with the event's id, and nothing but the engine keeps it from writing two.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use pgcascade::answer::Answer;
use pgcascade::db::{DatabaseUrl, DbError, Transaction};
use pgcascade::engine::{
    Ended, Ending, Event, InDatabaseStage, OnUnknown, Outcome, OutsideStage, Prepared, Registry,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::support::form::is_long;
use crate::support::wait;

/// Whatever else there is to do is none of the test's.
const NO_OTHERS: &str = "
    delete from pipeline.stages;
    update pipeline.alert_rules set enabled = false";

/// The stage in the database and the table of effects, which has no key: a second run would show.
const SQL_STAGE: &str = "
    create table public.effects (event_id bigint not null);
    create function public.work_in_sql(event_ids bigint[])
    returns table (event_id bigint, error text) language sql as $$
        insert into public.effects (event_id) select unnest(event_ids);
        select null::bigint, null::text where false
    $$;
    insert into pipeline.stages
        (name, event_type, kind, target, concurrency, batch_size, backoff, backoff_max)
    values
        ('sql', 'sql', 'sql', 'public.work_in_sql', 2, 20, '10 milliseconds', '50 milliseconds')";

/// The stages in Rust.
const RUST_STAGES: &str = "
    insert into pipeline.stages
        (name, event_type, kind, target, concurrency, batch_size, backoff, backoff_max)
    values
        ('rust', 'rust', 'builtin', 'rust', 2, 20, '10 milliseconds', '50 milliseconds'),
        ('call', 'call', 'builtin', 'call', 8, 20, '10 milliseconds', '50 milliseconds')";

/// The types of the stages' events.
pub const TYPES: [&str; 3] = ["sql", "rust", "call"];

/// What must hold of the books after any run: each line is a rule and how often it is broken.
const RULES: &str = "
    with
    event as materialized (
        select event.id, event.status, event.attempts, count(effects.event_id) as effects
        from marketing.pipeline_events as event
        left join public.effects on effects.event_id = event.id
        group by event.id, event.status, event.attempts
    )
    select rule, broken from (values
        ('every event is in a final state',
            (select count(*) from event where status not in ('processed', 'failed', 'cancelled'))),
        ('a processed event has one effect',
            (select count(*) from event where status = 'processed' and effects <> 1)),
        ('an event that failed has no effect',
            (select count(*) from event where status <> 'processed' and effects <> 0)),
        ('a processed event was attempted',
            (select count(*) from event where status = 'processed' and attempts < 1)),
        ('an effect has an event',
            (select count(*) from public.effects
             where not exists (select from event where event.id = effects.event_id))),
        ('what failed is in the error log, once',
            (select abs((select count(*) from event where status = 'failed')
                - (select count(*) from marketing.pipeline_errors)))),
        ('nothing is ready', (select count(*) from pipeline.ready)),
        ('nothing is scheduled', (select count(*) from pipeline.scheduled)),
        ('nothing is in flight', (select count(*) from pipeline.inflight)),
        ('nothing is parked', (select count(*) from pipeline.parked)),
        ('nothing is unrouted', (select count(*) from pipeline.unrouted)),
        ('no stage was paused', (select count(*) from pipeline.stages where paused))
    ) as books (rule, broken) where broken <> 0";

/// A number from the environment, or what is enough every day.
pub fn wanted<N: std::str::FromStr>(variable: &str, everyday: N) -> N {
    std::env::vars()
        .find(|(name, _)| name == variable)
        .map_or(everyday, |(_, value)| value.parse().ok().expect("a number"))
}

/// Says a seed or a figure; it is shown where the test fails, and with `--nocapture`.
pub fn say(words: &str) {
    println!("{words}");
}

/// Says in the long form how far it is, ten times in all.
pub fn progress(what: &str, done: i32, of: i32) {
    if is_long() && (done * 10 / of) > ((done - 1) * 10 / of) {
        say(&format!("{what} {done} of {of}"));
    }
}

/// The chances of a test: others each time, from a seed that is said where the test fails.
/// `PGCASCADE_TEST_SEED` repeats one.
pub fn chances() -> fastrand::Rng {
    let seed = wanted("PGCASCADE_TEST_SEED", fastrand::u64(..));
    say(&format!("PGCASCADE_TEST_SEED={seed} repeats this run"));
    fastrand::Rng::with_seed(seed)
}

/// Makes the stages of the load.
pub async fn make_stages(client: &Client) {
    client.batch_execute(NO_OTHERS).await.expect("no stages");
    make_sql_stage(client).await;
    client.batch_execute(RUST_STAGES).await.expect("stages");
}

/// Makes the stage in the database alone, beside whatever stages there are.
pub async fn make_sql_stage(client: &Client) {
    client.batch_execute(SQL_STAGE).await.expect("a stage");
}

/// Deploys to a server of the test's own, with the stages of the load; returns a session on it.
pub async fn deployed(url: &DatabaseUrl) -> Client {
    pgcascade::db::migrate(url).await.expect("migrations");
    let mut client = session(url).await;
    pgcascade::db::install_objects(&mut client)
        .await
        .expect("objects");
    make_stages(&client).await;
    client
}

/// A session of the test's, not of a daemon's.
pub async fn session(url: &DatabaseUrl) -> Client {
    pgcascade::db::connect(url, "test")
        .await
        .expect("a session")
}

/// The stages of the load in Rust; clones share what they count.
#[derive(Clone)]
pub struct Work {
    /// Calls that were begun.
    pub calls: Arc<AtomicUsize>,
    /// Calls wait until it is true.
    pub open: watch::Sender<bool>,
    /// How long a call takes.
    pub pace: Duration,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            calls: Arc::default(),
            open: watch::Sender::new(true),
            pace: Duration::from_millis(5),
        }
    }
}

impl Work {
    /// Work whose calls wait for [`Work::open`].
    pub fn shut() -> Self {
        Self {
            open: watch::Sender::new(false),
            ..Self::default()
        }
    }

    /// A registry with the stages of the load.
    pub fn registry(&self) -> Registry {
        Registry::default()
            .in_database("rust", self.clone())
            .and_then(|stages| stages.outside("call", self.clone()))
            .expect("two stages")
    }

    /// How many calls were begun.
    pub fn made(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl InDatabaseStage for Work {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
        write_effects(tx, &ids).await?;
        Ok(Vec::new())
    }
}

#[async_trait]
impl OutsideStage for Work {
    async fn prepare(
        &self,
        _: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let calls = events.iter().map(|event| Prepared::Call(json!(event.id)));
        Ok(calls.collect())
    }

    async fn call(&self, _: &Value) -> Answer<Value> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut open = self.open.subscribe();
        // The sender lives in this very value.
        let _ = open.wait_for(|open| *open).await;
        tokio::time::sleep(self.pace).await;
        Answer::Delivered(json!({}))
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let delivered = ended
            .iter()
            .filter(|end| matches!(end.ending, Ending::Delivered(_)))
            .map(|end| end.event.id)
            .collect::<Vec<_>>();
        write_effects(tx, &delivered).await
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

async fn write_effects(tx: &Transaction<'_>, ids: &[i64]) -> Result<(), DbError> {
    let insert = "insert into public.effects (event_id) select unnest($1::bigint[])";
    tx.execute(insert, &[&ids]).await?;
    Ok(())
}

/// Emits `count` events of a type at once.
pub async fn emit(client: &Client, event_type: &str, count: i32) {
    let insert = "insert into marketing.pipeline_events (event_type)
        select $1 from generate_series(1, $2::integer)";
    client
        .execute(insert, &[&event_type, &count])
        .await
        .expect("events");
}

/// Writes `rounds` times ten events of every type, over about `rounds` hundredths of a second.
pub fn writer(client: Client, rounds: i32) -> JoinHandle<()> {
    tokio::spawn(async move {
        for _ in 0..rounds {
            for event_type in TYPES {
                emit(&client, event_type, 10).await;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
}

/// A number; None while the database does not answer.
pub async fn number(client: &Client, sql: &str) -> Option<i64> {
    client.query_one(sql, &[]).await.ok()?.try_get(0).ok()
}

/// Waits until a condition holds.
pub async fn until(client: &Client, what: &str) {
    let sql = format!("select ({what})::integer::bigint");
    wait::until(what, async || {
        (number(client, &sql).await? == 1).then_some(())
    })
    .await;
}

/// Waits until so many events have ended.
pub async fn until_ended(client: &Client, count: i64) {
    let ended = "select count(*) from marketing.pipeline_events
        where status in ('processed', 'failed', 'cancelled')";
    wait::until(&format!("{count} events to end"), async || {
        (number(client, ended).await? >= count).then_some(())
    })
    .await;
}

/// Checks that all events of the stage in the database were done, each once, beside whatever else
/// there was to do.
pub async fn each_effect_is_there_once(client: &Client, events: i64) {
    let done = "select count(*) from marketing.pipeline_events
        where event_type = 'sql' and status = 'processed'";
    assert_eq!(number(client, done).await, Some(events), "done");
    let effects = "select count(*) from public.effects";
    assert_eq!(number(client, effects).await, Some(events), "effects");
    let different = "select count(distinct event_id) from public.effects";
    assert_eq!(number(client, different).await, Some(events), "of as many");
}

/// Checks the books after a run that `processed` so many events, and in which so many `failed`.
pub async fn books_are_right(client: &Client, processed: i64, failed: i64) {
    let rows = client.query(RULES, &[]).await;
    let broken: Vec<String> = rows
        .expect("the books can be read")
        .iter()
        .map(|row| format!("{}: {}", row.get::<_, &str>(0), row.get::<_, i64>(1)))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    for (status, expected) in [("processed", processed), ("failed", failed)] {
        let count =
            format!("select count(*) from marketing.pipeline_events where status = '{status}'");
        assert_eq!(number(client, &count).await, Some(expected), "{status}");
    }
}
