//! An event that a transaction holds in the ledger waits for that transaction; its neighbours do not.

use pgcascade::answer::Answer;
use pgcascade::engine::Registry;
use serde_json::json;

use super::stages::{EFFECTS, Scripted};
use crate::support::daemon::Rig;
use crate::support::ear::Ear;

/// Six events of which the third is held, while the others are done; then it is let go.
async fn neighbours_go_on(rig: &Rig, registry: Registry) {
    rig.emit("a", 6).await;
    let holder = rig.session().await;
    holder
        .batch_execute(
            "begin; select from marketing.pipeline_events where payload ->> 'n' = '3' for update",
        )
        .await
        .expect("a lock");
    let daemon = rig.daemon(registry);
    rig.until("(select count(*) = 5 from marketing.pipeline_events where status = 'processed')")
        .await;
    // Those that come later do not wait for it either.
    rig.emit("a", 2).await;
    rig.until("(select count(*) = 7 from marketing.pipeline_events where status = 'processed')")
        .await;
    let held = "select string_agg(concat(payload ->> 'n', ' ', status, ' ', attempts), ', ')
        from marketing.pipeline_events where status <> 'processed'";
    assert_eq!(rig.text(held).await, "3 pending 0");
    holder.batch_execute("commit").await.expect("the end");
    rig.until_idle().await;
    rig.until("not exists (select from marketing.pipeline_events where status <> 'processed')")
        .await;
    daemon.stop().await;
    let attempts = "select max(attempts)::bigint from marketing.pipeline_events";
    assert_eq!(rig.number(attempts).await, 1);
    let left =
        "select (select count(*) from pipeline.parked) + (select count(*) from pipeline.ready)";
    assert_eq!(rig.number(left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_stage_in_the_database() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    neighbours_go_on(&rig, Registry::default()).await;
}

/// A runner takes a batch that is not full for all there was, and looks again when it is woken.
#[tokio::test(flavor = "multi_thread")]
async fn those_behind_one_that_was_set_aside_are_rung_for_at_once() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    rig.run("update pipeline.stages set batch_size = 4").await;
    rig.emit("a", 6).await;
    let mut ear = Ear::at(&rig, "pipeline_wake").await;
    let holder = rig.session().await;
    let hold =
        "begin; select from marketing.pipeline_events where payload ->> 'n' = '3' for update";
    holder.batch_execute(hold).await.expect("a lock");
    let claim = "select cardinality(event_ids) from pipeline.stages
        cross join pipeline.begin_batch(stages.id, null, null, true)";
    assert_eq!(rig.rows(claim, &[]).await[0].get::<_, i32>(0), 3);
    let heard = ear.heard(&rig).await;
    assert!(heard.contains(&json!("a")), "{heard:?}");
    holder.batch_execute("commit").await.expect("the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_stage_under_a_limit() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    rig.run(
        "insert into pipeline.limits (name, rate, period, key) values ('one', 1000, '1 second', 'n');
        update pipeline.stages set limiter = 'one'",
    )
    .await;
    neighbours_go_on(&rig, Registry::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_outside_stage() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("a", "scripted").await;
    let stage = Scripted::new(|_| Answer::Delivered(json!({})));
    neighbours_go_on(&rig, stage.registry()).await;
    assert_eq!(stage.made(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_cancelled_while_it_waits_aside_does_not_run() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "a",
        "insert into public.effects (n) select unnest(event_ids); return;",
    )
    .await;
    rig.emit("a", 1).await;
    let holder = rig.session().await;
    holder
        .batch_execute("begin; select from marketing.pipeline_events for update")
        .await
        .expect("a lock");
    let daemon = rig.daemon(Registry::default());
    rig.until("exists (select from pipeline.parked)").await;
    holder
        .batch_execute("update marketing.pipeline_events set status = 'cancelled'; commit")
        .await
        .expect("the end");
    rig.until(
        "not exists (select from pipeline.parked) and not exists (select from pipeline.ready)",
    )
    .await;
    daemon.stop().await;
    assert_eq!(rig.number("select count(*) from public.effects").await, 0);
    let status = "select status from marketing.pipeline_events";
    assert_eq!(rig.text(status).await, "cancelled");
}
