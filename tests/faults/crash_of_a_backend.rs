//! A backend of the server dies of SIGKILL, as the kernel does it when memory is short: the server
//! takes all others down, recovers, and the daemon goes on within seconds.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

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

/// A session, as soon as the server answers a question.
async fn answering(cluster: &TestCluster) -> tokio_postgres::Client {
    wait::until("the server to recover", async || {
        let client = pgcascade::db::connect(cluster.url(), "test").await.ok()?;
        number(&client, "select 1::bigint").await.map(|_| client)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_killed_at_work_loses_and_doubles_nothing() {
    let mut chances = chances();
    let cluster = TestCluster::start().await;
    let mut client = deployed(cluster.url()).await;
    let work = Work::default();
    let daemon = start(cluster.url(), work.registry());
    let (mut events, mut longest) = (0, Duration::ZERO);
    let kills = by_form(3, 20);
    for at in 1..=kills {
        for event_type in TYPES {
            emit(&client, event_type, 300).await;
        }
        events += 900;
        // Somewhere in the first half of the load.
        until_ended(&client, events - 900 + chances.i64(1..450)).await;
        let victim = "select max(pid)::bigint from pg_stat_activity
            where application_name = 'test daemon' and backend_type = 'client backend'";
        let victim = number(&client, victim).await.expect("the daemon is there");
        let victim = Pid::from_raw(i32::try_from(victim).expect("a process id"));
        kill(victim, Signal::SIGKILL).expect("it can be killed");
        wait::until("the crash to be felt", async || {
            client.is_closed().then_some(())
        })
        .await;
        client = answering(&cluster).await;
        let recovered = Instant::now();
        let processed = "select count(*) from marketing.pipeline_events where status = 'processed'";
        let done = number(&client, processed).await;
        wait::until("the work to go on", async || {
            let now = number(&client, processed).await?;
            (Some(now) > done || now == events).then_some(())
        })
        .await;
        longest = longest.max(recovered.elapsed());
        until_ended(&client, events).await;
        progress("crash", at, kills);
    }
    say(&format!(
        "the work went on at most {longest:?} after the server answered again"
    ));
    let mark = Duration::from_secs(by_form(GOES_ON_WITHIN_BUSY, GOES_ON_WITHIN));
    assert!(longest <= mark, "{longest:?}");
    books_are_right(&session(cluster.url()).await, events, 0).await;
    daemon.stop().await;
}
