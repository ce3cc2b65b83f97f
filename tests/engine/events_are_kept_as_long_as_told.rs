//! Old partitions of the ledger go when everything in them ended long ago, and nothing else does.

use crate::support::daemon::Rig;

/// One event, finished so many days after it was written 100 days ago, in a partition that is full.
async fn finished_after(days: i32) -> Rig {
    let rig = Rig::bare().await;
    rig.run(&format!(
        "select pipeline.ensure_partitions();
        insert into marketing.pipeline_events (event_type) values ('a');
        update marketing.pipeline_events set created_at = now() - interval '100 days';
        update marketing.pipeline_events set status = 'processed', processed_at = created_at + interval '{days} days';
        delete from pipeline.unrouted;
        select setval('marketing.pipeline_events_id_seq', 1000010);
        update pipeline.retention set keep = '10 days'"
    ))
    .await;
    rig
}

async fn left(rig: &Rig) -> i64 {
    rig.run("select pipeline.drop_old_partitions()").await;
    rig.number("select count(*) from marketing.pipeline_events")
        .await
}

#[tokio::test]
async fn one_that_ended_long_ago_goes() {
    assert_eq!(left(&finished_after(1).await).await, 0);
}

#[tokio::test]
async fn one_that_ended_lately_stays_however_old_it_is() {
    let rig = finished_after(100).await;
    assert_eq!(left(&rig).await, 1);
    assert_eq!(left(&rig).await, 1, "also by what is remembered");
    rig.run("update pipeline.retention set keep = '1 day'")
        .await;
    assert_eq!(left(&rig).await, 1);
    rig.run(
        "update marketing.pipeline_events set processed_at = now() - interval '11 days';
        update pipeline.retention set keep = '10 days', oldest_finished_at = now() - interval '11 days'",
    )
    .await;
    assert_eq!(left(&rig).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_queued_again_while_its_partition_is_to_go_stays() {
    let rig = finished_after(1).await;
    // However long it takes here.
    rig.run("alter function pipeline.drop_old_partitions() set lock_timeout = '20s'")
        .await;
    // Not by the session that looks: a transaction sees activities as they were at its first look.
    let editor = rig.session().await;
    let edit = "begin; update marketing.pipeline_events set status = 'pending'";
    editor.batch_execute(edit).await.expect("an edit");
    let dropper = rig.session().await;
    let dropping = tokio::spawn(async move {
        dropper
            .batch_execute("select pipeline.drop_old_partitions()")
            .await
    });
    rig.until("exists (select from pg_stat_activity where query like '%drop_old_partitions()' and wait_event_type = 'Lock')")
        .await;
    editor.batch_execute("commit").await.expect("a commit");
    dropping.await.expect("no panic").expect("no error");
    let events = "select count(*) from marketing.pipeline_events where status = 'pending'";
    assert_eq!(rig.number(events).await, 1);
}

#[tokio::test]
async fn who_would_not_see_that_an_event_is_queued_again_drops_nothing() {
    let rig = finished_after(1).await;
    let dropper = rig.session().await;
    dropper
        .batch_execute("begin isolation level repeatable read; select count(*) from pipeline.ready")
        .await
        .expect("a snapshot");
    rig.run("update marketing.pipeline_events set status = 'pending'")
        .await;
    dropper
        .batch_execute("select pipeline.drop_old_partitions()")
        .await
        .expect_err("it is refused");
    dropper.batch_execute("rollback").await.expect("an end");
    let events = "select count(*) from marketing.pipeline_events where status = 'pending'";
    assert_eq!(rig.number(events).await, 1);
}
