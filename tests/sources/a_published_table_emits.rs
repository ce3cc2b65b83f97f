//! `pipeline.publish`: which statement emits what, and what is refused with which words.

use crate::support::daemon::Rig;

const ORDERS: &str = r#"create schema "My Shop";
    create table "My Shop"."Orders" (id integer primary key, "Total Sum" numeric, paid boolean, note json)"#;

/// What was emitted of a type: the ids in the payloads, in order.
async fn emitted(rig: &Rig, event_type: &str) -> String {
    let sql = format!(
        "select string_agg(payload ->> 'id', ' ' order by id) from marketing.pipeline_events where event_type = '{event_type}'"
    );
    rig.text(&sql).await
}

/// What the server says to a statement that it refuses.
async fn refusal(rig: &Rig, sql: &str) -> String {
    let error = rig.client.batch_execute(sql).await.expect_err(sql);
    error
        .as_db_error()
        .map(|error| error.message().to_owned())
        .expect("a refusal of the server")
}

#[tokio::test]
async fn inserts_updates_and_deletes_emit_the_row() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(r#"select pipeline.publish('"My Shop"."Orders"', 'order_changed', operations => '{insert,update,delete}')"#)
        .await;
    rig.run(
        r#"insert into "My Shop"."Orders" values (1, 10, false, '{}'), (2, 20, false, null);
        update "My Shop"."Orders" set "Total Sum" = 11 where id = 1;
        update "My Shop"."Orders" set "Total Sum" = "Total Sum";
        delete from "My Shop"."Orders" where id = 2"#,
    )
    .await;
    assert_eq!(emitted(&rig, "order_changed").await, "1 2 1 2");
    let total = r#"select payload ->> 'Total Sum' from marketing.pipeline_events where id = 3"#;
    assert_eq!(rig.text(total).await, "11");
}

#[tokio::test]
async fn an_update_emits_when_the_condition_turns_true() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(
        r#"insert into "My Shop"."Orders" values (1, 10, false), (2, 20, true), (3, 30, null);
        select pipeline.publish('"My Shop"."Orders"', 'order_paid', operations => '{update,insert}', condition => 'row.paid');
        update "My Shop"."Orders" set paid = true;
        update "My Shop"."Orders" set "Total Sum" = 0;
        insert into "My Shop"."Orders" values (4, 40, true), (5, 50, false)"#,
    )
    .await;
    assert_eq!(emitted(&rig, "order_paid").await, "1 3 4");
}

#[tokio::test]
async fn an_update_of_other_columns_emits_nothing() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(
        r#"insert into "My Shop"."Orders" values (1, 10, false), (2, 20, true);
        select pipeline.publish('"My Shop"."Orders"', 'total_changed', operations => '{update}', columns => '{Total Sum}');
        update "My Shop"."Orders" set paid = not paid;
        update "My Shop"."Orders" set "Total Sum" = 20"#,
    )
    .await;
    assert_eq!(emitted(&rig, "total_changed").await, "1");
}

#[tokio::test]
async fn an_upsert_emits_for_what_it_did_to_each_row() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(
        r#"insert into "My Shop"."Orders" values (1, 10, false);
        select pipeline.publish('"My Shop"."Orders"', 'order_new');
        select pipeline.publish('"My Shop"."Orders"', 'order_edited', operations => '{update}');
        insert into "My Shop"."Orders" values (1, 11, false), (2, 20, true)
        on conflict (id) do update set "Total Sum" = excluded."Total Sum""#,
    )
    .await;
    assert_eq!(emitted(&rig, "order_new").await, "2");
    assert_eq!(emitted(&rig, "order_edited").await, "1");
}

#[tokio::test]
async fn the_payload_the_priority_and_the_delay_are_chosen() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(
        r#"select pipeline.publish('"My Shop"."Orders"', 'chosen', payload_columns => '{id,Total Sum}', priority => 2, delay => '1 hour');
        select pipeline.publish('"My Shop"."Orders"', 'written', payload => $$jsonb_build_object('order', row.id * 2)$$);
        insert into "My Shop"."Orders" values (7, 70, true)"#,
    )
    .await;
    let chosen = "select (payload - 'trigger_time')::text || priority || (run_at > now() + interval '59 minutes')
        from marketing.pipeline_events where event_type = 'chosen'";
    assert_eq!(rig.text(chosen).await, r#"{"id": 7, "Total Sum": 70}2true"#);
    let written =
        "select payload ->> 'order' from marketing.pipeline_events where event_type = 'written'";
    assert_eq!(rig.text(written).await, "14");
}

