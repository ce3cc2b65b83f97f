//! However many events wait, looks and claims read what they need and no more.

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;

const NOTHING: &str = "return;";
const DEPTHS: &str = "select string_agg(concat_ws(' ', stage, waiting, scheduled, held_back), ', ' order by stage) from marketing.vw_queue_depth";

#[tokio::test(flavor = "multi_thread")]
async fn depths_are_exact_while_little_waits_and_as_counted_last_while_much_does() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.sql_stage("b", NOTHING).await;
    rig.emit("a", 9_000).await;
    rig.run("select pipeline.emit('b', run_at => now() + interval '1 hour')")
        .await;
    assert_eq!(rig.text(DEPTHS).await, "a 9000 0 0, b 0 1 0");

    rig.emit("a", 3_000).await;
    // Nobody has counted yet, and the look counts only so far.
    assert_eq!(rig.text(DEPTHS).await, "a 10001 0 0, b 0 1 0");
    let is_of_now = "select bool_and(counted_at is null)::text from marketing.vw_queue_depth";
    assert_eq!(rig.text(is_of_now).await, "true");
    rig.run("select pipeline.maintain()").await;
    assert_eq!(rig.text(is_of_now).await, "false");
    rig.emit("a", 500).await;
    assert_eq!(rig.text(DEPTHS).await, "a 12000 0 0, b 0 1 0");
    rig.until("(select counted_at + 50 * took < clock_timestamp() from pipeline.depth_counts)")
        .await;
    rig.run("select pipeline.maintain()").await;
    assert_eq!(rig.text(DEPTHS).await, "a 12500 0 0, b 0 1 0");

    let daemon = rig.daemon(Registry::default());
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.text(DEPTHS).await, "a 0 0 0, b 0 1 0");
}

/// How long the oldest has waited, in whole hours.
const OLDEST: &str = "select coalesce(extract(hour from oldest_waits_for)::text, 'none') from marketing.vw_queue_depth";

#[tokio::test]
async fn the_oldest_is_the_one_that_was_written_or_due_first() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    assert_eq!(rig.text(OLDEST).await, "none");
    // Written long ago, due just now.
    rig.run(
        "insert into marketing.pipeline_events (event_type, created_at, run_at)
        select 'a', now() - interval '9 hours', now() + interval '1 day' from generate_series(1, 30);
        update marketing.pipeline_events set run_at = now()",
    )
    .await;
    assert_eq!(rig.text(OLDEST).await, "0");
    // Behind them waits one that came later and has waited longer, in another queue one from before.
    rig.run(
        "insert into marketing.pipeline_events (event_type, created_at, run_at)
        select 'a', now() - interval '2 hours', now() - interval '2 hours'",
    )
    .await;
    assert_eq!(rig.text(OLDEST).await, "2");
    rig.run(
        "insert into marketing.pipeline_events (event_type, priority, created_at, run_at)
        select 'a', 9, now() - interval '5 hours', now() - interval '3 hours'",
    )
    .await;
    assert_eq!(rig.text(OLDEST).await, "3");
}

#[tokio::test]
async fn the_oldest_may_be_held_back_by_a_limit_however_much_is() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(
        "insert into pipeline.limits (name, rate, key) values ('tight', 1, 'k');
        update pipeline.stages set limiter = 'tight', paused = true;
        insert into marketing.pipeline_events (event_type, created_at, run_at)
        select 'a', moment.at, moment.at
        from (
            select now() - case n when 1 then interval '4 hours' else interval '1 hour' end as at
            from generate_series(1, 10001) as n
        ) as moment;
        insert into pipeline.limit_usage (limit_name, key, tokens, filled_at) values ('tight', '', 0, now());
        insert into pipeline.waiting_keys (limit_name, key, stage_id) select 'tight', '', id from pipeline.stages;
        insert into pipeline.parked (event_id, limit_name, key, stage_id, priority, alone)
        select event_id, 'tight', '', stage_id, priority, alone from pipeline.ready;
        delete from pipeline.ready;
        select pipeline.maintain()",
    )
    .await;
    assert_eq!(rig.text(DEPTHS).await, "a 10001 0 10001");
    assert_eq!(rig.text(OLDEST).await, "4");
}

