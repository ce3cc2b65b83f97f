//! Among many webhooks one never answers; the others are as fast as without it.

use pgcascade::engine::Registry;
use pgcascade::providers::webhook::{BreakerLimits, KIND};

use crate::faults::books::say;
use crate::support::daemon::{Rig, RunningDaemon};
use crate::support::fake_http::Play;
use crate::support::fake_receiver::{FakeReceiver, stages};

/// One dead destination and `well` others, each with a webhook and a stage of its own.
struct Many {
    rig: Rig,
    daemon: RunningDaemon,
    dead: FakeReceiver,
    well: FakeReceiver,
}

impl Many {
    async fn start(well: usize) -> Self {
        let (dead, good) = (FakeReceiver::start().await, FakeReceiver::start().await);
        dead.always(Play::Stall);
        let rig = Rig::bare().await;
        add(&rig, "dead", &dead.url).await;
        for at in 0..well {
            add(&rig, &format!("well_{at}"), &good.url).await;
        }
        let registry = Registry::default()
            .kind(KIND, stages(BreakerLimits::default()))
            .expect("one kind");
        let daemon = rig.daemon(registry);
        Self {
            rig,
            daemon,
            dead,
            well: good,
        }
    }

    /// Emits one event for each of the others and waits until all are sent; the p99 in
    /// microseconds from the event to the end of its delivery.
    async fn p99_micros(&self) -> i64 {
        let from = "select coalesce(max(id), 0) from marketing.pipeline_events";
        let from = self.rig.number(from).await;
        self.rig
            .run(
                "insert into marketing.pipeline_events (event_type)
                select event_type from pipeline.stages where name like 'well%'",
            )
            .await;
        self.rig
            .until(&format!(
                "not exists (select from marketing.pipeline_events
                where id > {from} and event_type like 'well%' and status <> 'processed')"
            ))
            .await;
        let p99 = format!(
            "select (1e6 * extract(epoch from percentile_disc(0.99) within group (
                order by processed_at - created_at)))::bigint
            from marketing.pipeline_events where id > {from} and event_type like 'well%'"
        );
        self.rig.number(&p99).await
    }

    /// Gives the dead one more than it can hold and waits until its calls hang.
    async fn load_the_dead_one(&self) {
        let before = self.dead.requests().len();
        self.rig.emit("dead", 500).await;
        crate::support::wait::until("calls that hang", async || {
            (self.dead.requests().len() > before).then_some(())
        })
        .await;
    }
}

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
    let many = Many::start(20).await;
    many.load_the_dead_one().await;
    for _ in 0..25 {
        many.p99_micros().await;
    }
    assert_eq!(many.well.requests().len(), 20 * 25);
    // The dead one's first calls were under way all the time: none has come back.
    let back = "select count(*) from marketing.pipeline_events
        where event_type = 'dead' and status not in ('pending', 'processing')";
    assert_eq!(many.rig.number(back).await, 0);
    many.daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement of minutes on a quiet machine: cargo test -- --ignored a_thousand"]
async fn of_a_thousand_the_p99_is_the_same_with_and_without_a_dead_one() {
    let many = Many::start(999).await;
    many.p99_micros().await;
    let mut calm: Vec<i64> = Vec::new();
    for _ in 0..9 {
        calm.push(many.p99_micros().await);
    }
    many.load_the_dead_one().await;
    let mut beside: Vec<i64> = Vec::new();
    for _ in 0..9 {
        beside.push(many.p99_micros().await);
    }
    calm.sort_unstable();
    beside.sort_unstable();
    let (without, with) = (calm[4], beside[4]);
    let found = format!("p99 of the others: {without} µs without, {with} µs with a dead one");
    say(&found);
    assert!(with * 10 < without * 11, "{found}");
    many.daemon.stop().await;
}
