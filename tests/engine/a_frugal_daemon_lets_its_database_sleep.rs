//! With nothing to do a frugal daemon holds no session; it comes back in time, and finds everything.

use std::time::Duration;

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;
use crate::support::wait;

const NOTHING: &str = "return;";
/// Sessions of daemons, pooled ones and those that listen.
const NO_SESSION: &str = "not exists (select from pg_stat_activity
    where datname = current_database() and application_name like 'test daemon%')";
const HOURS: Duration = Duration::from_secs(7200);

#[tokio::test(flavor = "multi_thread")]
async fn it_sleeps_until_the_next_event_is_due() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.emit("a", 10).await;
    let (daemon, doze) = rig.frugal_daemon(HOURS);
    wait::until("its sleep", async || doze.is_asleep().then_some(())).await;
    rig.until(NO_SESSION).await;
    let done = "select count(*) from marketing.pipeline_events where status = 'processed'";
    assert_eq!(rig.number(done).await, 10);

    // Before it is woken: with nothing to do it would soon sleep again, and for hours.
    rig.run("select pipeline.emit('a', run_at => now() + interval '8 seconds')")
        .await;
    doze.wake();
    rig.until("(select bool_or(naps_until = (select max(run_at) from marketing.pipeline_events)) from pipeline.workers)")
        .await;
    rig.until(NO_SESSION).await;
    rig.until("(select bool_and(status = 'processed') from marketing.pipeline_events)")
        .await;
    let early = "select count(*) from marketing.pipeline_events where claimed_at < run_at";
    assert_eq!(rig.number(early).await, 0);
    daemon.stop().await;
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_it_sleeps_is_found_at_the_next_look_or_when_it_is_woken() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let (daemon, doze) = rig.frugal_daemon(Duration::from_secs(2));
    wait::until("its sleep", async || doze.is_asleep().then_some(())).await;
    rig.emit("a", 1).await;
    rig.until("(select bool_and(status = 'processed') from marketing.pipeline_events)")
        .await;
    daemon.stop().await;

    let (daemon, doze) = rig.frugal_daemon(HOURS);
    wait::until("its sleep", async || doze.is_asleep().then_some(())).await;
    rig.emit("a", 1).await;
    doze.wake();
    rig.until("(select bool_and(status = 'processed') from marketing.pipeline_events)")
        .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_sleeps_is_not_taken_for_dead() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let (sleeper, doze) = rig.frugal_daemon(HOURS);
    wait::until("its sleep", async || doze.is_asleep().then_some(())).await;
    let awake = rig.daemon(Registry::default());
    rig.until("(select max(heartbeat_at) - min(heartbeat_at) > interval '4 seconds' from pipeline.workers)")
        .await;
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 2);
    awake.stop().await;
    sleeper.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cannot_run_does_not_keep_it_awake() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.builtin_stage("b", "unheard_of").await;
    rig.emit("b", 1).await;
    let (daemon, doze) = rig.frugal_daemon(HOURS);
    wait::until("its sleep", async || doze.is_asleep().then_some(())).await;
    // What it can run does.
    rig.emit("a", 1).await;
    doze.wake();
    rig.until("(select count(*) = 1 from marketing.pipeline_events where status = 'processed')")
        .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_awake_is_never_called_asleep() {
    let rig = Rig::bare().await;
    let daemon = rig.daemon(Registry::default());
    rig.until("exists (select from pipeline.workers)").await;
    let status = include_str!("../../sql/queries/cli/status_daemons.sql");
    for _ in 0..100 {
        let rows = rig.rows(status, &[]).await;
        assert_eq!(rows[0].get::<_, Option<f64>>("asleep_seconds"), None);
        assert!(rows[0].get::<_, f64>("silent_seconds") >= 0.0);
    }
    daemon.stop().await;
}