/// Entries of indexes and rows without one that were read in the engine's and the ledger's tables.
async fn entries_read(rig: &Rig) -> i64 {
    rig.run("select pg_stat_force_next_flush()").await;
    rig.number(
        "select ((select sum(seq_tup_read) from pg_stat_user_tables where schemaname in ('pipeline', 'marketing'))
            + (select sum(idx_tup_read) from pg_stat_user_indexes where schemaname in ('pipeline', 'marketing')))::bigint",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_look_counts_what_there_is() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.emit("a", 60_000).await;
    rig.emit("nobodys", 60_000).await;
    rig.emit("nobodys_either", 3).await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, run_at)
        select 'a', now() + interval '1 hour' from generate_series(1, 60000);
        insert into pipeline.limits (name, rate, key) values ('l', 1, 'k');
        update pipeline.stages set limiter = 'l';
        insert into pipeline.limit_usage (limit_name, key, tokens, filled_at) values ('l', 'k', 0, now());
        insert into pipeline.waiting_keys (limit_name, key, stage_id) select 'l', 'k', id from pipeline.stages;
        insert into pipeline.parked (event_id, limit_name, key, stage_id, priority, alone)
        select number, 'l', 'k', stages.id, 5, false from generate_series(1000001, 1060000) as number, pipeline.stages;
        insert into marketing.pipeline_events (event_type, status, processed_at) select 'a', 'processed', now() from generate_series(1, 60000);
        insert into pipeline.endings (event_type, processed) values ('a', 60000);
        analyze pipeline.parked",
    )
    .await;
    // As the server does by itself, a minute after so many rows: before it, a plan may read all of one type.
    rig.run(
        "vacuum (analyze) pipeline.ready, pipeline.parked, pipeline.scheduled, pipeline.unrouted",
    )
    .await;
    for counted in [false, true] {
        for (view, most) in [
            // Of so few rows in the queue all may be read to take the first of them.
            ("vw_queue_depth", 110_000),
            ("vw_limits", 30_000),
            ("vw_unrouted_events", 30_000),
            ("vw_throughput", 1_000),
            ("vw_error_rate_24h", 1_000),
            ("vw_webhooks", 110_000),
        ] {
            let before = entries_read(&rig).await;
            rig.run(&format!("select * from marketing.{view}")).await;
            let read = entries_read(&rig).await - before;
            assert!(
                read < most,
                "{view}, counted {counted}: {read} of 240,000 were read"
            );
        }
        rig.run("select pipeline.maintain()").await;
    }
    let unrouted = "select string_agg(concat_ws(' ', event_type, events, first_id = (
            select min(event_id) from pipeline.unrouted where unrouted.event_type = shown.event_type
        )), ', ') from marketing.vw_unrouted_events as shown";
    assert_eq!(
        rig.text(unrouted).await,
        "nobodys 10001 t, nobodys_either 3 t"
    );
}

