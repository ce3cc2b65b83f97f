//! Graceful ends, and coming back after PostgreSQL went away.

use pgcascade::answer::Answer;
use pgcascade::engine::{OnUnknown, Registry};
use serde_json::json;

use super::stages::{EFFECTS, Scripted};
use crate::support::cluster::TestCluster;
use crate::support::daemon::{Rig, start};
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_or_gives_back_what_is_held() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    let mut stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    stage.on_unknown = OnUnknown::AskAgain;
    let daemon = rig.daemon(stage.registry());
    rig.emit("called", 100).await;
    wait::until("four calls", async || (stage.made() == 4).then_some(())).await;
    // One of four may finish; three hang past the drain deadline.
    stage.gate.as_ref().expect("a gate").notify_one();
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from pipeline.inflight").await,
        0
    );
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
    let statuses = "select string_agg(status || ' ' || n, ', ' order by status) from
        (select status, count(*) as n from marketing.pipeline_events group by status) as status";
    let finished = rig.number("select count(*) from public.effects").await;
    assert!(finished >= 1, "the finished call was written");
    assert_eq!(
        rig.text(statuses).await,
        format!("pending {}, processed {finished}", 100 - finished)
    );
    let spent =
        "select coalesce(sum(attempts), 0) from marketing.pipeline_events where status = 'pending'";
    assert_eq!(rig.number(spent).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_nobody_waited_for_is_left_to_a_person() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let daemon = rig.daemon(stage.registry());
    rig.emit("called", 1).await;
    wait::until("the call", async || (stage.made() == 1).then_some(())).await;
    daemon.stop().await;
    let message = rig
        .text("select status || ': ' || error_message from marketing.pipeline_events")
        .await;
    assert!(
        message.starts_with("failed: The daemon was stopped during the call."),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_catches_up_after_postgresql_was_gone() {
    let cluster = TestCluster::start().await;
    pgcascade::db::migrate(cluster.url())
        .await
        .expect("migrations");
    let mut client = pgcascade::db::connect(cluster.url(), "test")
        .await
        .expect("a session");
    pgcascade::db::install_objects(&mut client)
        .await
        .expect("objects");
    client
        .batch_execute(
            "create table public.effects (n bigint);
            create function public.count_them(event_ids bigint[]) returns table (event_id bigint, error text) language sql as
            $$ insert into public.effects (n) select unnest(event_ids); select null::bigint, null::text where false $$;
            insert into pipeline.stages (name, event_type, kind, target) values ('count', 'counted', 'sql', 'public.count_them')",
        )
        .await
        .expect("a stage");
    let daemon = start(cluster.url(), Registry::default());
    for round in 1..=2_i64 {
        cluster.restart(round % 2 == 0).await;
        let client = pgcascade::db::connect(cluster.url(), "test")
            .await
            .expect("a session");
        client
            .batch_execute("insert into marketing.pipeline_events (event_type) select 'counted' from generate_series(1, 500)")
            .await
            .expect("events");
        wait::until("the daemon to catch up", async || {
            let row = client
                .query_one("select count(*) from public.effects", &[])
                .await
                .ok()?;
            (row.get::<_, i64>(0) == 500 * round).then_some(())
        })
        .await;
    }
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_flow_while_the_listen_session_is_cut() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "counted",
        "insert into public.effects (n) select unnest(event_ids);",
    )
    .await;
    let daemon = rig.daemon(Registry::default());
    for round in 1..=3 {
        let listening = "from pg_stat_activity where application_name = 'test daemon listen' and datname = current_database()";
        rig.until(&format!("exists (select {listening})")).await;
        rig.run(&format!("select pg_terminate_backend(pid) {listening}"))
            .await;
        rig.emit("counted", 10).await;
        rig.until(&format!(
            "(select count(*) from public.effects) = {}",
            round * 10
        ))
        .await;
    }
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_whose_session_is_cut_loses_nothing() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage("counted", "perform pg_advisory_xact_lock(77); insert into public.effects (n) select unnest(event_ids);").await;
    // The batch waits for a lock that the test holds, so it can be cut in the middle.
    rig.run("select pg_advisory_lock(77)").await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("counted", 10).await;
    let waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory' and datname = current_database()";
    rig.until(&format!("exists ({waiting})")).await;
    rig.run(&format!(
        "select pg_terminate_backend(pid) from ({waiting}) as waiting"
    ))
    .await;
    rig.run("select pg_advisory_unlock(77)").await;
    rig.until_idle().await;
    assert_eq!(rig.number("select count(*) from public.effects").await, 10);
    assert_eq!(
        rig.number("select sum(attempts) from marketing.pipeline_events")
            .await,
        10
    );
    daemon.stop().await;
}
