//! Others eat every connection that the server has, and let go of them again: daemons that run and
//! one that starts meanwhile recover by themselves.

use std::time::{Duration, Instant};

use pgcascade::db::DatabaseUrl;
use tokio_postgres::Client;

use super::books::{TYPES, Work, books_are_right, deployed, emit, number, say, until, until_ended};
use crate::support::cluster::TestCluster;
use crate::support::daemon::start;
use crate::support::form::by_form;
use crate::support::wait;

/// How long nobody gets a connection: longer than a daemon without any counts as alive.
const EXHAUSTED_FOR: Duration = Duration::from_secs(3);
/// The daemons' sessions.
const THEIRS: &str = "select count(*) from pg_stat_activity
    where application_name like 'test daemon%'";
const END_THEIRS: &str = "select count(*) filter (where pg_terminate_backend(pid, 1000))
    from pg_stat_activity
    where application_name like 'test daemon%'";

/// Opens sessions until the server has none left, and keeps them.
async fn eat(url: &DatabaseUrl, eaten: &mut Vec<Client>) {
    while let Ok(client) = pgcascade::db::connect(url, "idle").await {
        eaten.push(client);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn daemons_recover_when_connections_were_exhausted() {
    let most = by_form("25", "340");
    let cluster = TestCluster::start_with(&[("max_connections", most)], |_| {}).await;
    let client = deployed(cluster.url()).await;
    let work = Work::shut();
    let running = start(cluster.url(), work.registry());
    for event_type in TYPES {
        emit(&client, event_type, 500).await;
    }
    wait::until("calls under way", async || (work.made() == 8).then_some(())).await;

    let mut eaten = Vec::new();
    let began = Instant::now();
    wait::until("the daemon to be without a session", async || {
        eat(cluster.url(), &mut eaten).await;
        number(&client, END_THEIRS).await?;
        eat(cluster.url(), &mut eaten).await;
        (number(&client, THEIRS).await? == 0).then_some(())
    })
    .await;
    // Calls end, and their answers cannot be written.
    work.open.send_replace(true);
    let starting = start(cluster.url(), work.registry());
    for event_type in TYPES {
        emit(&client, event_type, 500).await;
    }
    // A slot that is freed late may be caught by a daemon: then the time begins anew.
    let mut since = Instant::now();
    wait::until("the time without connections to pass", async || {
        eat(cluster.url(), &mut eaten).await;
        if number(&client, THEIRS).await? > 0 {
            number(&client, END_THEIRS).await?;
            since = Instant::now();
        }
        (since.elapsed() > EXHAUSTED_FOR).then_some(())
    })
    .await;
    let done = number(&client, "select count(*) from public.effects").await;

    let idle = eaten.len();
    let exhausted = began.elapsed();
    drop(eaten);
    let released = Instant::now();
    wait::until("the work to go on", async || {
        (number(&client, "select count(*) from public.effects").await > done).then_some(())
    })
    .await;
    let went_on = released.elapsed();
    until_ended(&client, 3000).await;
    let finished = released.elapsed();
    until(&client, "(select count(*) from pipeline.workers) = 2").await;
    say(&format!(
        "{idle} idle sessions in {exhausted:?}; {done:?} of 3000 events were done; went on {went_on:?} after their \
         release, all done after {finished:?}, both daemons back after {:?}",
        released.elapsed()
    ));
    assert!(idle >= by_form(10, 300), "{idle} idle sessions");
    books_are_right(&client, 3000, 0).await;
    running.stop().await;
    starting.stop().await;
    assert_eq!(
        number(&client, "select count(*) from pipeline.workers").await,
        Some(0)
    );
}
