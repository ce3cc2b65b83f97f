//! A daemon holds a few megabytes of events for each stage, however many wait and however large they are.

use pgcascade::engine::Registry;
use pgcascade::providers::webhook::{BreakerLimits, KIND};

use crate::support::daemon::{Rig, RunningDaemon};
use crate::support::fake_http::Play;
use crate::support::fake_receiver::{FakeReceiver, stages};

const CONCURRENCY: i64 = 4;
/// Of a mebibyte each; a claim asks for forty at first, and brings as many as have 16 MiB.
const EVENTS: i64 = 60;

async fn start(receiver: &FakeReceiver) -> (Rig, RunningDaemon) {
    let rig = Rig::bare().await;
    rig.run(&format!(
        "insert into pipeline.webhooks (name, url, allow_private, timeout)
        values ('large', '{}', true, '30 seconds');
        insert into pipeline.limits (name, rate, period) values ('as_many', {EVENTS}, '1 day');
        insert into pipeline.stages (name, event_type, kind, target, concurrency, limiter)
        values ('large', 'large', 'webhook', 'large', {CONCURRENCY}, 'as_many');
        insert into marketing.pipeline_events (event_type, payload)
        select 'large', jsonb_build_object('n', n, 'text', repeat('x', 1024 * 1024)) from generate_series(1, {EVENTS}) as n",
        receiver.url
    ))
    .await;
    let registry = Registry::default()
        .kind(KIND, stages(BreakerLimits::default()))
        .expect("one kind");
    let daemon = rig.daemon(registry);
    (rig, daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_goes_back_its_attempt_unspent() {
    let receiver = FakeReceiver::start().await;
    receiver.always(Play::Stall);
    let (rig, daemon) = start(&receiver).await;
    rig.until(&format!(
        "(select count(*) from pipeline.inflight) between {CONCURRENCY} and 16 + {CONCURRENCY}
        and (select count(*) from pipeline.ready) >= {EVENTS} - 16 - {CONCURRENCY}"
    ))
    .await;
    let spent = "select coalesce(sum(attempts), 0)::bigint from marketing.pipeline_events where status = 'pending'";
    assert_eq!(rig.number(spent).await, 0);
    let put_back = "select count(*) from marketing.pipeline_events where status = 'pending' and error_message like '%large%'";
    assert!(rig.number(put_back).await > 0);
    daemon.crash();
}

/// Under a limit that allows so many and no more: what goes back takes nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_arrive_once() {
    let receiver = FakeReceiver::start().await;
    let (rig, daemon) = start(&receiver).await;
    rig.until(&format!(
        "(select count(*) from marketing.pipeline_events where status = 'processed' and attempts = 1) = {EVENTS}"
    ))
    .await;
    assert_eq!(i64::try_from(receiver.requests().len()), Ok(EVENTS));
    daemon.stop().await;
}
