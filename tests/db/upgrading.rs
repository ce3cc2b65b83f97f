//! A database that an older program made is deployed anew while people write into it: nothing they
//! wrote is lost, and nobody waits long.

use std::time::{Duration, Instant};

use pgcascade::db::migrate::{embedded, migrate_with};
use pgcascade::db::{DatabaseUrl, connect, install_objects, migrate};
use pgcascade::engine::Registry;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::faults::books::say;
use crate::support::cluster::TestCluster;
use crate::support::{daemon, wait};

/// What the ledger and its queues may hold, as an older program left them: events that are done,
/// that wait, and that are due soon.
const PAST: &str = "
    insert into pipeline.stages (name, event_type, kind, target)
    values ('tally', 'tally', 'sql', 'public.tally');
    insert into marketing.pipeline_events (event_type, status, claimed_at, processed_at, attempts)
    select 'tally', 'processed', now(), now(), 1 from generate_series(1, 20000);
    with waiting as (
        insert into marketing.pipeline_events (event_type) select 'tally' from generate_series(1, 500)
        returning id, priority
    )
    insert into pipeline.ready (stage_id, priority, event_id)
    select stage.id, waiting.priority, waiting.id
    from waiting, pipeline.stages as stage where stage.name = 'tally';
    with due as (
        insert into marketing.pipeline_events (event_type, run_at)
        select 'tally', clock_timestamp() + interval '1 second' from generate_series(1, 50)
        returning id, priority, run_at
    )
    insert into pipeline.scheduled (event_id, stage_id, run_at)
    select due.id, stage.id, due.run_at
    from due, pipeline.stages as stage where stage.name = 'tally';
    create table public.apart (n bigint generated always as identity);
    create table public.tallied (event_id bigint not null);
    create function public.tally(event_ids bigint[]) returns table (event_id bigint, error text) language sql as $$
        insert into public.tallied (event_id) select unnest(event_ids);
        select null::bigint, null::text where false
    $$";

/// The events of [`PAST`] that are still to be done.
const TO_DO: i64 = 550;

/// A writer into the ledger does not wait longer for a deploy.
const PATIENCE: Duration = Duration::from_secs(1);
/// What a writer writes.
const INTO_THE_LEDGER: &str = "insert into marketing.pipeline_events (event_type) values ('tally')";
/// What another writes, with which no deploy has to do: it waits for the machine alone, which may be
/// busy with other tests.
const APART: &str = "insert into public.apart default values";

/// What a writer did.
struct Written {
    rows: i64,
    /// The longest time that one took.
    longest: Duration,
    /// When that one was begun.
    at: Instant,
}

/// Inserts rows one by one until told to stop.
fn writer(client: Client, insert: &'static str, stop: CancellationToken) -> JoinHandle<Written> {
    tokio::spawn(async move {
        let mut written = Written {
            rows: 0,
            longest: Duration::ZERO,
            at: Instant::now(),
        };
        while !stop.is_cancelled() {
            let began = Instant::now();
            client.execute(insert, &[]).await.expect("a row");
            if began.elapsed() > written.longest {
                (written.longest, written.at) = (began.elapsed(), began);
            }
            written.rows += 1;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        written
    })
}

async fn session(url: &DatabaseUrl) -> Client {
    connect(url, "tests").await.expect("a session")
}

async fn number(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.expect("a number").get(0)
}

/// Deploys over a database of migration `version` with rows in it, and works it off.
async fn upgraded_from(version: i32) {
    let database = TestCluster::shared_database().await;
    let url = database.url();
    let all = embedded().expect("migrations");
    let old: Vec<_> = all
        .into_iter()
        .filter(|migration| i64::from(migration.version()) <= i64::from(version))
        .collect();
    migrate_with(url, &old).await.expect("the older migrations");
    let mut client = session(url).await;
    client.batch_execute(PAST).await.expect("the past");

    let stop = CancellationToken::new();
    let apart = writer(session(url).await, APART, stop.clone());
    let writer = writer(session(url).await, INTO_THE_LEDGER, stop.clone());
    let began = Instant::now();
    migrate(url).await.expect("the newer migrations");
    let migrated = began.elapsed();
    install_objects(&mut client).await.expect("the objects");
    let installed = began.elapsed();
    // Once more, while a daemon works: functions change under its feet.
    let daemon = daemon::start(url, Registry::default());
    install_objects(&mut client).await.expect("the objects");
    let tallied = "select count(distinct event_id) from public.tallied";
    wait::until("the events of the past to be done", async || {
        (number(&client, tallied).await >= TO_DO).then_some(())
    })
    .await;
    stop.cancel();
    let Written {
        rows: written,
        longest,
        at,
    } = writer.await.expect("a writer that is never refused");
    let apart = apart.await.expect("a writer apart").longest;
    say(&format!(
        "from V{version}: {written} events were written meanwhile, none took longer than {longest:?}; that one was \
         begun after {:?} (migrations until {migrated:?}, objects until {installed:?}; elsewhere {apart:?} at most)",
        at.duration_since(began)
    ));
    assert!(
        longest < PATIENCE + apart,
        "from V{version}: a writer waited {longest:?}, while one elsewhere waited {apart:?}"
    );

    // Before the objects there was no trigger: what was written then, an older program's would have
    // queued. Nobody forgets it: it is found by what it lacks.
    let lost = "select count(*) from marketing.pipeline_events as event
        where status = 'pending'
        and not exists (select from pipeline.ready where event_id = event.id)
        and not exists (select from pipeline.scheduled where event_id = event.id)
        and not exists (select from pipeline.parked where event_id = event.id)
        and not exists (select from pipeline.unrouted where event_id = event.id)";
    let unqueued = number(&client, lost).await;
    let done = "select count(*) from marketing.pipeline_events where status = 'processed'";
    let all = 20_000 + TO_DO + written - unqueued;
    wait::until("what was written meanwhile to be done", async || {
        (number(&client, done).await == all).then_some(())
    })
    .await;
    let doubled = "select count(*) - count(distinct event_id) from public.tallied";
    assert_eq!(number(&client, doubled).await, 0, "from V{version}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_schema_with_rows_is_deployed_over_while_writers_write() {
    for version in [9, 18, 26] {
        upgraded_from(version).await;
    }
}

/// The check of templates that an older program deployed, and that knows none of the values that
/// newer texts have.
const OLD_CHECK: &str = "
    create function public.check_template() returns trigger language plpgsql as $$
    begin
        raise exception 'no value is called so' using errcode = '22023';
    end
    $$;
    create trigger check_template before insert or update on public.message_templates
    for each row execute function public.check_template()";

#[tokio::test(flavor = "multi_thread")]
async fn templates_of_newer_migrations_are_not_judged_by_the_check_of_an_older_program() {
    let database = TestCluster::shared_database().await;
    let url = database.url();
    let mut old = embedded().expect("migrations");
    old.retain(|migration| migration.version() <= 21);
    migrate_with(url, &old).await.expect("the older migrations");
    let mut client = session(url).await;
    client.batch_execute(OLD_CHECK).await.expect("an old check");

    migrate(url).await.expect("the newer migrations");
    install_objects(&mut client).await.expect("the objects");
    let refused = client
        .batch_execute("insert into message_templates (name, body) values ('other', '{{ nothing_is_called_so }}')")
        .await;
    let error = refused.expect_err("templates are checked again");
    assert_eq!(
        error.code(),
        Some(&tokio_postgres::error::SqlState::INVALID_PARAMETER_VALUE),
        "{error:?}"
    );
}
