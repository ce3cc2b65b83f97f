//! Exactly once in the database, whoever competes.

use pgcascade::answer::Answer;
use pgcascade::engine::Registry;
use serde_json::json;

use super::stages::{EFFECTS, Scripted};
use crate::support::daemon::Rig;

const EFFECT: &str = "insert into public.effects (n) select (payload ->> 'n')::bigint
    from marketing.pipeline_events where id = any (event_ids);";

async fn effects_are_exact(rig: &Rig, count: i64) {
    rig.until_idle().await;
    assert_eq!(
        rig.number("select count(*) from public.effects").await,
        count
    );
    assert_eq!(
        rig.number("select count(distinct n) from public.effects")
            .await,
        count
    );
    let unfinished = "select count(*) from marketing.pipeline_events where status <> 'processed'";
    assert_eq!(rig.number(unfinished).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_daemons_share_the_work_of_an_in_database_stage() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage("counted", EFFECT).await;
    let daemons: Vec<_> = (0..4).map(|_| rig.daemon(Registry::default())).collect();
    for _ in 0..20 {
        rig.emit("counted", 250).await;
        rig.run(
            "update marketing.pipeline_events set payload = payload || jsonb_build_object('n', id)
                 where status = 'pending'",
        )
        .await;
    }
    rig.until_idle().await;
    assert_eq!(
        rig.number("select count(*) from public.effects").await,
        5000
    );
    for daemon in daemons {
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_share_the_work_of_an_outside_stage() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    let stage = Scripted::new(|_| Answer::Delivered(json!({})));
    let daemons = [rig.daemon(stage.registry()), rig.daemon(stage.registry())];
    rig.emit("called", 2000).await;
    effects_are_exact(&rig, 2000).await;
    assert_eq!(stage.made(), 2000, "no event was called for twice");
    assert!(
        stage.most.load(std::sync::atomic::Ordering::SeqCst) <= 8,
        "two daemons of four calls"
    );
    for daemon in daemons {
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rolled_back_emits_nothing() {
    let mut rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage("counted", EFFECT).await;
    let daemon = rig.daemon(Registry::default());
    let tx = rig.client.transaction().await.expect("a transaction");
    let emit = "insert into marketing.pipeline_events (event_type, payload) values ('counted', '{\"n\": 1}')";
    tx.batch_execute(&format!("savepoint kept; {emit}; rollback to kept"))
        .await
        .expect("emits");
    tx.batch_execute(&emit.replace('1', "2"))
        .await
        .expect("emits");
    tx.commit().await.expect("commits");
    effects_are_exact(&rig, 1).await;
    assert_eq!(rig.number("select n from public.effects").await, 2);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_priority_is_claimed_first() {
    let rig = Rig::bare().await;
    rig.run("create table public.effects (place bigint generated always as identity, n bigint)")
        .await;
    rig.sql_stage("counted", EFFECT).await;
    rig.run("update pipeline.stages set batch_size = 1;
        insert into marketing.pipeline_events (event_type, payload, priority)
        select 'counted', jsonb_build_object('n', priority), priority from unnest(array[10, 5, 1, 7]) as priority")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.until_idle().await;
    let order = rig
        .text("select string_agg(n::text, ' ' order by place) from public.effects")
        .await;
    assert_eq!(order, "1 5 7 10");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_settled_by_other_means_is_not_run() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage("counted", EFFECT).await;
    rig.emit("counted", 3).await;
    rig.run(
        "select marketing.mark_event_processed(min(id)) from marketing.pipeline_events;
        update marketing.pipeline_events set status = 'cancelled' where payload ->> 'n' = '2'",
    )
    .await;
    // A hot row that the ledger does not back is dropped, not run.
    rig.run("insert into pipeline.ready (stage_id, priority, event_id)
        select stage.id, 10, event.id from pipeline.stages as stage, marketing.pipeline_events as event
        where event.status = 'cancelled'")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.until_idle().await;
    assert_eq!(
        rig.text("select string_agg(n::text, ' ') from public.effects")
            .await,
        "3"
    );
    daemon.stop().await;
}
