//! Among many webhooks one never answers; the others are as fast as without it.

use pgcascade::engine::Registry;
use pgcascade::providers::webhook::{BreakerLimits, KIND};

use crate::support::daemon::Rig;
use crate::support::fake_http::Play;
use crate::support::fake_receiver::{FakeReceiver, stages};

/// Webhooks that are well.
const WELL: usize = 20;
const EVENTS: i32 = 25;

/// Webhook and stage `name` for events of that type.
async fn add(rig: &Rig, name: &str, url: &str) {
    rig.run(&format!(
        "insert into pipeline.webhooks (name, url, allow_private, timeout)
        values ('{name}', '{url}', true, '30 seconds');
        insert into pipeline.stages (name, event_type, kind, target, concurrency)
        values ('{name}', '{name}', 'webhook', '{name}', 8)"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_the_others_arrive_while_the_dead_one_holds_all_its_calls() {
    let (dead, well) = (FakeReceiver::start().await, FakeReceiver::start().await);
    dead.always(Play::Stall);
    let rig = Rig::bare().await;
    add(&rig, "dead", &dead.url).await;
    for at in 0..WELL {
        add(&rig, &format!("well_{at}"), &well.url).await;
    }
    let registry = Registry::default()
        .kind(KIND, stages(BreakerLimits::default()))
        .expect("one kind");
    let daemon = rig.daemon(registry);

    rig.emit("dead", 500).await;
    rig.until("(select count(*) >= 8 from pipeline.inflight)")
        .await;
    for at in 0..WELL {
        rig.emit(&format!("well_{at}"), EVENTS).await;
    }
    rig.until(
        "not exists (select from marketing.pipeline_events
        where event_type like 'well%' and status <> 'processed')",
    )
    .await;

    // The dead one's calls were under way all the time: none of them has come back yet.
    let back = "select count(*) from marketing.pipeline_events
        where event_type = 'dead' and (status <> 'pending' or attempts > 0 or run_at > created_at)
        and status <> 'processing'";
    assert_eq!(rig.number(back).await, 0);
    let calls = well.requests().len();
    assert_eq!(calls, WELL * usize::try_from(EVENTS).expect("a number"));
    let worst = "select (1000 * extract(epoch from max(processed_at - created_at)))::bigint
        from marketing.pipeline_events where event_type like 'well%'";
    let worst = rig.number(worst).await;
    assert!(worst < 15_000, "the slowest of the others took {worst} ms");
    daemon.stop().await;
}
