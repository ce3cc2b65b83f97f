//! From a row in the ledger to a receiver, and what its answer does to event and stage.

use std::collections::HashSet;
use std::time::Duration;

use pgcascade::engine::Registry;
use pgcascade::providers::webhook::{BreakerLimits, KIND};
use serde_json::Value;

use crate::support::daemon::{Rig, RunningDaemon};
use crate::support::fake_http::{Play, Reply};
use crate::support::fake_receiver::{FakeReceiver, SECRET_ENV, body, stages, status, verify};
use crate::support::wait;

const EVERYTHING_SENT: &str =
    "not exists (select from marketing.pipeline_events where status <> 'processed')";

/// A database with one webhook and its stage, and a daemon.
async fn desk(receiver: &FakeReceiver) -> (Rig, RunningDaemon) {
    let rig = Rig::bare().await;
    rig.run(&format!(
        "insert into pipeline.webhooks (name, url, secret_env, allow_private)
        values ('to_test', '{}', '{SECRET_ENV}', true);
        insert into pipeline.stages (name, event_type, kind, target, concurrency, backoff, backoff_max)
        values ('send', 'told', 'webhook', 'to_test', 4, '10 milliseconds', '20 milliseconds')",
        receiver.url
    ))
    .await;
    let daemon = rig.daemon(registry(BreakerLimits {
        failures_in_a_row: 5,
        ..BreakerLimits::default()
    }));
    (rig, daemon)
}