#[tokio::test]
async fn ten_thousand_updated_rows_are_paired_in_one_statement() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    // The first update is small, so a plan for few rows is at hand when the large one comes.
    rig.run(
        r#"insert into "My Shop"."Orders" select n, n, false from generate_series(1, 10000) as n;
        select pipeline.publish('"My Shop"."Orders"', 'paid', operations => '{update}', condition => 'row.paid');
        update "My Shop"."Orders" set paid = true where id = 1;
        set statement_timeout = '20s';
        update "My Shop"."Orders" set paid = true"#,
    )
    .await;
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events")
            .await,
        10_000
    );
}

#[tokio::test]
async fn publishing_again_replaces_and_publishing_the_same_changes_nothing() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    let publish = r#"select pipeline.publish('"My Shop"."Orders"', 'order_new')"#;
    rig.run(publish).await;
    let state = "select string_agg(oid || ':' || xmin::text || tgenabled::text, ' ') from pg_trigger where tgname like 'trigger_order_new%'";
    rig.run(r#"alter table "My Shop"."Orders" disable trigger trigger_order_new_event"#)
        .await;
    let before = rig.text(state).await;
    rig.run(publish).await;
    assert_eq!(
        rig.text(state).await,
        before,
        "left as it was, also switched off"
    );

    rig.run(r#"alter table "My Shop"."Orders" enable trigger trigger_order_new_event"#)
        .await;
    rig.run(r#"select pipeline.publish('"My Shop"."Orders"', 'order_new', operations => '{delete}', payload_columns => '{id}')"#)
        .await;
    rig.run(r#"insert into "My Shop"."Orders" values (1); delete from "My Shop"."Orders""#)
        .await;
    assert_eq!(emitted(&rig, "order_new").await, "1", "the delete only");
}

#[tokio::test]
async fn unpublishing_leaves_nothing_behind() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    let functions = "select count(*) from pg_proc where proname like 'publication\\_%'";
    let before = rig.number(functions).await;
    rig.run(r#"select pipeline.publish('"My Shop"."Orders"', 'order_changed', operations => '{insert,update}')"#)
        .await;
    let dropped = r#"select pipeline.unpublish('"My Shop"."Orders"')::bigint"#;
    assert_eq!(rig.number(dropped).await, 2);
    rig.run(r#"insert into "My Shop"."Orders" values (1)"#)
        .await;
    assert_eq!(emitted(&rig, "order_changed").await, "");
    assert_eq!(rig.number(functions).await, before);
    let said = refusal(&rig, dropped).await;
    assert!(said.contains("is not published"), "{said}");
}

#[tokio::test]
async fn what_cannot_be_published_is_refused_with_the_reason() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run("create table public.keyless (n integer); create temporary table passing (n integer)")
        .await;
    for (sql, reason) in [
        (
            r#"'"My Shop"."Orders"', 'x', payload => 'row.nope'"#,
            "cannot be read as SQL: column row.nope does not exist",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', condition => 'row.paid)'"#,
            "cannot be read as SQL: ",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', columns => '{nope}'"#,
            "has no column 'nope'",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', payload => '1', payload_columns => '{id}'"#,
            "both given",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', operations => '{truncate}'"#,
            "operations cannot be",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', trigger_name => 'mine'"#,
            "trigger_name cannot be",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', trigger_name => 'trigger_' || repeat('b', 60) || '_event'"#,
            "trigger_name cannot be",
        ),
        (
            r#"'"My Shop"."Orders"', repeat('x', 101)"#,
            "1 to 100 characters",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', priority => 11"#,
            "priority cannot be 11",
        ),
        (
            r#"'"My Shop"."Orders"', 'x', key_columns => '{}'"#,
            "key_columns is empty",
        ),
        (
            "'public.keyless', 'x', operations => '{update}'",
            "no primary key",
        ),
        ("'passing', 'x'", "temporary"),
        ("'marketing.vw_throughput', 'x'", "is not a table"),
        ("'marketing.pipeline_events', 'x'", "without end"),
        ("'pipeline.ready', 'x'", "without end"),
    ] {
        let said = refusal(&rig, &format!("select pipeline.publish({sql})")).await;
        assert!(said.contains(reason), "{sql}: {said}");
    }
    assert_eq!(
        rig.number("select count(*) from pipeline.publications where event_type = 'x'")
            .await,
        0
    );
}

#[tokio::test]
async fn a_trigger_of_somebody_else_is_not_overwritten() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(
        r#"create function public.theirs() returns trigger language plpgsql as 'begin return null; end';
        create trigger trigger_order_new_event after insert on "My Shop"."Orders" execute function public.theirs()"#,
    )
    .await;
    let said = refusal(
        &rig,
        r#"select pipeline.publish('"My Shop"."Orders"', 'order_new')"#,
    )
    .await;
    assert!(said.contains("does something else"), "{said}");
}

#[tokio::test]
async fn rows_from_before_are_emitted_one_after_the_other() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(
        r#"insert into "My Shop"."Orders" select n, n, n > 2 from generate_series(1, 5) as n;
        select pipeline.publish('"My Shop"."Orders"', 'order_paid', condition => 'row.paid')"#,
    )
    .await;
    let backfilled = r#"select pipeline.backfill('"My Shop"."Orders"', 'order_paid', 0.5)"#;
    assert_eq!(rig.number(backfilled).await, 3);
    let spread = "select extract(epoch from max(run_at) - min(run_at))::bigint from marketing.pipeline_events";
    assert_eq!(rig.number(spread).await, 4);
}

