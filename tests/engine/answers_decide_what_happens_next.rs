//! Each of the six answers has its own consequence, and no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pgcascade::answer::Answer;
use pgcascade::engine::OnUnknown;
use serde_json::{Value, json};

use super::stages::{EFFECTS, Scripted};
use crate::support::daemon::Rig;

fn reason() -> String {
    "the service said so".to_owned()
}

/// A rig on which one event is called for and settled by `stage`.
async fn one_event(stage: &Scripted) -> Rig {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    rig.run("update pipeline.stages set max_attempts = 3").await;
    let daemon = rig.daemon(stage.registry());
    rig.emit("called", 1).await;
    rig.until_idle().await;
    daemon.stop().await;
    rig
}

/// Answers `first`, then Delivered.
fn first_then_delivered(first: Answer<Value>) -> Scripted {
    let made = Arc::new(AtomicUsize::new(0));
    Scripted::new(move |_| match made.fetch_add(1, Ordering::SeqCst) {
        0 => first.clone(),
        _ => Answer::Delivered(json!({})),
    })
}

async fn status_and_attempts(rig: &Rig) -> String {
    rig.text("select status || ' ' || attempts from marketing.pipeline_events")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_delivered_is_recorded_and_processed() {
    let stage = Scripted::new(|_| Answer::Delivered(json!({})));
    let rig = one_event(&stage).await;
    assert_eq!(status_and_attempts(&rig).await, "processed 1");
    assert_eq!(rig.number("select count(*) from public.effects").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rejected_fails_at_once() {
    let stage = Scripted::new(|_| Answer::Rejected { reason: reason() });
    let rig = one_event(&stage).await;
    assert_eq!(status_and_attempts(&rig).await, "failed 1");
    assert_eq!(stage.made(), 1);
    assert_eq!(
        rig.text("select error_message from marketing.pipeline_errors")
            .await,
        reason()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn being_throttled_spends_no_attempt() {
    let stage = first_then_delivered(Answer::Throttled {
        after: Duration::from_millis(20),
        reason: reason(),
    });
    let rig = one_event(&stage).await;
    assert_eq!(stage.made(), 2);
    assert_eq!(status_and_attempts(&rig).await, "processed 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transient_failure_spends_an_attempt_and_is_repeated() {
    let stage = first_then_delivered(Answer::Transient { reason: reason() });
    let rig = one_event(&stage).await;
    assert_eq!(status_and_attempts(&rig).await, "processed 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn transient_failures_end_when_attempts_are_spent() {
    let stage = Scripted::new(|_| Answer::Transient { reason: reason() });
    let rig = one_event(&stage).await;
    assert_eq!(stage.made(), 3);
    assert_eq!(status_and_attempts(&rig).await, "failed 3");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_left_to_a_person_and_never_repeated() {
    let stage = Scripted::new(|_| Answer::Unknown { reason: reason() });
    let rig = one_event(&stage).await;
    assert_eq!(stage.made(), 1);
    assert_eq!(status_and_attempts(&rig).await, "failed 1");
    let message = rig
        .text("select error_message from marketing.pipeline_errors")
        .await;
    assert!(message.contains("may have been done"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_asked_again_where_that_does_no_harm() {
    let mut stage = first_then_delivered(Answer::Unknown { reason: reason() });
    stage.on_unknown = OnUnknown::AskAgain;
    let rig = one_event(&stage).await;
    assert_eq!(status_and_attempts(&rig).await, "processed 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_account_pauses_the_stage_with_one_critical_error() {
    let refused = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let says = Arc::clone(&refused);
    let stage = Scripted::new(move |_| {
        if says.load(Ordering::SeqCst) {
            Answer::Credential { reason: reason() }
        } else {
            Answer::Delivered(json!({}))
        }
    });
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    rig.run("update pipeline.stages set concurrency = 50").await;
    let daemon = rig.daemon(stage.registry());
    rig.emit("called", 200).await;
    rig.until("(select paused from pipeline.stages)").await;
    // A claim that was under way when the stage was paused is given back a little later.
    rig.until("(select count(*) = 200 from marketing.pipeline_events where status = 'pending' and attempts = 0)")
        .await;
    assert!(
        stage.made() <= 100,
        "{} calls with a refused key",
        stage.made()
    );
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_errors")
            .await,
        1
    );
    assert_eq!(
        rig.text("select severity from marketing.pipeline_errors")
            .await,
        "critical"
    );

    refused.store(false, Ordering::SeqCst);
    rig.run("update pipeline.stages set paused = false").await;
    rig.until_idle().await;
    assert_eq!(rig.number("select count(*) from public.effects").await, 200);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_its_time_is_an_unknown_outcome() {
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    rig.run("update pipeline.stages set timeout = '1 second'")
        .await;
    let daemon = rig.daemon(stage.registry());
    rig.emit("called", 1).await;
    rig.until("exists (select from marketing.pipeline_events where status = 'failed')")
        .await;
    let message = rig
        .text("select error_message from marketing.pipeline_events")
        .await;
    assert!(message.contains("No answer within 1 s"), "{message}");
    daemon.stop().await;
}
