//! An event that a daemon has claimed for a call, and that somebody takes away before the call begins:
//! the call is not made, and what it took of a limit is given back.

use std::sync::atomic::Ordering;

use pgcascade::answer::Answer;
use serde_json::json;

use super::stages::{EFFECTS, Scripted};
use crate::support::captured_log::CapturedLog;
use crate::support::daemon::{Rig, RunningDaemon, start};
use crate::support::fault_proxy::FaultProxy;
use crate::support::wait;

/// What the daemon says when it lets go of calls.
const NOT_MADE: &str = "not made: their events are no longer ours";

fn delivered() -> Scripted {
    Scripted::gated(|_| Answer::Delivered(json!({})))
}

async fn rig() -> Rig {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("a", "scripted").await;
    rig.run("update pipeline.stages set concurrency = 1").await;
    rig
}

/// All are claimed: the first is being called, the others wait in the daemon.
async fn one_is_called_of(events: i32, rig: &Rig, stage: &Scripted) {
    rig.emit("a", events).await;
    rig.until(&format!(
        "(select count(*) = {events} from pipeline.inflight)"
    ))
    .await;
    until_made(stage, 1).await;
}

async fn until_made(stage: &Scripted, calls: usize) {
    wait::until("the call", async || (stage.made() == calls).then_some(())).await;
}

fn open(stage: &Scripted) {
    stage.gate.as_ref().expect("a gate").notify_one();
}

/// Lets the calls pass one by one, until nothing is to be done.
async fn open_until_idle(rig: &Rig, stage: &Scripted) {
    wait::until("the last call", async || {
        open(stage);
        let idle = "select count(*) from marketing.pipeline_events
            where status in ('pending', 'processing') and run_at < now() + interval '1 minute'";
        (rig.number(idle).await == 0).then_some(())
    })
    .await;
}

/// Which events were called, and how often.
fn called(stage: &Scripted) -> Vec<(i64, usize)> {
    let calls = stage.calls.lock().expect("no panic");
    let mut calls: Vec<_> = calls.iter().map(|(n, times)| (*n, *times)).collect();
    calls.sort_unstable();
    calls
}

async fn statuses(rig: &Rig) -> String {
    rig.text("select string_agg(status, ' ' order by id) from marketing.pipeline_events")
        .await
}

