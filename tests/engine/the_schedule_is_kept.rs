//! Not before its time, by the database's clock; and at its time, without a poll.

use pgcascade::engine::Registry;

use super::stages::EFFECTS;
use crate::support::daemon::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn an_event_runs_at_its_time_and_never_before() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "counted",
        "insert into public.effects (n) select unnest(event_ids);",
    )
    .await;
    let daemon = rig.daemon(Registry::default());
    // The later ones first, so that the scheduler sleeps when an earlier one is inserted.
    rig.run("insert into marketing.pipeline_events (event_type, run_at) values ('counted', clock_timestamp() + interval '1 hour')").await;
    rig.run("insert into marketing.pipeline_events (event_type, run_at)
        select 'counted', clock_timestamp() + n * interval '1 millisecond' from generate_series(1, 500) as n")
        .await;
    rig.until("(select count(*) from public.effects) = 500")
        .await;
    let early = "select count(*) from marketing.pipeline_events where claimed_at < run_at";
    assert_eq!(rig.number(early).await, 0);
    assert_eq!(
        rig.number("select count(*) from pipeline.scheduled").await,
        1
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_due_at_once_all_run() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "counted",
        "insert into public.effects (n) select unnest(event_ids);",
    )
    .await;
    rig.run("insert into marketing.pipeline_events (event_type, run_at)
        select 'counted', clock_timestamp() + interval '100 milliseconds' from generate_series(1, 5000)")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.until("(select count(*) from public.effects) = 5000")
        .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_put_off_while_it_is_queued_waits() {
    let rig = Rig::bare().await;
    rig.sql_stage("late", "return;").await;
    let (scheduler, person) = (rig.session().await, rig.session().await);
    rig.run("select pipeline.emit('late', run_at => clock_timestamp() + interval '1 millisecond'); select pg_sleep(0.002)")
        .await;
    scheduler
        .batch_execute("begin; select pipeline.move_due(100)")
        .await
        .expect("the event is due");
    let put_off = "update marketing.pipeline_events set run_at = timestamptz '2999-01-01'";
    let putting_off = tokio::spawn(async move { person.batch_execute(put_off).await });
    rig.until("exists (select from pg_stat_activity where query like '%2999-01-01%' and wait_event_type = 'Lock' and pid <> pg_backend_pid())")
        .await;
    scheduler
        .batch_execute("commit")
        .await
        .expect("it is queued");
    putting_off.await.expect("no panic").expect("it is put off");
    let stands = "select format('%s queued, %s scheduled', (select count(*) from pipeline.ready), (select count(*) from pipeline.scheduled))";
    assert_eq!(rig.text(stands).await, "0 queued, 1 scheduled");
}
