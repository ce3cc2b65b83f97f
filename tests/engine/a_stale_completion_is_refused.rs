//! What was reclaimed, cancelled or settled while a call ran is not overwritten by its result.

use pgcascade::answer::Answer;
use serde_json::json;

use super::stages::{EFFECTS, Scripted};
use crate::support::daemon::Rig;
use crate::support::wait;

/// A daemon whose one call waits at the gate.
async fn at_the_gate() -> (Rig, Scripted, crate::support::daemon::RunningDaemon) {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let daemon = rig.daemon(stage.registry());
    rig.emit("called", 1).await;
    wait::until("the call to begin", async || {
        (stage.made() == 1).then_some(())
    })
    .await;
    assert_eq!(
        rig.text("select status from marketing.pipeline_events")
            .await,
        "processing"
    );
    (rig, stage, daemon)
}

fn open(stage: &Scripted) {
    stage.gate.as_ref().expect("a gate").notify_one();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_event_stays_cancelled() {
    let (rig, stage, daemon) = at_the_gate().await;
    rig.run("update marketing.pipeline_events set status = 'cancelled'")
        .await;
    assert_eq!(
        rig.number("select count(*) from pipeline.inflight").await,
        0
    );
    open(&stage);
    daemon.stop().await;
    assert_eq!(
        rig.text("select status from marketing.pipeline_events")
            .await,
        "cancelled"
    );
    assert_eq!(rig.number("select count(*) from public.effects").await, 0);
}

/// Nothing was taken from the call, so its result counts.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_reprioritised_during_its_call_is_completed_by_it() {
    let (rig, stage, daemon) = at_the_gate().await;
    rig.run("update marketing.pipeline_events set priority = 1, run_at = now(), attempts = 3")
        .await;
    open(&stage);
    daemon.stop().await;
    assert_eq!(
        rig.text("select status from marketing.pipeline_events")
            .await,
        "processed"
    );
    assert_eq!(rig.number("select count(*) from public.effects").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requeued_event_is_completed_by_its_new_claim_only() {
    let (rig, stage, daemon) = at_the_gate().await;
    rig.run("update marketing.pipeline_events set status = 'pending'")
        .await;
    wait::until("the second claim's call", async || {
        (stage.made() == 2).then_some(())
    })
    .await;
    let epoch = rig.number("select epoch from pipeline.inflight").await;
    // The first call returns: its epoch is gone.
    open(&stage);
    wait::until("the first call's end", async || {
        (stage.now.load(std::sync::atomic::Ordering::SeqCst) == 1).then_some(())
    })
    .await;
    assert_eq!(
        rig.number("select epoch from pipeline.inflight").await,
        epoch
    );
    assert_eq!(
        rig.text("select status from marketing.pipeline_events")
            .await,
        "processing"
    );
    open(&stage);
    rig.until_idle().await;
    assert_eq!(rig.number("select count(*) from public.effects").await, 1);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_settled_by_hand_keeps_its_verdict() {
    let (rig, stage, daemon) = at_the_gate().await;
    rig.run("select marketing.mark_event_failed(id, 'by hand') from marketing.pipeline_events")
        .await;
    open(&stage);
    daemon.stop().await;
    assert_eq!(
        rig.text("select status || ': ' || error_message from marketing.pipeline_events")
            .await,
        "failed: by hand"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_daemon_held_is_taken_back_and_runs_alone() {
    let (rig, stage, daemon) = at_the_gate().await;
    daemon.crash();
    let heir = rig.daemon(stage.registry());
    wait::until("the heir's call", async || {
        (stage.made() == 2).then_some(())
    })
    .await;
    assert_eq!(
        rig.number("select crashes::bigint from marketing.pipeline_events")
            .await,
        1
    );
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 1);
    stage.gate.as_ref().expect("a gate").notify_waiters();
    rig.until_idle().await;
    assert_eq!(
        rig.text("select status from marketing.pipeline_events")
            .await,
        "processed"
    );
    assert_eq!(rig.number("select count(*) from public.effects").await, 1);
    heir.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_two_daemons_died_of_alone_is_failed() {
    let rig = Rig::bare().await;
    rig.builtin_stage("called", "scripted").await;
    rig.emit("called", 1).await;
    for death in 1..=3 {
        // A daemon that claimed the event and is gone: an old heartbeat and no lock.
        rig.run("insert into pipeline.workers (name, version, heartbeat_at) values ('dead', '0', now() - interval '1 hour');
            select * from pipeline.claim_outside((select id from pipeline.stages), (select max(id) from pipeline.workers), 1, false);
            insert into pipeline.workers (name, version) values ('alive', '0');
            select pipeline.heartbeat((select max(id) from pipeline.workers), 'alive', '0')")
            .await;
        assert_eq!(
            rig.number("select crashes::bigint from marketing.pipeline_events")
                .await,
            death
        );
    }
    let message = rig
        .text("select status || ': ' || error_message from marketing.pipeline_events")
        .await;
    assert!(
        message.starts_with("failed: The daemon, or the server, died 3 times"),
        "{message}"
    );
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_errors")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_its_daemon_never_heard_of_goes_back() {
    let rig = Rig::bare().await;
    rig.builtin_stage("called", "scripted").await;
    rig.emit("called", 3).await;
    rig.run("insert into pipeline.workers (name, version) values ('alive', '0');
        select * from pipeline.claim_outside((select id from pipeline.stages), (select max(id) from pipeline.workers), 3, false)")
        .await;
    let held = rig
        .number("select min(event_id) from pipeline.inflight")
        .await;
    let stage_id: i16 = rig.rows("select id from pipeline.stages", &[]).await[0].get(0);
    let worker_id: i32 = rig.rows("select max(id) from pipeline.workers", &[]).await[0].get(0);
    let back: i64 = rig
        .rows(
            "select pipeline.give_back($1, $2, $3)",
            &[&stage_id, &worker_id, &vec![held]],
        )
        .await[0]
        .get(0);
    assert_eq!(back, 2);
    assert_eq!(
        rig.number("select count(*) from pipeline.inflight").await,
        1
    );
    assert_eq!(rig.number("select count(*) from pipeline.ready").await, 2);
    assert_eq!(
        rig.number("select sum(attempts) from marketing.pipeline_events")
            .await,
        1
    );
}