fn registry(breaker: BreakerLimits) -> Registry {
    Registry::default()
        .kind(KIND, stages(breaker))
        .expect("one kind")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_posted_signed_with_the_time_it_happened() {
    let receiver = FakeReceiver::start().await;
    let (rig, daemon) = desk(&receiver).await;
    rig.emit("told", 1).await;
    rig.until_idle().await;
    let request = receiver.requests().remove(0);
    verify(&request);
    assert_eq!(request.header("webhook-id"), Some("evt_1_send"));
    let body = body(&request);
    assert_eq!(body["type"], "told");
    assert_eq!(body["data"], serde_json::json!({"n": 1}));
    let timestamp = body["timestamp"].as_str().unwrap_or_default();
    let same = format!(
        "select (created_at = '{timestamp}'::timestamptz)::text from marketing.pipeline_events"
    );
    assert_eq!(rig.text(&same).await, "true", "{timestamp}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_delivery_has_the_same_id_and_body() {
    let receiver = FakeReceiver::start().await;
    receiver.script([status(500), Play::WorkThenCut, status(503)]);
    let (rig, daemon) = desk(&receiver).await;
    rig.emit("told", 1).await;
    rig.until_idle().await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 4);
    for request in &requests {
        verify(request);
        assert_eq!(request.header("webhook-id"), Some("evt_1_send"));
        assert_eq!(request.body, requests[0].body);
    }
    let attempts = "select status || ' ' || attempts from marketing.pipeline_events";
    assert_eq!(rig.text(attempts).await, "processed 4");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_within_two_seconds() {
    let receiver = FakeReceiver::start().await;
    let (rig, daemon) = desk(&receiver).await;
    for at in 1..=5 {
        rig.emit("told", 1).await;
        wait::until("its request", async || {
            (receiver.requests().len() == at).then_some(())
        })
        .await;
    }
    rig.until(EVERYTHING_SENT).await;
    // The median: the machine may be busy with others for a while.
    let median = "select (1000 * extract(epoch from percentile_disc(0.5) within group (
        order by processed_at - created_at)))::bigint from marketing.pipeline_events";
    let median = rig.number(median).await;
    assert!(median < 2000, "{median} ms");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_daemon_had_under_way_is_sent_again_with_the_same_id() {
    let receiver = FakeReceiver::start().await;
    receiver.always(Play::WorkThenStall);
    let (rig, daemon) = desk(&receiver).await;
    rig.emit("told", 1).await;
    wait::until("the first call", async || {
        (receiver.requests().len() == 1).then_some(())
    })
    .await;
    daemon.crash();
    receiver.always(Play::Normal);
    let heir = rig.daemon(registry(BreakerLimits::default()));
    rig.until(EVERYTHING_SENT).await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
    for request in &requests {
        verify(request);
        assert_eq!(request.header("webhook-id"), Some("evt_1_send"));
    }
    heir.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_pauses_the_stage_and_its_events_wait_for_the_new_address() {
    let (gone, new) = (FakeReceiver::start().await, FakeReceiver::start().await);
    gone.always(status(410));
    let (rig, daemon) = desk(&gone).await;
    rig.emit("told", 20).await;
    rig.until("(select paused from pipeline.stages)").await;
    rig.until("not exists (select from pipeline.inflight)")
        .await;
    let reason = rig
        .text("select paused_reason from marketing.vw_webhooks")
        .await;
    assert!(reason.contains("gone for good"), "{reason}");
    let untouched = "select count(*) from marketing.pipeline_events
        where status = 'pending' and attempts = 0";
    assert_eq!(rig.number(untouched).await, 20);
    let errors = "select string_agg(severity, ' ') from marketing.pipeline_errors";
    assert_eq!(rig.text(errors).await, "critical");

    rig.run(&format!(
        "update pipeline.webhooks set url = '{}'; update pipeline.stages set paused = false",
        new.url
    ))
    .await;
    rig.until(EVERYTHING_SENT).await;
    assert_eq!(new.requests().len(), 20);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_spends_no_attempt() {
    let receiver = FakeReceiver::start().await;
    let busy = Reply::text(429, "text/plain", "").with_header("retry-after", "1");
    receiver.script([Play::Answer(busy)]);
    let (rig, daemon) = desk(&receiver).await;
    rig.emit("told", 1).await;
    rig.until(EVERYTHING_SENT).await;
    let spent = "select attempts::bigint from marketing.pipeline_events";
    assert_eq!(rig.number(spent).await, 1);
    let waited = "select (processed_at - created_at >= interval '0.9 seconds')::text
        from marketing.pipeline_events";
    assert_eq!(rig.text(waited).await, "true");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_destination_rests_no_attempt_is_spent_and_nothing_is_lost() {
    let receiver = FakeReceiver::start().await;
    receiver.always(status(500));
    let rig = Rig::bare().await;
    rig.run(&format!(
        "insert into pipeline.webhooks (name, url, allow_private) values ('to_test', '{}', true);
        insert into pipeline.stages
            (name, event_type, kind, target, concurrency, max_attempts, backoff, backoff_max)
        values ('send', 'told', 'webhook', 'to_test', 4, 10, '10 milliseconds', '20 milliseconds')",
        receiver.url
    ))
    .await;
    let daemon = rig.daemon(registry(BreakerLimits {
        failures_in_a_row: 3,
        window: 20,
        open_first: Duration::from_millis(300),
        open_max: Duration::from_millis(600),
    }));
    rig.emit("told", 200).await;
    // Three calls and a claim's worth of events; then one probe after the other.
    wait::until("some probes", async || {
        (receiver.requests().len() >= 8).then_some(())
    })
    .await;
    let spent = "select sum(attempts)::bigint from marketing.pipeline_events";
    let spent = rig.number(spent).await;
    assert!(spent <= 30, "{spent} attempts spent");
    let queued = "select count(*) from pipeline.ready";
    let queued = rig.number(queued).await;
    assert!(
        queued >= 100,
        "only {queued} events were left where they were"
    );

    receiver.always(Play::Normal);
    rig.until(EVERYTHING_SENT).await;
    daemon.stop().await;
}

/// Rests that a test can wait for.
const SHORT_RESTS: BreakerLimits = BreakerLimits {
    failures_in_a_row: 3,
    window: 20,
    open_first: Duration::from_millis(50),
    open_max: Duration::from_millis(100),
};

/// A database with one event that may be attempted four times.
async fn lone_event(url: &str) -> Rig {
    let rig = Rig::bare().await;
    rig.run(&format!(
        "insert into pipeline.webhooks (name, url, allow_private) values ('to_test', '{url}', true);
        insert into pipeline.stages (name, event_type, kind, target, max_attempts, backoff, backoff_max)
        values ('send', 'told', 'webhook', 'to_test', 4, '10 milliseconds', '20 milliseconds')"
    ))
    .await;
    rig.emit("told", 1).await;
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_event_outlasts_a_receiver_that_is_not_there_whoever_calls_and_dies() {
    let receiver = FakeReceiver::start().await;
    let rig = lone_event(&closed_url().await).await;
    let claimed_at = "select coalesce(claimed_at::text, '') from marketing.pipeline_events";
    for _ in 0..2 {
        let daemons = [(); 2].map(|()| rig.daemon(registry(SHORT_RESTS)));
        let mut claims = HashSet::new();
        wait::until("more calls than attempts", async || {
            claims.insert(rig.text(claimed_at).await);
            (claims.len() > 5).then_some(())
        })
        .await;
        for daemon in daemons {
            daemon.stop().await;
        }
    }
    let spent = "select attempts::bigint from marketing.pipeline_events";
    assert_eq!(rig.number(spent).await, 0);

    rig.run(&format!(
        "update pipeline.webhooks set url = '{}'",
        receiver.url
    ))
    .await;
    let daemon = rig.daemon(registry(SHORT_RESTS));
    rig.until(EVERYTHING_SENT).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_event_outlasts_a_proxy_s_word_that_its_receiver_is_away_but_none_that_breaks_at_it()
{
    for (answer, outlasts) in [(503, true), (500, false)] {
        let receiver = FakeReceiver::start().await;
        receiver.always(status(answer));
        let rig = lone_event(&receiver.url).await;
        let daemon = rig.daemon(registry(SHORT_RESTS));
        if outlasts {
            wait::until("more calls than attempts", async || {
                (receiver.requests().len() >= 8).then_some(())
            })
            .await;
            receiver.always(Play::Normal);
            rig.until(EVERYTHING_SENT).await;
        } else {
            rig.until("(select bool_and(status = 'failed') from marketing.pipeline_events)")
                .await;
            assert_eq!(receiver.requests().len(), 4);
        }
        daemon.stop().await;
    }
}

/// An address at which nobody listens.
async fn closed_url() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let address = listener.and_then(|listener| listener.local_addr());
    format!("http://{}/", address.expect("a port"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_is_heard_of_while_the_old_one_rests() {
    let (dead, new) = (FakeReceiver::start().await, FakeReceiver::start().await);
    dead.always(status(500));
    let (rig, daemon) = desk(&dead).await;
    rig.emit("told", 50).await;
    // The fifth failure begins a rest of seconds, the next one of twice that, and so on.
    wait::until("a probe that fails", async || {
        (dead.requests().len() >= 6).then_some(())
    })
    .await;
    rig.run(&format!("update pipeline.webhooks set url = '{}'", new.url))
        .await;
    let begun = std::time::Instant::now();
    wait::until("the new address to be used", async || {
        (!new.requests().is_empty()).then_some(())
    })
    .await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{begun:?}");
    rig.until(EVERYTHING_SENT).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_a_webhook_pauses_its_stages_and_enabling_resumes_them() {
    let receiver = FakeReceiver::start().await;
    let (rig, daemon) = desk(&receiver).await;
    rig.run("update pipeline.webhooks set enabled = false")
        .await;
    rig.emit("told", 3).await;
    let reason = rig
        .text("select paused_reason from pipeline.stages where paused")
        .await;
    assert!(reason.contains("is not enabled"), "{reason}");
    rig.run("update pipeline.webhooks set enabled = true").await;
    rig.until(EVERYTHING_SENT).await;
    assert_eq!(receiver.requests().len(), 3);

    // One that an operator paused stays paused.
    rig.run(
        "update pipeline.stages set paused = true;
        update pipeline.webhooks set enabled = false;
        update pipeline.webhooks set enabled = true",
    )
    .await;
    assert_eq!(
        rig.text("select paused::text from pipeline.stages").await,
        "true"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_without_its_webhook_waits_with_a_reason() {
    let receiver = FakeReceiver::start().await;
    let (rig, daemon) = desk(&receiver).await;
    rig.run("delete from pipeline.webhooks").await;
    rig.emit("told", 1).await;
    rig.until("(select paused_reason like 'There is no webhook to_test%' from pipeline.stages)")
        .await;
    rig.run(&format!(
        "insert into pipeline.webhooks (name, url, allow_private) values ('to_test', '{}', true)",
        receiver.url
    ))
    .await;
    rig.until(EVERYTHING_SENT).await;
    let bodies: Vec<Value> = receiver.requests().iter().map(body).collect();
    assert_eq!(bodies.len(), 1);
    daemon.stop().await;
}
