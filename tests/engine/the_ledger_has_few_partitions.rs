//! However long the ledger is, it has few partitions, and none holds much of it.

use crate::support::daemon::Rig;

const ENSURE: &str = "select pipeline.ensure_partitions()::bigint";

/// Emits up to so many million ids, without rows, as fast as partitions are made ahead.
async fn grow(rig: &Rig, millions: i64) {
    rig.run(&format!(
        "do $$ declare
            v_last bigint := (select last_value from marketing.pipeline_events_id_seq);
        begin
            perform pipeline.ensure_partitions();
            while v_last < {millions} * 1000000 loop
                v_last := least(v_last + 4000000, {millions} * 1000000);
                assert v_last <= (select max(before_id) from pipeline.ledger_partitions());
                perform setval('marketing.pipeline_events_id_seq', v_last);
                perform pipeline.ensure_partitions();
            end loop;
        end $$"
    ))
    .await;
}

async fn set_last(rig: &Rig, id: i64) {
    rig.run(&format!(
        "select setval('marketing.pipeline_events_id_seq', {id})"
    ))
    .await;
}

/// The partitions from this id on: first id and first one beyond, in millions.
async fn ranges(rig: &Rig, from: i64) -> String {
    rig.text(&format!(
        "select string_agg(format('%s-%s', trim_scale(first_id / 1e6), trim_scale(before_id / 1e6)), ' ' order by first_id)
        from pipeline.ledger_partitions() where first_id >= {from}"
    ))
    .await
}

async fn partitions(rig: &Rig) -> i64 {
    rig.number("select count(*) from pipeline.ledger_partitions()")
        .await
}

#[tokio::test]
async fn a_thousand_million_events_have_some_sixty() {
    let rig = Rig::bare().await;
    for (millions, most) in [(10, 15), (100, 37), (1000, 57)] {
        grow(&rig, millions).await;
        let made = partitions(&rig).await;
        assert!(made <= most, "{made} for {millions} million");
    }
    // One after the other, each named after its first id, and none wider than an eighth of what stood before.
    let odd = "select count(*) from (
        select *, lag(before_id, 1, 0::bigint) over (order by first_id) as expected_id from pipeline.ledger_partitions()
    ) as partition
    where first_id <> expected_id
    or name <> format('pipeline_events_%s', lpad((first_id / 1000000)::text, 6, '0'))
    or before_id - first_id > greatest(first_id / 8, 1000000)";
    assert_eq!(rig.number(odd).await, 0);
    // Five million ahead, and not by more than one.
    let ahead = "select count(*) from pipeline.ledger_partitions() where first_id >= 1000000000";
    assert!(rig.number(ahead).await <= 1);
    let end = "select max(before_id) from pipeline.ledger_partitions()";
    assert!(rig.number(end).await >= 1_005_000_000);
    assert_eq!(rig.number(ENSURE).await, 0, "nothing is left to do");
}

#[tokio::test]
async fn a_claim_locks_few_of_them() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    grow(&rig, 1000).await;
    rig.emit("a", 1).await;
    rig.run("begin").await;
    let claimed =
        "select count(event_ids) from pipeline.stages, pipeline.begin_batch(id, null, null, false)";
    assert_eq!(rig.number(claimed).await, 1);
    // A partition and its three indexes each; the server has room for 64 for each connection it allows.
    let locks = "select count(*) from pg_locks where pid = pg_backend_pid()";
    let held = rig.number(locks).await;
    rig.run("commit").await;
    assert!(held < 300, "{held}");
}

#[tokio::test]
async fn many_narrow_ones_stay_and_the_next_is_wide() {
    let rig = Rig::bare().await;
    rig.run(
        "do $$ begin
            for v_number in 0 .. 104 loop
                execute format(
                    'create table marketing.pipeline_events_%s partition of marketing.pipeline_events for values from (%s) to (%s)',
                    lpad(v_number::text, 6, '0'), v_number * 1000000::bigint, (v_number + 1) * 1000000::bigint
                );
            end loop;
        end $$",
    )
    .await;
    set_last(&rig, 100_000_001).await;
    assert_eq!(rig.number(ENSURE).await, 0, "enough stand ahead");
    set_last(&rig, 101_000_001).await;
    assert_eq!(rig.number(ENSURE).await, 1);
    assert_eq!(partitions(&rig).await, 106);
    assert_eq!(ranges(&rig, 104_000_000).await, "104-105 105-117");
}

#[tokio::test]
async fn narrower_ones_follow_when_less_is_kept() {
    let rig = Rig::bare().await;
    grow(&rig, 100).await;
    assert_eq!(ranges(&rig, 92_000_000).await, "92-103 103-115");
    rig.run("update pipeline.retention set keep = '1 day'")
        .await;
    // A million ids are read at a time.
    for _ in 0..100 {
        rig.run("select pipeline.drop_old_partitions()").await;
    }
    assert_eq!(ranges(&rig, 0).await, "92-103 103-115");
    grow(&rig, 111).await;
    assert_eq!(ranges(&rig, 0).await, "92-103 103-115 115-117");
}

#[tokio::test]
async fn what_stands_in_the_way_is_left_as_it_is() {
    let rig = Rig::bare().await;
    // The sequence has leapt, somebody has made a partition of his own, and detached another.
    rig.run(
        "create table marketing.by_hand partition of marketing.pipeline_events for values from (74500000) to (75000000);
        create table marketing.pipeline_events_000073 ()",
    )
    .await;
    set_last(&rig, 70_999_998).await;
    rig.emit("a", 5).await;
    assert_eq!(rig.number(ENSURE).await, 3);
    assert_eq!(ranges(&rig, 0).await, "72-73 74-74.5 74.5-75 75-76");
    let overflow = "select count(*) from marketing.pipeline_events_overflow";
    assert_eq!(rig.number(overflow).await, 5);
}

