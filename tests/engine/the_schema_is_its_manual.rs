//! The schema holds what it promises: comments, pinned search paths, plans, partitions.

use pgcascade::engine::Registry;

use super::stages::EFFECTS;
use crate::support::daemon::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn every_table_column_view_and_function_says_what_it_is() {
    let rig = Rig::deployed().await;
    let silent = "select coalesce(string_agg(what, ', '), '') from (
        select format('%s.%s', class.oid::regclass, attribute.attname) as what
        from pg_class as class
        join pg_attribute as attribute on attribute.attrelid = class.oid and attnum > 0 and not attisdropped
        where class.relnamespace::regnamespace::text in ('intake', 'marketing', 'pipeline')
        and class.relkind in ('r', 'p') and not class.relispartition
        and col_description(class.oid, attribute.attnum) is null
        union all
        select class.oid::regclass::text from pg_class as class
        where class.relnamespace::regnamespace::text in ('intake', 'marketing', 'pipeline')
        and class.relkind in ('r', 'p', 'v') and not class.relispartition
        and obj_description(class.oid, 'pg_class') is null
        union all
        select routine.oid::regprocedure::text from pg_proc as routine
        where routine.pronamespace::regnamespace::text in ('intake', 'marketing', 'pipeline')
        and obj_description(routine.oid, 'pg_proc') is null
    ) as silent";
    assert_eq!(rig.text(silent).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_pins_its_search_path() {
    let rig = Rig::deployed().await;
    let loose = "select coalesce(string_agg(routine.oid::regprocedure::text, ', '), '') from pg_proc as routine
        where routine.pronamespace::regnamespace::text in ('intake', 'marketing', 'pipeline')
        and not exists (select from unnest(routine.proconfig) as setting where setting like 'search_path=%')";
    assert_eq!(rig.text(loose).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_is_closed_to_everybody_else() {
    let rig = Rig::deployed().await;
    let open = "select coalesce(string_agg(routine.oid::regprocedure::text, ', '), '') from pg_proc as routine
        where routine.pronamespace::regnamespace::text = 'pipeline' and has_function_privilege('public', routine.oid, 'execute')";
    assert_eq!(rig.text(open).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_of_the_ledger_stay_on_their_page() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "counted",
        "insert into public.effects (n) select unnest(event_ids);",
    )
    .await;
    let daemon = rig.daemon(Registry::default());
    for _ in 0..4 {
        rig.emit("counted", 5000).await;
    }
    rig.until_idle().await;
    daemon.stop().await;
    rig.until("(select sum(n_tup_upd) from pg_stat_user_tables where relname like 'pipeline_events%') >= 20000").await;
    let share = "select (100 * sum(n_tup_hot_upd) / sum(n_tup_upd))::bigint from pg_stat_user_tables where relname like 'pipeline_events%'";
    let share = rig.number(share).await;
    assert!(
        share >= 90,
        "only {share} % of the ledger's updates are HOT"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_never_fails_for_want_of_a_partition() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "counted",
        "insert into public.effects (n) select unnest(event_ids);",
    )
    .await;
    // Far beyond every partition that was made.
    rig.run("select setval('marketing.pipeline_events_id_seq', 70999998)")
        .await;
    rig.emit("counted", 5).await;
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events_overflow")
            .await,
        5
    );
    let daemon = rig.daemon(Registry::default());
    rig.until("(select count(*) from public.effects) = 5").await;
    rig.until("to_regclass('marketing.pipeline_events_000073') is not null")
        .await;
    rig.run("select setval('marketing.pipeline_events_id_seq', 73000000)")
        .await;
    rig.emit("counted", 1).await;
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events_000073")
            .await,
        1
    );
    daemon.stop().await;
}
