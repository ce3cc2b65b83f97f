//! A statement fires the triggers of the table that it names: partitions have their own.

use crate::support::daemon::Rig;

const VISITS: &str =
    "create table public.visits (id integer primary key, n integer) partition by range (id);
    create table public.visits_1 partition of public.visits for values from (0) to (10);
    select pipeline.publish('public.visits', 'visited', operations => '{insert,update}')";

async fn emitted(rig: &Rig) -> String {
    rig.text("select string_agg(payload ->> 'id', ' ' order by id) from marketing.pipeline_events")
        .await
}

#[tokio::test]
async fn a_row_emits_once_whichever_table_the_statement_names() {
    let rig = Rig::bare().await;
    rig.run(VISITS).await;
    rig.run("insert into public.visits values (1); insert into public.visits_1 values (2)")
        .await;
    assert_eq!(emitted(&rig).await, "1 2");
}

#[tokio::test]
async fn a_row_that_moves_to_another_partition_emits_once() {
    let rig = Rig::bare().await;
    rig.run(VISITS).await;
    rig.run(
        "create table public.visits_2 partition of public.visits for values from (10) to (20);
        insert into public.visits values (1);
        truncate marketing.pipeline_events;
        update public.visits set id = 11",
    )
    .await;
    assert_eq!(emitted(&rig).await, "11");
}

#[tokio::test]
async fn a_new_partition_gets_its_triggers_and_a_detached_one_loses_them() {
    let rig = Rig::bare().await;
    rig.run(VISITS).await;
    rig.run(
        "create table public.visits_2 partition of public.visits for values from (10) to (20);
        select pipeline.sync_publications();
        insert into public.visits_2 values (12);
        alter table public.visits detach partition public.visits_2;
        select pipeline.sync_publications();
        insert into public.visits_2 values (13)",
    )
    .await;
    assert_eq!(emitted(&rig).await, "12");
}

#[tokio::test]
async fn a_partition_of_a_published_table_is_not_published_twice() {
    let rig = Rig::bare().await;
    rig.run(VISITS).await;
    let again = rig
        .client
        .batch_execute("select pipeline.publish('public.visits_1', 'visited')")
        .await
        .expect_err("a refusal");
    let said = again.as_db_error().expect("the server's").message();
    assert!(said.contains("would emit twice"), "{said}");
}

#[tokio::test]
async fn a_dropped_table_is_forgotten() {
    let rig = Rig::bare().await;
    rig.run(VISITS).await;
    rig.run("drop table public.visits; select pipeline.maintain()")
        .await;
    let left = "select count(*) from pipeline.publications where event_type = 'visited'";
    assert_eq!(rig.number(left).await, 0);
}

#[tokio::test]
async fn a_partition_is_not_published_without_its_table() {
    let rig = Rig::bare().await;
    rig.run(
        "create table public.calls (id integer primary key) partition by range (id);
        create table public.calls_1 partition of public.calls for values from (0) to (10)",
    )
    .await;
    let refused = rig
        .client
        .batch_execute("select pipeline.publish('public.calls_1', 'called')")
        .await
        .expect_err("a refusal");
    let refused = refused.as_db_error().expect("the server's");
    let said = refused.message();
    assert!(said.contains("a partition of public.calls"), "{said}");
    let hint = refused.hint().unwrap_or_default();
    assert!(hint.contains("publish('public.calls'"), "{hint}");
}
