//! PostgreSQL crashes or is restarted during a run: the daemon comes back by itself, and the books
//! are right.

use std::time::{Duration, Instant};

use super::books::{
    Work, deployed, each_effect_is_there_once, emit, number, progress, say, session, until,
    until_ended,
};
use super::kill_the_daemon::{COMPANIES, daemon, stop};
use crate::support::cluster::TestCluster;
use crate::support::daemon::start;
use crate::support::form::by_form;
use crate::support::outreach::books_are_right;
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn crashes_and_restarts_of_postgresql_lose_and_double_nothing() {
    let companies = by_form(2000, 4000);
    let cluster = TestCluster::start().await;
    pgcascade::db::migrate(cluster.url())
        .await
        .expect("migrations");
    let mut client = pgcascade::db::connect(cluster.url(), "test")
        .await
        .expect("a session");
    pgcascade::db::install_objects(&mut client)
        .await
        .expect("objects");
    client
        .execute(COMPANIES, &[&1, &companies])
        .await
        .expect("companies");
    let running = daemon(cluster.url());
    let mut waits = Vec::new();
    let crashes = by_form(5, 20);
    for crash in 1..=crashes {
        let client = pgcascade::db::connect(cluster.url(), "test")
            .await
            .expect("a session");
        let share = i64::from(companies) * 5 * i64::from(crash) / i64::from(crashes);
        wait::until("the daemon to come further", async || {
            let count = "select count(*), not exists (select from pipeline.ready) and not exists (select from pipeline.inflight)
                from marketing.pipeline_events where status = 'processed'";
            let row = client.query_one(count, &[]).await.ok()?;
            (row.get::<_, i64>(0) >= share || row.get(1)).then_some(())
        })
        .await;
        // In order and as a crash does it, in turn.
        cluster.restart(crash % 2 == 1).await;
        waits.push(goes_on(&cluster).await);
        progress("crash", crash, crashes);
    }
    let client = pgcascade::db::connect(cluster.url(), "test")
        .await
        .expect("a session");
    wait::until("everything to be finished", async || {
        let idle = "select not exists (select from marketing.vw_company_progress where state in ('waiting', 'in_progress'))
            and not exists (select from pipeline.ready) and not exists (select from pipeline.inflight)
            and not exists (select from pipeline.scheduled where run_at < now() + interval '2 minutes')";
        client.query_one(idle, &[]).await.ok()?.get::<_, bool>(0).then_some(())
    })
    .await;
    books_are_right(&client, i64::from(companies)).await;
    stop(running).await;
    let longest = waits.iter().max().copied().unwrap_or_default();
    say(&format!(
        "the first claim was at most {longest:?} after the server answered ({waits:?})"
    ));
    let mark = Duration::from_secs(by_form(10, 2));
    assert!(longest <= mark, "{longest:?}");
}

/// From the server's first answer to the first claim after it; at once where nothing waits.
async fn goes_on(cluster: &TestCluster) -> Duration {
    let session = async || pgcascade::db::connect(cluster.url(), "test").await.ok();
    let client = wait::until("the server to answer", session).await;
    let answered = Instant::now();
    let now = client
        .query_one("select clock_timestamp()::text", &[])
        .await;
    let now: String = now.expect("a time").get(0);
    until(
        &client,
        &format!(
            "exists (select from marketing.pipeline_events where claimed_at > '{now}')
            or not exists (select from pipeline.ready)"
        ),
    )
    .await;
    answered.elapsed()
}

/// What writers leave to be announced is gone with a crash, and with it everybody who listened.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_to_be_announced_at_a_crash_is_worked_off_all_the_same() {
    let cluster = TestCluster::start().await;
    let client = deployed(cluster.url()).await;
    let daemon = start(cluster.url(), Work::default().registry());
    emit(&client, "sql", 1).await;
    until_ended(&client, 1).await;
    // Another daemon's lease, so that nothing is announced before the crash; unless a heartbeat, which
    // ends such a lease, comes between.
    client
        .batch_execute(
            "begin;
            update pipeline.quiet set worker_id = 7, until = 'infinity';
            do $$ begin
                for n in 1..50 loop
                    insert into marketing.pipeline_events (event_type) values ('sql');
                end loop;
            end $$",
        )
        .await
        .expect("events");
    let unlogged = "select count(*) from pg_class
        where oid = 'pipeline.unannounced'::regclass and relpersistence = 'u'";
    assert_eq!(number(&client, unlogged).await, Some(1));
    let left = "select count(*) from pipeline.unannounced";
    assert_eq!(number(&client, left).await, Some(50));
    client.batch_execute("commit").await.expect("a commit");
    let ids = "select last_value from pipeline.unannounced_id_seq";
    let given_out = number(&client, ids).await.expect("an id");
    cluster.restart(true).await;
    let client = wait::until("the server to recover", async || {
        let client = pgcascade::db::connect(cluster.url(), "test").await.ok()?;
        number(&client, left).await.map(|_| client)
    })
    .await;
    assert!(
        number(&client, ids).await >= Some(given_out),
        "ids never go back"
    );
    until_ended(&client, 51).await;
    daemon.stop().await;
    each_effect_is_there_once(&session(cluster.url()).await, 51).await;
}
