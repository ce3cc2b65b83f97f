//! The table "which statements emit" of `sql/README.md`, line by line.

use crate::support::daemon::Rig;

const TABLES: &str = "create table public.parent (id integer primary key);
    create table public.child (id integer primary key, parent_id integer references public.parent on delete cascade);
    insert into public.parent values (1), (2);
    insert into public.child values (1, 1), (2, 2);
    select pipeline.publish('public.child', 'changed', operations => '{insert,update,delete}', payload => 'jsonb_build_object(''id'', row.id)')";

/// The ids that were emitted since the last look.
async fn emitted(rig: &Rig) -> String {
    let ids = rig
        .text("select string_agg(payload ->> 'id', ' ' order by id) from marketing.pipeline_events")
        .await;
    rig.run("delete from marketing.pipeline_events").await;
    ids
}

async fn rig() -> Rig {
    let rig = Rig::bare().await;
    rig.run(TABLES).await;
    rig
}

#[tokio::test]
async fn merge_emits_for_each_row_what_was_done_to_it() {
    let rig = rig().await;
    rig.run(
        "merge into public.child using (values (1), (3)) as given (id) on given.id = child.id
        when matched then delete
        when not matched then insert (id) values (given.id)",
    )
    .await;
    assert_eq!(emitted(&rig).await, "1 3");
}

#[tokio::test]
async fn copy_emits() {
    let rig = rig().await;
    rig.database
        .psql("copy public.child (id) from stdin;\n7\n8\n\\.\n")
        .await;
    assert_eq!(emitted(&rig).await, "7 8");
}

#[tokio::test]
async fn a_cascading_delete_emits() {
    let rig = rig().await;
    rig.run("delete from public.parent where id = 1").await;
    assert_eq!(emitted(&rig).await, "1");
}

#[tokio::test]
async fn on_conflict_do_nothing_emits_for_new_rows_only() {
    let rig = rig().await;
    rig.run("insert into public.child values (1), (9) on conflict do nothing")
        .await;
    assert_eq!(emitted(&rig).await, "9");
}

#[tokio::test]
async fn truncate_and_a_replicating_session_emit_nothing() {
    let rig = rig().await;
    rig.run(
        "set session_replication_role = replica; insert into public.child values (5);
        reset session_replication_role; truncate public.child",
    )
    .await;
    assert_eq!(emitted(&rig).await, "");
}

#[tokio::test]
async fn an_inheritance_child_does_not_emit() {
    let rig = rig().await;
    rig.run(
        "create table public.heir () inherits (public.child); insert into public.heir values (4)",
    )
    .await;
    assert_eq!(emitted(&rig).await, "");
}
