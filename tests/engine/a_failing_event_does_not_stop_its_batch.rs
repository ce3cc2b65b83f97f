//! The others commit; the culprit is tried again, and in the end it is failed with a reason.

use pgcascade::engine::Registry;

use super::stages::{EFFECTS, Effects};
use crate::support::daemon::Rig;

/// Fails at n = 7 and n = 77, in one way or another.
async fn run_with(failure: &str) -> Rig {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage("counted", failure).await;
    rig.run("update pipeline.stages set max_attempts = 3").await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("counted", 200).await;
    rig.until_idle().await;
    daemon.stop().await;
    rig
}

async fn two_failed_after_three_attempts(rig: &Rig, reason: &str) {
    assert_eq!(rig.number("select count(*) from public.effects").await, 198);
    let failed = "select string_agg(payload ->> 'n', ' ' order by id) from marketing.pipeline_events where status = 'failed'";
    assert_eq!(rig.text(failed).await, "7 77");
    assert_eq!(
        rig.number("select sum(attempts) from marketing.pipeline_events where status = 'failed'")
            .await,
        6
    );
    assert_eq!(
        rig.number(
            "select max(attempts)::bigint from marketing.pipeline_events where status = 'processed'"
        )
        .await,
        1
    );
    assert_eq!(rig.number("select count(*) from marketing.pipeline_errors where severity = 'error' and event_id is not null").await, 2);
    let message = rig
        .text("select min(error_message) from marketing.pipeline_errors")
        .await;
    assert!(message.contains(reason), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_raised_by_a_function_is_pinned_to_its_event() {
    let rig = run_with(
        "if exists (select from marketing.pipeline_events where id = any (event_ids) and payload ->> 'n' in ('7', '77')) then
            raise exception 'cannot digest this';
        end if;
        insert into public.effects (n) select (payload ->> 'n')::bigint from marketing.pipeline_events where id = any (event_ids);",
    )
    .await;
    two_failed_after_three_attempts(&rig, "cannot digest this").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_returned_by_a_function_is_its_events_own() {
    let rig = run_with(
        "insert into public.effects (n) select (payload ->> 'n')::bigint from marketing.pipeline_events
            where id = any (event_ids) and payload ->> 'n' not in ('7', '77');
        return query select id, 'not to my taste' from marketing.pipeline_events
            where id = any (event_ids) and payload ->> 'n' in ('7', '77');",
    )
    .await;
    two_failed_after_three_attempts(&rig, "not to my taste").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_database_is_pinned_to_its_event() {
    let rig = run_with(
        "insert into public.effects (n) select case when payload ->> 'n' in ('7', '77') then null else (payload ->> 'n')::bigint end
            from marketing.pipeline_events where id = any (event_ids);",
    )
    .await;
    two_failed_after_three_attempts(&rig, "not-null").await;
    // The reason names the constraint or column, never the row's values.
    let leaked =
        "select count(*) from marketing.pipeline_errors where error_message like '%Failing row%'";
    assert_eq!(rig.number(leaked).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_of_a_stage_is_a_failed_attempt_of_its_event() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("counted", "effects").await;
    rig.run("update pipeline.stages set max_attempts = 2, concurrency = 1")
        .await;
    let registry = Registry::default()
        .in_database("effects", Effects { panics_at_13: true })
        .expect("one stage");
    let daemon = rig.daemon(registry);
    rig.emit("counted", 20).await;
    rig.until_idle().await;
    assert_eq!(rig.number("select count(*) from public.effects").await, 19);
    let reason = rig
        .text("select error_message from marketing.pipeline_events where status = 'failed'")
        .await;
    assert!(reason.contains("panicked"), "{reason}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_takes_too_long_is_nobodys_loss() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage(
        "slow",
        "if exists (select from marketing.pipeline_events where id = any (event_ids) and payload ->> 'n' = '2') then
            perform pg_sleep(60);
        end if;
        insert into public.effects (n) select (payload ->> 'n')::bigint from marketing.pipeline_events where id = any (event_ids);",
    )
    .await;
    rig.run("update pipeline.stages set max_attempts = 1, timeout = '1 second'")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("slow", 3).await;
    rig.until_idle().await;
    assert_eq!(
        rig.text("select string_agg(n::text, ' ' order by n) from public.effects")
            .await,
        "1 3"
    );
    let reason = rig
        .text("select error_message from marketing.pipeline_events where status = 'failed'")
        .await;
    assert!(reason.contains("timeout"), "{reason}");
    daemon.stop().await;
}