#[tokio::test]
async fn a_rolled_back_change_emits_nothing() {
    let rig = Rig::bare().await;
    rig.run(ORDERS).await;
    rig.run(r#"select pipeline.publish('"My Shop"."Orders"', 'order_new')"#)
        .await;
    rig.run(r#"begin; insert into "My Shop"."Orders" values (1)"#)
        .await;
    rig.run("rollback").await;
    rig.run(r#"begin; insert into "My Shop"."Orders" values (2); savepoint s; insert into "My Shop"."Orders" values (3)"#)
        .await;
    rig.run("rollback to s; commit").await;
    assert_eq!(emitted(&rig, "order_new").await, "2");
}

#[tokio::test]
async fn columns_and_payloads_of_any_kind_emit_objects_and_fail_no_writer() {
    let rig = Rig::bare().await;
    rig.run(
        r#"create table public.odd (id integer primary key, "row" text, old text, caused_by text, meta jsonb);
        select pipeline.publish('public.odd', 'whole', operations => '{insert,INSERT,update}');
        select pipeline.publish('public.odd', 'meta', payload => 'row.meta');
        select pipeline.publish('public.odd', 'bare', payload_columns => '{}');
        select pipeline.publish('public.odd', 'slash', condition => 'row.old <> ''\''', payload_columns => '{}');
        set standard_conforming_strings = off;
        insert into public.odd values (1, 'a', 'b', 'c', null), (2, 'a', 'b', 'c', '[1]');
        update public.odd set old = 'z' where id = 1"#,
    )
    .await;
    let payloads =
        "select string_agg(event_type || ' ' || (payload - 'trigger_time')::text, '; ' order by id)
        from marketing.pipeline_events where event_type = ";
    assert_eq!(
        rig.text(&format!("{payloads} 'meta'")).await,
        r#"meta {"payload": null}; meta {"payload": [1]}"#
    );
    assert_eq!(
        rig.text(&format!("{payloads} 'bare'")).await,
        "bare {}; bare {}"
    );
    let whole = "select count(*) from marketing.pipeline_events where event_type = 'whole' and payload ->> 'row' = 'a'";
    assert_eq!(rig.number(whole).await, 3);
    let slash = "select count(*) from marketing.pipeline_events where event_type = 'slash'";
    assert_eq!(rig.number(slash).await, 2);
}

#[tokio::test]
async fn a_published_table_is_read_with_its_owners_rights() {
    let rig = Rig::bare().await;
    let owner = format!("owner_{}", rig.text("select current_database()").await);
    rig.run(&format!(
        "create role {owner}; create schema mine authorization {owner}; set role {owner};
        create table mine.orders (id integer primary key); reset role;
        select pipeline.publish('mine.orders', 'order'); set role {owner};
        create type mine.kind as enum ('a');
        create function mine.as_json(mine.kind) returns json language sql as 'select to_json(current_user::text)';
        create cast (mine.kind as json) with function mine.as_json(mine.kind);
        alter table mine.orders add kind mine.kind; insert into mine.orders values (1, 'a'); reset role"
    ))
    .await;
    let reader =
        "select payload ->> 'kind' from marketing.pipeline_events where event_type = 'order'";
    assert_eq!(rig.text(reader).await, owner);
    let may = format!("select has_schema_privilege('{owner}', 'pipeline', 'create')::text");
    assert_eq!(rig.text(&may).await, "false");
    rig.run(&format!("drop owned by {owner} cascade; drop role {owner}"))
        .await;
}