#[tokio::test]
async fn beyond_one_made_by_hand_they_begin_at_whole_millions() {
    let rig = Rig::bare().await;
    rig.run(
        "create table marketing.by_hand partition of marketing.pipeline_events for values from (1200000) to (1400000)",
    )
    .await;
    assert_eq!(rig.number(ENSURE).await, 5);
    assert_eq!(ranges(&rig, 0).await, "0-1 1-1.2 1.2-1.4 2-3 3-4 4-5");
}

/// The reading of an old one takes long, and who makes a new one has locked everybody out.
#[tokio::test]
async fn maintenance_drops_one_before_it_makes_the_next() {
    let rig = Rig::bare().await;
    rig.run(
        "create table marketing.pipeline_events_000000 partition of marketing.pipeline_events for values from (0) to (1000000);
        create table marketing.pipeline_events_000001 partition of marketing.pipeline_events for values from (1000000) to (17000000);
        update pipeline.retention set keep = '1 day'",
    )
    .await;
    set_last(&rig, 16_400_000).await;
    rig.run("select pipeline.maintain()").await;
    // Of 15 million that are left an eighth is less than two.
    assert_eq!(ranges(&rig, 0).await, "1-17 17-18 18-19 19-20 20-21");
}

#[tokio::test]
async fn a_wide_one_leaves_out_the_million_that_has_rows_in_overflow() {
    let rig = Rig::bare().await;
    rig.run(
        "create table marketing.old partition of marketing.pipeline_events for values from (minvalue) to (40000000);
        insert into marketing.pipeline_events (id, event_type) values (42500000, 'a')",
    )
    .await;
    set_last(&rig, 39_000_000).await;
    assert_eq!(rig.number(ENSURE).await, 2);
    assert_eq!(ranges(&rig, 0).await, "40-42 43-47");
}

#[tokio::test]
async fn two_sessions_make_each_once() {
    let rig = Rig::bare().await;
    let other = rig.session().await;
    other.batch_execute("begin").await.expect("a transaction");
    let made: i32 = other
        .query_one("select pipeline.ensure_partitions()", &[])
        .await
        .expect("partitions")
        .get(0);
    assert_eq!(made, 5);
    assert_eq!(rig.number(ENSURE).await, 0, "and it does not wait");
    other.batch_execute("commit").await.expect("a commit");
    assert_eq!(rig.number(ENSURE).await, 0);
    assert_eq!(ranges(&rig, 0).await, "0-1 1-2 2-3 3-4 4-5");
}

/// Three million ids in one partition, all finished 50 days ago but the last, which ended 5 days ago; 10 days are kept.
async fn wide_and_old() -> Rig {
    let rig = Rig::bare().await;
    rig.run(
        "create table marketing.pipeline_events_000000 partition of marketing.pipeline_events for values from (0) to (3000000);
        insert into marketing.pipeline_events (id, event_type, status, created_at, processed_at)
        select id, 'a', 'processed', now() - interval '60 days', now() - interval '1 day' * days
        from (values (1, 50), (1500000, 50), (2500000, 5)) as event (id, days);
        select setval('marketing.pipeline_events_id_seq', 3000010);
        update pipeline.retention set keep = '10 days'",
    )
    .await;
    rig
}

/// The server knows of so many changes.
fn counted(changes: i32) -> String {
    format!(
        "select n_tup_ins + n_tup_upd = {changes} from pg_stat_all_tables where relname = 'pipeline_events_000000'"
    )
}

/// Up to which id it is read after one call more, and how many of its events are left.
async fn read_on(rig: &Rig) -> (i64, i64) {
    rig.run("select pipeline.drop_old_partitions()").await;
    (
        rig.number("select coalesce(oldest_id, 0) from pipeline.retention")
            .await,
        rig.number("select count(*) from marketing.pipeline_events")
            .await,
    )
}

#[tokio::test]
async fn a_wide_one_is_read_in_steps_and_once() {
    let rig = wide_and_old().await;
    rig.until(&counted(3)).await;
    assert_eq!(read_on(&rig).await, (1_000_000, 3));
    assert_eq!(read_on(&rig).await, (2_000_000, 3));
    assert_eq!(read_on(&rig).await, (3_000_000, 3));
    assert_eq!(
        read_on(&rig).await,
        (3_000_000, 3),
        "its last event is young"
    );
    rig.run("update pipeline.retention set keep = '2 days'")
        .await;
    assert_eq!(read_on(&rig).await.1, 0);
}

#[tokio::test]
async fn an_event_that_ends_again_behind_the_reader_keeps_its_partition() {
    let rig = wide_and_old().await;
    rig.run("update pipeline.retention set keep = '2 days'")
        .await;
    rig.until(&counted(3)).await;
    assert_eq!(read_on(&rig).await, (1_000_000, 3));
    let editor = rig.session().await;
    editor
        .batch_execute("update marketing.pipeline_events set processed_at = now() where id = 1")
        .await
        .expect("an edit");
    // What a session did is counted at its end, if not before.
    drop(editor);
    rig.until(&counted(4)).await;
    for _ in 0..4 {
        assert_eq!(read_on(&rig).await, (1_000_000, 3));
    }
}
