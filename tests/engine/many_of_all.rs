//! However many stages, types, keys and limits there are, nobody reads through all of them.

use crate::support::daemon::Rig;

const NOTHING: &str = "return;";

/// Rows of tables that were read, by an index or by none.
async fn rows_read(rig: &Rig, tables: &str) -> i64 {
    rig.run("select pg_stat_force_next_flush()").await;
    let read = format!(
        "select sum(seq_tup_read + idx_tup_fetch)::bigint from pg_stat_user_tables where relname like '{tables}'"
    );
    rig.number(&read).await
}

/// A thousand stages beside the rig's own.
const MANY_STAGES: &str = "
    insert into pipeline.stages (name, event_type, kind, target)
    select 'stage_' || n, 'type_' || n, stage.kind, stage.target
    from pipeline.stages as stage cross join generate_series(1, 1000) as n";

/// How many events wait for each stage.
const QUEUED: &str = "
    select string_agg(format('%s %s', name, events), ', ' order by name)
    from (select name, count(*) as events from pipeline.ready join pipeline.stages on id = stage_id group by name) as waiting";

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_delayed_or_shared_is_routed_without_reading_all_stages() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(MANY_STAGES).await;
    rig.run(
        "insert into pipeline.stages (name, event_type, kind, target)
        select 'second', 'a', kind, target from pipeline.stages where name = 'stage_1'",
    )
    .await;
    rig.run("vacuum analyze").await;
    let before = rows_read(&rig, "stages").await;
    for _ in 0..10 {
        rig.run(
            "select pipeline.emit('a');
            select pipeline.emit('type_7', run_at => clock_timestamp() + interval '1 millisecond');
            select pg_sleep(0.002);
            select pipeline.move_due(100)",
        )
        .await;
    }
    let read = rows_read(&rig, "stages").await - before;
    assert!(read < 1_000, "{read} rows of pipeline.stages were read");
    assert_eq!(rig.text(QUEUED).await, "a 10, second 10, stage_7 10");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_statement_is_routed_without_holding_each_event_against_each_stage() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(MANY_STAGES).await;
    rig.run(
        "insert into pipeline.stages (name, event_type, kind, target)
        select 'second', 'type_8', kind, target from pipeline.stages where name = 'stage_1'",
    )
    .await;
    rig.run("vacuum analyze").await;
    let before = rows_read(&rig, "stages").await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, run_at)
        select
            case when n <= 1000 then 'a' else 'type_' || n % 10 end,
            case when n % 10 = 7 then timestamptz '2999-01-01' else now() end
        from generate_series(1, 2000) as n",
    )
    .await;
    let read = rows_read(&rig, "stages").await - before;
    assert!(read < 1_000, "{read} rows of pipeline.stages were read");
    assert_eq!(
        rig.text(QUEUED).await,
        "a 900, second 100, stage_1 100, stage_2 100, stage_3 100, stage_4 100, stage_5 100, stage_6 100, stage_8 100, stage_9 100"
    );
    let others = "select format(
            '%s later, %s for nobody',
            (select count(*) from pipeline.scheduled), (select string_agg(distinct event_type, ' ') from pipeline.unrouted)
        )";
    assert_eq!(rig.text(others).await, "200 later, type_0 for nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_no_stage_handles_are_looked_at_some_at_a_time() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.emit("nobodys", 60_000).await;
    rig.run("analyze; select pipeline.maintain()").await;
    let before = rows_read(&rig, "pipeline_events%").await;
    rig.run("select pipeline.adopt_all_unrouted(), pipeline.forget_unrouted()")
        .await;
    let read = rows_read(&rig, "pipeline_events%").await - before;
    assert!(read < 30_000, "{read} rows of the ledger were read");

    // Whatever their ids are, those that were settled behind the triggers' back are forgotten in time.
    rig.run(
        "set session_replication_role = replica;
        update marketing.pipeline_events set status = 'cancelled', processed_at = now()
        where id in (select min(event_id) from pipeline.unrouted union all select max(event_id) from pipeline.unrouted);
        reset session_replication_role",
    )
    .await;
    let waiting = "select count(*) from pipeline.unrouted";
    for _ in 0..500 {
        if rig.number(waiting).await == 59_998 {
            break;
        }
        rig.run("select pipeline.forget_unrouted()").await;
    }
    assert_eq!(rig.number(waiting).await, 59_998);

    // A stage that came in the same moment takes all of them.
    rig.run(
        "set session_replication_role = replica;
        insert into pipeline.stages (name, event_type, kind, target) select 'b', 'nobodys', kind, target from pipeline.stages;
        reset session_replication_role;
        select pipeline.maintain()",
    )
    .await;
    assert_eq!(rig.number(waiting).await, 0);
    assert_eq!(
        rig.number("select count(*) from pipeline.ready").await,
        59_998
    );
}

