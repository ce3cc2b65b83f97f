//! The first process of PostgreSQL dies of SIGKILL under load, and something like an init system
//! starts it again: what was acknowledged is there, the work goes on, and the books are right.

use std::time::{Duration, Instant};

use pgcascade::db::DatabaseUrl;
use tokio::task::JoinHandle;

use super::books::{
    TYPES, Work, books_are_right, chances, deployed, emit, number, progress, say, session,
    until_ended,
};
use crate::support::cluster::TestCluster;
use crate::support::daemon::start;
use crate::support::form::by_form;
use crate::support::wait;

/// From the server's first answer to the first event that is done after it, in seconds.
const GOES_ON_WITHIN: u64 = 2;
/// The same on a busy machine.
const GOES_ON_WITHIN_BUSY: u64 = 10;
/// Sessions that write while the server dies.
const WRITERS: usize = 4;

/// Writes events one by one until its line is cut; returns those that were acknowledged.
async fn writer(url: &DatabaseUrl) -> JoinHandle<Vec<i64>> {
    let client = session(url).await;
    tokio::spawn(async move {
        let insert =
            "insert into marketing.pipeline_events (event_type) values ('sql') returning id";
        let mut acknowledged = Vec::new();
        while let Ok(row) = client.query_one(insert, &[]).await {
            acknowledged.push(row.get(0));
        }
        acknowledged
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_first_process_is_killed_loses_nothing_that_it_acknowledged() {
    let mut chances = chances();
    let cluster = TestCluster::start().await;
    let mut client = deployed(cluster.url()).await;
    let work = Work::default();
    let daemon = start(cluster.url(), work.registry());
    let all = "select count(*) from marketing.pipeline_events";
    let (mut acknowledged, mut starts, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    let kills = by_form(2, 20);
    for at in 1..=kills {
        let mut writers = Vec::new();
        for _ in 0..WRITERS {
            writers.push(writer(cluster.url()).await);
        }
        let before = number(&client, all).await.expect("a count");
        for event_type in TYPES {
            emit(&client, event_type, 300).await;
        }
        // Somewhere in the first half of that.
        until_ended(&client, before + chances.i64(1..450)).await;
        cluster.kill_postmaster();
        for writer in writers {
            acknowledged.extend(writer.await.expect("a writer"));
        }

        let killed = Instant::now();
        cluster.start_again().await;
        starts.push(killed.elapsed());
        client = session(cluster.url()).await;
        let answered = Instant::now();
        let processed = "select count(*) from marketing.pipeline_events where status = 'processed'";
        let done = number(&client, processed).await;
        let open = "select count(*) from marketing.pipeline_events where status <> 'processed'";
        wait::until("the work to go on", async || {
            let is_done = number(&client, open).await? == 0;
            (is_done || number(&client, processed).await > done).then_some(())
        })
        .await;
        waits.push(answered.elapsed());
        let events = number(&client, all).await.expect("a count");
        until_ended(&client, events).await;
        progress("kill", at, kills);
    }
    let longest = waits.iter().max().copied().unwrap_or_default();
    say(&format!(
        "{} acknowledged; the server was started again within {:?}; the work went on at most \
         {longest:?} after it answered ({waits:?})",
        acknowledged.len(),
        starts.iter().max()
    ));
    let mark = Duration::from_secs(by_form(GOES_ON_WITHIN_BUSY, GOES_ON_WITHIN));
    assert!(longest <= mark, "{longest:?}");
    let kept = "select count(*) from marketing.pipeline_events where id = any ($1)";
    let kept: i64 = client
        .query_one(kept, &[&acknowledged])
        .await
        .expect("a count")
        .get(0);
    assert_eq!(
        usize::try_from(kept),
        Ok(acknowledged.len()),
        "no acknowledgement is older than what is durable"
    );
    let events = number(&client, all).await.expect("a count");
    books_are_right(&client, events, 0).await;
    daemon.stop().await;
}