/// Rows of the engine's tables that were read: by no index, and in all. A plan that reads the whole
/// queue by an index, to sort it, is no better than one that reads it without.
async fn rows_read(rig: &Rig) -> (i64, i64) {
    rig.run("select pg_stat_force_next_flush()").await;
    let read = rig.rows(
        "select sum(seq_tup_read)::bigint, sum(seq_tup_read + idx_tup_fetch)::bigint
        from pg_stat_user_tables
        where schemaname = 'pipeline' and relname in ('ready', 'scheduled', 'inflight', 'parked', 'unannounced')
        or schemaname = 'marketing' and relname like 'pipeline_events%'",
        &[],
    );
    let read = read.await;
    (read[0].get(0), read[0].get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn hot_statements_find_their_rows_by_an_index_whatever_the_statistics_say() {
    for analyzed in ["when empty", "when full"] {
        let rig = Rig::bare().await;
        rig.sql_stage("a", NOTHING).await;
        rig.run("update pipeline.stages set batch_size = 100; analyze")
            .await;
        // Plans of the empty tables, kept by the session.
        for _ in 0..8 {
            rig.run(HOT).await;
        }
        rig.emit("a", 20_000).await;
        rig.run(
            "insert into marketing.pipeline_events (event_type, run_at)
            select 'a', clock_timestamp() + n * interval '1 millisecond' from generate_series(-100, 20000) as n",
        )
        .await;
        if analyzed == "when full" {
            rig.run("analyze").await;
        }
        let before = rows_read(&rig).await;
        for _ in 0..8 {
            rig.run(HOT).await;
        }
        let after = rows_read(&rig).await;
        let (scanned, read) = (after.0 - before.0, after.1 - before.1);
        assert!(
            scanned < 1_000 && read < 20_000,
            "analyzed {analyzed}: {read} rows were read, {scanned} of them by no index"
        );
        let done = "select count(*) from marketing.pipeline_events where status = 'processed'";
        assert!(rig.number(done).await >= 800);
    }
}

/// What daemons call all the time.
const HOT: &str = "
    select pipeline.begin_batch(id, null, null, false) from pipeline.stages;
    create temp table if not exists claim as select * from pipeline.claim_outside(1::smallint, 1, 0, false) with no data;
    insert into claim select claimed.* from pipeline.stages cross join pipeline.claim_outside(id, 1, 10, false) as claimed;
    select pipeline.release_claims(array_agg(event_id), array_agg(epoch), array_agg(true)) from claim;
    select pipeline.finish_events(array_agg(event_id), array_agg('processed'::text), array_agg(0::bigint),
        array_agg(true), array_agg(null::text), 'a') from claim;
    delete from claim;
    select pipeline.move_due(100);
    select pipeline.relay(0);
    select pipeline.heartbeat(1, 'a', 'b');";

#[tokio::test(flavor = "multi_thread")]
async fn what_retention_does_not_keep_is_dropped_by_partitions_and_nothing_unfinished() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(
        "select pipeline.ensure_partitions();
        insert into marketing.pipeline_events (event_type, status, created_at, processed_at)
        select 'a', 'processed', now() - interval '40 days', now() - interval '35 days' from generate_series(1, 3);
        select setval('marketing.pipeline_events_id_seq', 999990);
        insert into marketing.pipeline_events (event_type, created_at, run_at)
        values ('a', now() - interval '40 days', now() + interval '1 hour');
        select setval('marketing.pipeline_events_id_seq', 1000010);
        insert into marketing.pipeline_events (event_type, status, processed_at) values ('a', 'processed', now());
        select setval('marketing.pipeline_events_id_seq', 2000010)",
    )
    .await;
    let maintained = "select string_agg(chore || problem, '') from pipeline.maintain()";
    let kept = "select count(*) from marketing.pipeline_events";
    assert_eq!(rig.text(maintained).await, "");
    assert_eq!(rig.number(kept).await, 5, "for ever");
    rig.run("update pipeline.retention set keep = '30 days'")
        .await;
    assert_eq!(rig.text(maintained).await, "");
    assert_eq!(rig.number(kept).await, 5, "one is unfinished");
    rig.run("update marketing.pipeline_events set status = 'cancelled' where status = 'pending'")
        .await;
    assert_eq!(rig.text(maintained).await, "");
    assert_eq!(rig.number(kept).await, 5, "one has ended just now");
    rig.run(
        "update marketing.pipeline_events set processed_at = now() - interval '31 days' where status = 'cancelled';
        update pipeline.retention set oldest_finished_at = now() - interval '31 days'",
    )
    .await;
    assert_eq!(rig.text(maintained).await, "");
    assert_eq!(rig.number(kept).await, 1);
    // The next partition is young.
    assert_eq!(rig.text(maintained).await, "");
    assert_eq!(rig.number(kept).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_knows_of_a_transaction_that_is_the_latest_of_all() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.emit("a", 1).await;
    // Nobody with a higher transaction id has ended, so no snapshot mentions this one.
    let writer = rig.session().await;
    writer
        .batch_execute("begin; insert into marketing.pipeline_events (event_type) values ('a')")
        .await
        .expect("an insert");
    let look = rig
        .rows(
            "select take.event_ids, take.oldest_xid, take.next_xid, take.reached_ids
            from pipeline.stages cross join pipeline.take(stages.id, 10, null) as take",
            &[],
        )
        .await;
    let taken: Vec<i64> = look[0].get("event_ids");
    let (oldest, own): (i64, i64) = (look[0].get("oldest_xid"), look[0].get("next_xid"));
    let reached: Vec<i64> = look[0].get("reached_ids");
    assert_eq!(taken.len(), 1);
    assert!(reached[9] > taken[0], "the writer's id was given out");
    assert!(
        oldest < own,
        "but is not settled while the writer is under way"
    );
    writer.batch_execute("rollback").await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_stand_open_only_writers_of_events_hold_marks_back() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(
        "create table public.other (n integer); create table public.source (n integer);
        select pipeline.publish('public.source', 'a')",
    )
    .await;
    let (other, writer) = (rig.session().await, rig.session().await);
    let xid = "select pg_current_xact_id()::text::bigint";
    let oldest = "select pipeline.oldest_writer()";
    let wrote = "begin; insert into public.other values (1)";
    other.batch_execute(wrote).await.expect("an insert");
    let others: i64 = other.query_one(xid, &[]).await.expect("an id").get(0);
    // One that came later is over, as the claim that is reckoned from is.
    rig.run(xid).await;
    assert!(rig.number(oldest).await > others, "it wrote no event");

    let wrote = "begin; savepoint here; insert into public.source values (1); release here";
    writer.batch_execute(wrote).await.expect("an insert");
    let writers: i64 = writer.query_one(xid, &[]).await.expect("an id").get(0);
    assert!(rig.number(oldest).await <= writers, "it may hold an event");
    assert!(rig.number(oldest).await > others);
    writer.batch_execute("commit").await.expect("an end");
    assert!(rig.number(oldest).await > writers, "it is over");

    // An id may be taken before its event is written, as those of texts are.
    let takes = "begin; insert into public.other values (2);
        savepoint here; select nextval('marketing.pipeline_events_id_seq'); rollback to here";
    writer
        .batch_execute(takes)
        .await
        .expect("an id of an event");
    let writers: i64 = writer.query_one(xid, &[]).await.expect("an id").get(0);
    assert!(rig.number(oldest).await <= writers, "it may write it yet");
    writer.batch_execute("rollback").await.expect("an end");
    // A claim asks where it would otherwise read much again.
    rig.emit("a", 5_000).await;
    for _ in 0..30 {
        rig.run("select pg_current_xact_id()").await;
    }
    let look = "select take.oldest_xid from pipeline.stages
        cross join pipeline.take(stages.id, 10, array_fill(1::bigint, array[10])) as take";
    assert!(rig.number(look).await > others);
    other.batch_execute("rollback").await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_of_a_time_that_has_not_been_hide_nothing() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.emit("a", 3).await;
    // Where a standby takes over that had not heard of the last events, their ids are given out again.
    let last = rig.number("select max(event_id) from pipeline.ready").await;
    for (mark, found) in [(last - 1, 1), (last + 1_000, 3)] {
        let look = format!(
            "select cardinality(take.event_ids)::bigint from pipeline.stages
            cross join pipeline.take(stages.id, 10, array_fill({mark}::bigint, array[10])) as take"
        );
        rig.run("begin").await;
        assert_eq!(rig.number(&look).await, found, "above {mark}");
        rig.run("rollback").await;
    }
}

/// The schedule is emptied, looked at and filled again all the time: a plan from its empty days must
/// not read all of it for each event that is called off or moved.
#[tokio::test(flavor = "multi_thread")]
async fn moves_and_cancellations_of_many_do_not_depend_on_what_the_schedule_once_was() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let session = rig.session().await;
    session
        .batch_execute(
            "analyze pipeline.scheduled; analyze marketing.pipeline_events;
            insert into marketing.pipeline_events (event_type, run_at) values ('a', now() + interval '1 day'), ('a', now() + interval '1 day');
            select pipeline.cancel_scheduled(array[min(event_id)], 'x') from pipeline.scheduled;
            select pipeline.move_scheduled(array[min(event_id)], array[now() + interval '2 days'], array[5::smallint]) from pipeline.scheduled;
            insert into marketing.pipeline_events (event_type, run_at)
            select 'a', now() + interval '1 day' + number * interval '1 second' from generate_series(1, 20000) as number",
        )
        .await
        .expect("a schedule that was empty");
    session
        .batch_execute(
            "begin;
            select pipeline.cancel_scheduled(array_agg(event_id), 'x') from (select event_id from pipeline.scheduled limit 2000) as few;
            select pipeline.move_scheduled(array_agg(event_id), array_agg(run_at + interval '1 hour'), array_agg(5::smallint))
            from (select event_id, run_at from pipeline.scheduled limit 2000) as few",
        )
        .await
        .expect("two statements");
    let read: i64 = session
        .query_one(
            "select (seq_tup_read + idx_tup_fetch)::bigint from pg_stat_xact_user_tables where relid = 'pipeline.scheduled'::regclass",
            &[],
        )
        .await
        .expect("what this transaction has read")
        .get(0);
    assert!(
        read <= 5 * 4000,
        "4,000 events were looked for among 20,000, and {read} rows were read"
    );
    session.batch_execute("rollback").await.expect("an end");
}
