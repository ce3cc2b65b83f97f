//! Whatever an error claims to be about, the event that causes it is found, and the others go on.

use std::time::{Duration, Instant};

use pgcascade::engine::Registry;

use super::stages::EFFECTS;
use crate::support::daemon::Rig;

/// A stage whose events write effects, and which raises `errcode` about the third.
async fn raising(errcode: &str) -> Rig {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "a",
        &format!(
            "if exists (select from marketing.pipeline_events where id = any (event_ids) and payload ->> 'n' = '3') then
                raise exception 'not this one' using errcode = '{errcode}';
            end if;
            insert into public.effects (n) select unnest(event_ids); return;"
        ),
    )
    .await;
    rig.run("update pipeline.stages set max_attempts = 2").await;
    rig.emit("a", 6).await;
    rig
}

async fn the_third_fails_alone(rig: &Rig) {
    rig.until("not exists (select from marketing.pipeline_events where status = 'pending')")
        .await;
    let failed = "select string_agg(concat(payload ->> 'n', ' ', attempts), ', ')
        from marketing.pipeline_events where status = 'failed'";
    assert_eq!(rig.text(failed).await, "3 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_a_function_cannot_reach_is_not_ours() {
    for errcode in ["08001", "08006", "57P01"] {
        let rig = raising(errcode).await;
        let daemon = rig.daemon(Registry::default());
        the_third_fails_alone(&rig).await;
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_seems_unwell_is_so_for_one_event_only() {
    for errcode in ["53200", "25006"] {
        let rig = raising(errcode).await;
        let daemon = rig.daemon(Registry::default());
        the_third_fails_alone(&rig).await;
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_too_full_for_one_event_spends_none_of_its_attempts() {
    let rig = raising("53100").await;
    rig.run("update pipeline.stages set backoff_max = '1 hour'")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.until("(select count(*) = 5 from marketing.pipeline_events where status = 'processed')")
        .await;
    daemon.stop().await;
    let waits =
        "select concat(payload ->> 'n', ' ', attempts, ' ', error_message, ' ', run_at > now())
        from marketing.pipeline_events where status = 'pending'";
    assert_eq!(rig.text(waits).await, "3 0 not this one (53100) t");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constraint_that_speaks_at_the_commit_is_asked_before() {
    let rig = Rig::bare().await;
    rig.run(
        "create table public.parents (id bigint primary key);
        insert into public.parents select n from generate_series(1, 6) as n where n <> 3;
        create table public.children (
            parent_id bigint not null references public.parents (id) deferrable initially deferred
        )",
    )
    .await;
    rig.sql_stage(
        "a",
        "insert into public.children (parent_id) select (payload ->> 'n')::bigint
            from marketing.pipeline_events where id = any (event_ids); return;",
    )
    .await;
    rig.run("update pipeline.stages set max_attempts = 2").await;
    rig.emit("a", 6).await;
    let daemon = rig.daemon(Registry::default());
    the_third_fails_alone(&rig).await;
    daemon.stop().await;
    assert_eq!(rig.number("select count(*) from public.children").await, 5);
    let reason = "select error_message from marketing.pipeline_errors";
    let reason = rig.text(reason).await;
    assert!(reason.contains("children_parent_id_fkey"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_returned_twice_without_a_word_fails_once() {
    let rig = Rig::bare().await;
    rig.sql_stage(
        "a",
        "return query select id, ''::text from unnest(event_ids) as id union all select id, 'no' from unnest(event_ids) as id; return;",
    )
    .await;
    rig.run("update pipeline.stages set max_attempts = 1").await;
    rig.emit("a", 1).await;
    let daemon = rig.daemon(Registry::default());
    the_errors_are(&rig, "It failed, and no reason was given. (attempt 1 of 1").await;
    daemon.stop().await;

    // Named twice it ends once, whoever names it.
    rig.run("delete from marketing.pipeline_errors; delete from pipeline.stages")
        .await;
    rig.emit("b", 1).await;
    rig.run(
        "select pipeline.finish_events(array[id, id], '{failed,failed}', '{0,0}', '{t,t}', '{one,two}', 'b')
        from marketing.pipeline_events where event_type = 'b'",
    )
    .await;
    the_errors_are(&rig, "one").await;
}

async fn the_errors_are(rig: &Rig, begins: &str) {
    rig.until("exists (select from marketing.pipeline_errors)")
        .await;
    let errors = "select string_agg(error_message, '|') from marketing.pipeline_errors";
    let errors = rig.text(errors).await;
    assert!(
        errors.starts_with(begins) && !errors.contains('|'),
        "{errors}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_which_all_hang_ends_after_a_few_time_outs() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "perform pg_sleep(60); return;").await;
    rig.run("update pipeline.stages set timeout = '1 second', max_attempts = 1")
        .await;
    rig.emit("a", 16).await;
    let began = Instant::now();
    let daemon = rig.daemon(Registry::default());
    rig.until("exists (select from marketing.pipeline_events where status = 'failed')")
        .await;
    let took = began.elapsed();
    let put_back = "select count(*) from marketing.pipeline_events
        where status = 'pending' and attempts = 0 and error_message like 'put back%'";
    assert_eq!(rig.number(put_back).await, 14, "two were found");
    daemon.stop().await;
    // All of them, each alone and in every slice, would be 31 s.
    assert!(took < Duration::from_secs(25), "{took:?}");
}
