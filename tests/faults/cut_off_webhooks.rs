//! A daemon is cut off from the database during its webhook calls, for longer than it counts as
//! alive: what is delivered twice has the same `webhook-id` and body both times, and every event is
//! completed once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use pgcascade::engine::Registry;
use pgcascade::providers::webhook::{BreakerLimits, KIND};

use super::books::{number, say, until_ended};
use super::cut_off_daemon::COUNT_COMPLETIONS;
use crate::support::daemon::{Rig, start};
use crate::support::fake_http::Request;
use crate::support::fake_receiver::{FakeReceiver, SECRET_ENV, body, stages, verify};
use crate::support::fault_proxy::FaultProxy;
use crate::support::form::by_form;
use crate::support::wait;

/// Events that are emitted at once, again and again.
const ROUND: i32 = 20;
/// How many calls run at a time.
const CALLS: usize = 8;
/// How long an answer takes: those that were asked for before the cut arrive after it.
const ANSWER: Duration = Duration::from_millis(500);

fn registry() -> Registry {
    Registry::default()
        .kind(KIND, stages(BreakerLimits::default()))
        .expect("one kind")
}

/// A database with one webhook and its stage.
async fn desk(receiver: &FakeReceiver) -> Rig {
    let rig = Rig::bare().await;
    rig.run(COUNT_COMPLETIONS).await;
    rig.run(&format!(
        "insert into pipeline.webhooks (name, url, secret_env, allow_private)
        values ('to_test', '{}', '{SECRET_ENV}', true);
        insert into pipeline.stages (name, event_type, kind, target, concurrency)
        values ('send', 'told', 'webhook', 'to_test', {CALLS})",
        receiver.url
    ))
    .await;
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_cut_off_during_webhooks_repeats_a_delivery_only_with_its_id() {
    let cut_for = by_form(Duration::from_secs(5), Duration::from_secs(60));
    let receiver = FakeReceiver::start().await;
    receiver.take(ANSWER);
    let rig = desk(&receiver).await;
    let proxy = FaultProxy::before(rig.database.url(), 0).await;
    let cut_off = start(proxy.url(), registry());
    rig.until("(select count(*) from pipeline.workers) = 1")
        .await;
    rig.emit("told", ROUND).await;
    wait::until("calls of the first daemon", async || {
        (receiver.requests().len() >= CALLS).then_some(())
    })
    .await;

    proxy.part();
    let parted = Instant::now();
    let heir = start(rig.database.url(), registry());
    let mut events = i64::from(ROUND);
    while parted.elapsed() < cut_for {
        rig.emit("told", ROUND).await;
        events += i64::from(ROUND);
        // More than the calls' part of a second: some always wait.
        tokio::time::sleep(2 * ANSWER).await;
    }
    rig.until("exists (select from public.completions)").await;
    let until_now = "select max(id)::bigint from pipeline.workers";
    let until_now = rig.number(until_now).await;
    proxy.heal();
    // It comes back with its answers, and is as good as new.
    rig.until(&format!(
        "(select count(*) = 2 and bool_or(id < {until_now}) from pipeline.workers
        where heartbeat_at > now() - interval '1.5 seconds')"
    ))
    .await;
    let back = parted.elapsed();
    heir.stop().await;
    rig.emit("told", ROUND).await;
    events += i64::from(ROUND);
    until_ended(&rig.client, events).await;
    cut_off.stop().await;

    let requests = receiver.requests();
    let repeated = check_deliveries(&requests, events);
    say(&format!(
        "cut off for {cut_for:?}, back after {back:?}: {events} events in {} deliveries, {repeated} repeated",
        requests.len()
    ));
    assert!(repeated > 0, "the cut came during calls");
    each_was_completed_once(&rig, events).await;
}

/// Checks that an event has one id and one body in all its deliveries, signed each time; returns
/// how many were repeated.
fn check_deliveries(requests: &[Request], events: i64) -> usize {
    let mut by_id: HashMap<&str, Vec<&Request>> = HashMap::new();
    for request in requests {
        verify(request);
        let id = request.header("webhook-id").expect("an id");
        by_id.entry(id).or_default().push(request);
    }
    for (id, deliveries) in &by_id {
        let first = &deliveries[0].body;
        let same = deliveries.iter().all(|delivery| delivery.body == *first);
        assert!(same, "{id} was delivered with different bodies");
        assert_eq!(body(deliveries[0])["type"], "told");
    }
    // One more id than events would be an event that was repeated under another.
    assert_eq!(i64::try_from(by_id.len()), Ok(events), "ids");
    requests.len() - by_id.len()
}

/// Checks that the ledger accepted one completion for each event, and nothing is left.
async fn each_was_completed_once(rig: &Rig, events: i64) {
    let accepted = "select count(*) from public.completions";
    assert_eq!(number(&rig.client, accepted).await, Some(events));
    let different = "select count(distinct event_id) from public.completions";
    assert_eq!(number(&rig.client, different).await, Some(events));
    let processed = "select count(*) from marketing.pipeline_events where status = 'processed'";
    assert_eq!(rig.number(processed).await, events);
    let held = "select count(*) from pipeline.inflight";
    assert_eq!(rig.number(held).await, 0);
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
}