#[tokio::test]
async fn a_cancelled_settled_or_failed_event_is_not_called() {
    let (log, _guard) = CapturedLog::begin();
    let (rig, stage) = (rig().await, delivered());
    let daemon = rig.daemon(stage.registry());
    one_is_called_of(5, &rig, &stage).await;
    rig.run(
        "begin;
        update marketing.pipeline_events set status = 'cancelled' where id = 2;
        update marketing.pipeline_events set status = 'failed' where id = 3;
        select marketing.mark_event_processed(4);
        commit",
    )
    .await;
    wait::until("the daemon to let go", async || {
        log.text().contains(NOT_MADE).then_some(())
    })
    .await;
    open_until_idle(&rig, &stage).await;
    daemon.stop().await;
    assert_eq!(called(&stage), [(1, 1), (5, 1)]);
    assert_eq!(
        statuses(&rig).await,
        "processed cancelled failed processed processed"
    );
    assert!(!log.text().contains("stale completions"), "{}", log.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_took_of_a_limit_is_given_back_and_it_is_called_when_it_is_due() {
    let (rig, stage) = (rig().await, delivered());
    rig.run(
        "insert into pipeline.limits (name, rate, period, concurrency) values ('few', 100, '1 day', 6);
        update pipeline.stages set limiter = 'few'",
    )
    .await;
    let daemon = rig.daemon(stage.registry());
    one_is_called_of(6, &rig, &stage).await;
    let left = "select trunc(tokens)::bigint from pipeline.limit_usage";
    assert_eq!(rig.number(left).await, 94);
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled' where id in (2, 3);
        update marketing.pipeline_events set status = 'pending', run_at = now() + interval '1 day' where id = 4;
        update marketing.pipeline_events set status = 'pending' where id = 5",
    )
    .await;
    // Number 5 has been claimed again: it took another.
    rig.until(
        "(select count(*) = 3 from pipeline.inflight) and not exists (select from pipeline.let_go)",
    )
    .await;
    let running = "select running from marketing.vw_limits where name = 'few'";
    assert_eq!(rig.number(running).await, 3);
    assert_eq!(rig.number(left).await, 97);
    open_until_idle(&rig, &stage).await;
    assert_eq!(called(&stage), [(1, 1), (5, 1), (6, 1)]);
    rig.run("update marketing.pipeline_events set run_at = now() where id = 4")
        .await;
    open_until_idle(&rig, &stage).await;
    daemon.stop().await;
    assert_eq!(called(&stage), [(1, 1), (4, 1), (5, 1), (6, 1)]);
    assert_eq!(
        statuses(&rig).await,
        "processed cancelled cancelled processed processed processed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_cancelled_while_its_stage_is_paused_gives_back_what_it_took() {
    let (rig, stage) = (rig().await, delivered());
    rig.run(
        "insert into pipeline.limits (name, rate, period) values ('few', 100, '1 day');
        update pipeline.stages set limiter = 'few'",
    )
    .await;
    let daemon = rig.daemon(stage.registry());
    one_is_called_of(3, &rig, &stage).await;
    // Told of both at once, the daemon puts back what it holds.
    rig.run(
        "begin;
        update pipeline.stages set paused = true;
        update marketing.pipeline_events set status = 'cancelled' where id = 2;
        commit",
    )
    .await;
    rig.until("(select count(*) = 1 from pipeline.inflight)")
        .await;
    rig.until("not exists (select from pipeline.let_go)").await;
    let left = "select trunc(tokens)::bigint from pipeline.limit_usage";
    assert_eq!(rig.number(left).await, 99);
    open(&stage);
    daemon.stop().await;
    assert_eq!(called(&stage), [(1, 1)]);
    assert_eq!(statuses(&rig).await, "processed cancelled pending");
}

/// Nobody is told of it, as when the line on which a daemon listens is away.
#[tokio::test(flavor = "multi_thread")]
async fn under_a_claim_that_is_not_fresh_no_call_begins_without_a_look() {
    let (rig, stage) = (rig().await, delivered());
    let daemon = rig.daemon(stage.registry());
    one_is_called_of(3, &rig, &stage).await;
    rig.run(
        "delete from pipeline.inflight where event_id = 2;
        update marketing.pipeline_events set status = 'cancelled' where id = 2",
    )
    .await;
    rig.until("(select max(claimed_at) < clock_timestamp() - interval '1.5 seconds' from pipeline.inflight)")
        .await;
    open_until_idle(&rig, &stage).await;
    daemon.stop().await;
    assert_eq!(called(&stage), [(1, 1), (3, 1)]);
}

/// A daemon, cut off, whose events another has taken over.
async fn taken_over(rig: &Rig, stage: &Scripted) -> (FaultProxy, RunningDaemon) {
    let proxy = FaultProxy::before(rig.database.url(), 0).await;
    let cut_off = start(proxy.url(), stage.registry());
    one_is_called_of(4, rig, stage).await;
    proxy.part();
    let others = Scripted::new(|_| Answer::Delivered(json!({})));
    let heir = start(rig.database.url(), others.registry());
    rig.until("(select count(*) = 4 from marketing.pipeline_events where status = 'processed')")
        .await;
    heir.stop().await;
    assert_eq!(called(&others), [(1, 1), (2, 1), (3, 1), (4, 1)]);
    (proxy, cut_off)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_was_cut_off_calls_for_no_event_that_another_has_taken_over() {
    let (rig, stage) = (rig().await, delivered());
    let (proxy, cut_off) = taken_over(&rig, &stage).await;
    // The call that it had begun ends while it is still cut off, the next one would begin.
    open(&stage);
    wait::until("the end of the first call", async || {
        (stage.now.load(Ordering::SeqCst) == 0).then_some(())
    })
    .await;
    assert_eq!(called(&stage), [(1, 1)]);
    proxy.heal();
    rig.until("exists (select from pipeline.workers)").await;
    // What is new is called, and comes after what it held.
    rig.emit("a", 1).await;
    until_made(&stage, 2).await;
    open(&stage);
    rig.until_idle().await;
    cut_off.stop().await;
    assert_eq!(called(&stage), [(1, 2)]);
}
