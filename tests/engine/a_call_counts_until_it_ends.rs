//! A call that goes on counts against its limit, whatever becomes of its event meanwhile; one that is
//! never begun does not.

use pgcascade::answer::Answer;
use serde_json::json;

use super::stages::{EFFECTS, Scripted};
use crate::support::daemon::{Rig, RunningDaemon};
use crate::support::wait;

/// Two events with the same key, of which one is being called, and the other waits for that.
async fn one_of_two_runs(stage: &Scripted) -> (Rig, RunningDaemon) {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("a", "scripted").await;
    rig.run(
        "insert into pipeline.limits (name, concurrency, key) values ('one', 1, 'k');
        update pipeline.stages set limiter = 'one';
        insert into marketing.pipeline_events (event_type, payload)
        select 'a', jsonb_build_object('k', 'same', 'n', n) from generate_series(1, 2) as n",
    )
    .await;
    let daemon = rig.daemon(stage.registry());
    rig.until("exists (select from pipeline.parked) and exists (select from pipeline.inflight)")
        .await;
    // A claim is on record before its call begins.
    wait::until("the call", async || (stage.made() == 1).then_some(())).await;
    (rig, daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_cancelled_during_its_call_keeps_its_place() {
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let (rig, daemon) = one_of_two_runs(&stage).await;
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled' where status = 'processing'",
    )
    .await;
    // The other is looked at again, and waits on.
    rig.until("exists (select from pipeline.parked)").await;
    rig.run("select pipeline.maintain()").await;
    rig.until("exists (select from pipeline.parked)").await;
    let running = "select running from marketing.vw_limits where name = 'one'";
    assert_eq!(rig.number(running).await, 1);
    assert_eq!(stage.made(), 1);
    let gate = stage.gate.clone().expect("a gate");
    gate.notify_one();
    rig.until("exists (select from pipeline.inflight)").await;
    gate.notify_one();
    rig.until_idle().await;
    daemon.stop().await;
    let ended = "select string_agg(concat(payload ->> 'n', ' ', status), ', ' order by id) from marketing.pipeline_events";
    assert_eq!(rig.text(ended).await, "1 cancelled, 2 processed");
    assert_eq!(stage.most.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(rig.number("select count(*) from pipeline.let_go").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_queued_again_during_its_call_waits_for_its_end() {
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let (rig, daemon) = one_of_two_runs(&stage).await;
    rig.run("update marketing.pipeline_events set status = 'pending' where status = 'processing'")
        .await;
    rig.until("(select count(*) = 2 from pipeline.parked)")
        .await;
    let gate = stage.gate.clone().expect("a gate");
    for calls in 2..=3 {
        gate.notify_one();
        wait::until("the next call", async || {
            (stage.made() == calls).then_some(())
        })
        .await;
    }
    gate.notify_one();
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(stage.made(), 3);
    assert_eq!(stage.most.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_ends_with_its_daemon() {
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let (rig, daemon) = one_of_two_runs(&stage).await;
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled' where status = 'processing'",
    )
    .await;
    rig.until("exists (select from pipeline.let_go)").await;
    daemon.crash();
    let free = Scripted::new(|_| Answer::Delivered(json!({})));
    let other = rig.daemon(free.registry());
    rig.until("exists (select from marketing.pipeline_events where status = 'processed')")
        .await;
    other.stop().await;
    assert_eq!(rig.number("select count(*) from pipeline.let_go").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_goes_back_before_its_call_gives_back_what_it_took_of_the_rate() {
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("a", "scripted").await;
    rig.run(
        "insert into pipeline.limits (name, rate, period, key) values ('a_few', 5, '1 day', 'k');
        update pipeline.stages set limiter = 'a_few', concurrency = 1;
        insert into marketing.pipeline_events (event_type, payload)
        select 'a', jsonb_build_object('k', n % 2, 'n', n) from generate_series(1, 5) as n",
    )
    .await;
    let left = "select string_agg(trunc(tokens)::text, ' ' order by key) from pipeline.limit_usage";
    let daemon = rig.daemon(stage.registry());
    rig.until("(select count(*) = 5 from pipeline.inflight)")
        .await;
    wait::until("the call", async || (stage.made() == 1).then_some(())).await;
    assert_eq!(rig.text(left).await, "3 2");

    rig.run("update pipeline.stages set paused = true").await;
    rig.until("(select count(*) = 1 from pipeline.inflight)")
        .await;
    assert_eq!(rig.text(left).await, "5 4", "one is being called");
    rig.run("update pipeline.stages set paused = false").await;
    let gate = stage.gate.clone().expect("a gate");
    for calls in 2..=6 {
        gate.notify_one();
        wait::until("the call", async || {
            (stage.made() == calls.min(5)).then_some(())
        })
        .await;
    }
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.text(left).await, "3 2");
}

/// A limit without a key, whose stages the schedule wakes hours later: the daemon stops, and the next
/// one finds what it gave back; so does another stage under the same limit.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_back_at_a_stop_is_there_for_the_next_daemon_and_for_other_stages() {
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("a", "scripted").await;
    rig.builtin_stage("b", "scripted").await;
    rig.run(
        "insert into pipeline.limits (name, rate, period) values ('a_few', 5, '1 day');
        update pipeline.stages set limiter = 'a_few', concurrency = 1",
    )
    .await;
    let daemon = rig.daemon(stage.registry());
    rig.emit("a", 9).await;
    wait::until("the call", async || (stage.made() == 1).then_some(())).await;
    rig.until("(select tokens < 1 from pipeline.limit_usage)")
        .await;
    rig.emit("b", 2).await;
    rig.run("update pipeline.stages set paused = true where name = 'a'")
        .await;
    rig.until("(select count(*) = 1 from pipeline.inflight join pipeline.stages on id = stage_id where name = 'a')")
        .await;
    let gate = stage.gate.clone().expect("a gate");
    gate.notify_one();
    wait::until("a call of the other stage", async || {
        (stage.made() == 2).then_some(())
    })
    .await;
    // Told to stop before the call ends, or it would begin the next one.
    tokio::join!(biased; daemon.stop(), async { gate.notify_one() });

    rig.run("update pipeline.stages set paused = not paused")
        .await;
    let free = Scripted::new(|_| Answer::Delivered(json!({})));
    let other = rig.daemon(free.registry());
    wait::until("what is left", async || (free.made() == 3).then_some(())).await;
    other.stop().await;
}