#[tokio::test]
async fn a_settled_event_is_forgotten_however_far_from_the_others_its_id_is() {
    let rig = Rig::bare().await;
    rig.emit("nobodys", 1).await;
    rig.run("select setval('marketing.pipeline_events_id_seq', 1000000000)")
        .await;
    rig.emit("nobodys", 1).await;
    rig.run(
        "set session_replication_role = replica;
        update marketing.pipeline_events set status = 'cancelled', processed_at = now() where id < 1000000000;
        reset session_replication_role;
        select pipeline.forget_unrouted()",
    )
    .await;
    let waiting = "select count(*) from pipeline.unrouted";
    assert_eq!(rig.number(waiting).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_stages_are_many_a_look_for_stuck_events_does_not_read_the_ledger() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, status, processed_at)
        select 'a', 'processed', now() from generate_series(1, 50000);
        insert into marketing.pipeline_events (event_type, created_at, run_at)
        values ('a', now() - interval '1 hour', now() - interval '1 hour')",
    )
    .await;
    rig.run(MANY_STAGES).await;
    rig.run("analyze").await;
    let before = rows_read(&rig, "pipeline_events%").await;
    let stuck = "select count(*) from marketing.vw_stuck_events";
    assert_eq!(rig.number(stuck).await, 1);
    let read = rows_read(&rig, "pipeline_events%").await - before;
    assert!(read < 100, "{read} rows of the ledger were read");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_forgotten_as_fast_as_they_come() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into pipeline.dedupe (event_type, key, event_id, expires_at)
        select 'a', n::text, n, now() - interval '1 minute' from generate_series(1, 100000) as n;
        select pipeline.maintain()",
    )
    .await;
    let keys = "select count(*) from pipeline.dedupe";
    assert_eq!(rig.number(keys).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_somebody_holds_keeps_no_other_from_being_forgotten() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into pipeline.limits (name, rate, key) values ('each', 1, 'k');
        insert into pipeline.limit_usage (limit_name, key, tokens, filled_at)
        select 'each', n::text, 1, now() - interval '1 hour' from generate_series(1, 100) as n",
    )
    .await;
    let holder = rig.session().await;
    holder
        .batch_execute("begin; select from pipeline.limit_usage where key = '7' for update")
        .await
        .expect("a lock");
    rig.run("set lock_timeout = '5s'; select pipeline.forget_full_buckets(); reset lock_timeout")
        .await;
    let kept = "select string_agg(key, ' ') from pipeline.limit_usage";
    assert_eq!(rig.text(kept).await, "7");
    holder.batch_execute("rollback").await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_finds_each_of_its_keys_by_itself() {
    let rig = Rig::bare().await;
    // By the statistics all keys are another type's, or there are none.
    for known in [
        "",
        "insert into pipeline.dedupe select 'b', n::text, n, now() + interval '1 day' from generate_series(1, 5000) as n",
    ] {
        rig.run(known).await;
        rig.run("analyze pipeline.dedupe").await;
        let before = rows_read(&rig, "dedupe").await;
        let emitted = "select count(*) from pipeline.emit_batch('a', array_fill('{}'::jsonb, array[3000]),
            dedupe_keys => array(select n || ' ' || clock_timestamp() from generate_series(1, 3000) as n)) where not is_duplicate";
        assert_eq!(rig.number(emitted).await, 3000);
        let read = rows_read(&rig, "dedupe").await - before;
        assert!(read < 30_000, "{read} rows were read for 3,000 keys");
    }
}
