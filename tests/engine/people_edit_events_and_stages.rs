//! Rows are the interface: an UPDATE from psql requeues, cancels, postpones, pauses, repoints.

use pgcascade::engine::Registry;

use super::stages::EFFECTS;
use crate::support::daemon::Rig;

const EFFECT: &str = "insert into public.effects (n) select unnest(event_ids);";

#[tokio::test(flavor = "multi_thread")]
async fn setting_a_failed_event_to_pending_begins_anew() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage("counted", "raise exception 'broken';").await;
    rig.run("update pipeline.stages set max_attempts = 1").await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("counted", 1).await;
    rig.until("exists (select from marketing.vw_unresolved_errors)")
        .await;
    rig.run(&format!(
        "create or replace function public.counted_stage(event_ids bigint[])
        returns table (event_id bigint, error text) language plpgsql as $$ begin {EFFECT} end $$;
        update marketing.pipeline_events set status = 'pending' where status = 'failed'"
    ))
    .await;
    rig.until_idle().await;
    assert_eq!(rig.text("select status || ' ' || attempts || coalesce(error_message, '') from marketing.pipeline_events").await, "processed 1");
    assert_eq!(
        rig.text("select resolved_by from marketing.pipeline_errors")
            .await,
        "requeue"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_a_person_fails_is_in_the_error_log_once() {
    let rig = Rig::bare().await;
    rig.sql_stage("counted", EFFECT).await;
    rig.run("update pipeline.stages set paused = true").await;
    rig.emit("counted", 4).await;
    rig.run(
        "update marketing.pipeline_events set status = 'processed' where id = 2;
        update marketing.pipeline_events set status = 'cancelled' where id = 3;
        update marketing.pipeline_events set status = 'failed', error_message = 'no good' where id = 1;
        update marketing.pipeline_events set status = 'failed' where id in (2, 3);
        update marketing.pipeline_events set status = 'failed', error_message = 'still no good'
        where id in (1, 2);
        select marketing.mark_event_failed(4, 'could not')",
    )
    .await;
    let logged = "select string_agg(
            format('%s %s %s', event_id, error_message, error_details ->> 'stage'), ', ' order by event_id
        ) from marketing.pipeline_errors where not resolved";
    let user = rig.text("select session_user::text").await;
    assert_eq!(
        rig.text(logged).await,
        format!(
            "1 no good counted, 2 set to failed by {user} counted, \
             3 set to failed by {user} counted, 4 could not counted"
        )
    );
    rig.run("update marketing.pipeline_events set status = 'pending' where id = 1")
        .await;
    let open = "select count(*) from marketing.pipeline_errors where not resolved";
    assert_eq!(rig.number(open).await, 3, "a requeue settles it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_cancelled_postponed_and_brought_forward_by_update() {
    let rig = Rig::bare().await;
    rig.sql_stage("counted", EFFECT).await;
    rig.emit("counted", 3).await;
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled' where id = 1;
        update marketing.pipeline_events set run_at = now() + interval '1 day' where id = 2;
        update marketing.pipeline_events set priority = 1 where id = 3",
    )
    .await;
    assert_eq!(
        rig.text("select string_agg(event_id || ':' || priority, ' ') from pipeline.ready")
            .await,
        "3:1"
    );
    assert_eq!(
        rig.number("select event_id from pipeline.scheduled").await,
        2
    );
    assert_eq!(rig.number("select count(*) from marketing.pipeline_events where status = 'cancelled' and processed_at is not null").await, 1);
    rig.run(
        "update marketing.pipeline_events set run_at = now() where id = 2;
        update marketing.pipeline_events set status = 'pending' where id = 1",
    )
    .await;
    assert_eq!(
        rig.text("select string_agg(event_id::text, ' ' order by event_id) from pipeline.ready")
            .await,
        "1 2 3"
    );
    assert_eq!(
        rig.number("select count(*) from pipeline.scheduled").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_may_do_the_work_through_the_old_functions() {
    let rig = Rig::bare().await;
    rig.sql_stage("counted", EFFECT).await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, payload)
        select 'counted', jsonb_build_object('record_id', n) from generate_series(1, 3) as n;
        select marketing.mark_event_processed(1);
        select marketing.mark_event_failed(2, 'could not');
        select marketing.log_pipeline_error('counted', '3', 'lost its page', '{\"code\": 404}')",
    )
    .await;
    let statuses = "select string_agg(id || ' ' || status || ' ' || retry_count, ', ' order by id) from marketing.pipeline_events";
    assert_eq!(
        rig.text(statuses).await,
        "1 processed 0, 2 failed 1, 3 failed 1"
    );
    assert_eq!(rig.number("select count(*) from pipeline.ready").await, 0);
    assert_eq!(
        rig.number("select event_id from marketing.pipeline_errors where record_id = '3'")
            .await,
        3
    );
    rig.run("select marketing.resolve_pipeline_error(id, 'anna', 'page restored') from marketing.pipeline_errors").await;
    assert_eq!(
        rig.number("select count(*) from marketing.vw_unresolved_errors")
            .await,
        0
    );

    let unknown = rig
        .client
        .batch_execute("select marketing.mark_event_processed(99)")
        .await
        .expect_err("no such event");
    let unknown = unknown.as_db_error().expect("from the server");
    assert_eq!(
        (unknown.code().code(), unknown.message()),
        ("PC001", "There is no event 99.")
    );
    assert!(
        unknown
            .hint()
            .is_some_and(|hint| hint.contains("pipeline_events"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_waits_for_a_claim_and_finds_it_processed() {
    let mut rig = Rig::bare().await;
    rig.sql_stage("counted", EFFECT).await;
    rig.emit("counted", 1).await;
    let other = rig.session().await;
    let watcher = rig.session().await;
    let stage_id: i16 = rig.rows("select id from pipeline.stages", &[]).await[0].get(0);
    let tx = rig.client.transaction().await.expect("a transaction");
    tx.query("select * from pipeline.claim_in_database($1)", &[&stage_id])
        .await
        .expect("a claim");
    let cancelling = tokio::spawn(async move {
        other
            .execute("update marketing.pipeline_events set status = 'cancelled' where status = 'pending'", &[])
            .await
    });
    crate::support::wait::until("the cancellation to wait for the claim", async || {
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let row = watcher.query_one(waiting, &[]).await.expect("a look");
        (row.get::<_, i64>(0) == 1).then_some(())
    })
    .await;
    tx.commit().await.expect("commits");
    assert_eq!(cancelling.await.expect("no panic").expect("an update"), 0);
    assert_eq!(
        rig.text("select status from marketing.pipeline_events")
            .await,
        "processed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_stage_claims_nothing_until_it_is_resumed() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.sql_stage("counted", EFFECT).await;
    rig.sql_stage("other", EFFECT).await;
    let daemon = rig.daemon(Registry::default());
    rig.run("update pipeline.stages set paused = true where name = 'counted'")
        .await;
    rig.emit("counted", 5).await;
    rig.emit("other", 1).await;
    rig.until("(select count(*) from public.effects) = 1").await;
    assert_eq!(rig.number("select count(*) from pipeline.ready").await, 5);
    assert_eq!(
        rig.number("select count(*) from pipeline.stages where paused_at is not null")
            .await,
        1
    );
    rig.run("update pipeline.stages set paused = false").await;
    rig.until("(select count(*) from public.effects) = 6").await;
    assert_eq!(
        rig.number("select count(*) from pipeline.stages where paused_at is not null")
            .await,
        0
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_no_stage_handles_wait_for_one() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("counted", 3).await;
    assert_eq!(
        rig.number("select events from marketing.vw_unrouted_events")
            .await,
        3
    );
    rig.sql_stage("counted", EFFECT).await;
    rig.until("(select count(*) from public.effects) = 3").await;
    assert_eq!(
        rig.number("select count(*) from pipeline.unrouted").await,
        0
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_whose_code_is_missing_keeps_its_events() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "nobody_knows").await;
    rig.sql_stage("counted", EFFECT).await;
    rig.run("drop function public.counted_stage(bigint[])")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("called", 1).await;
    rig.emit("counted", 1).await;
    rig.run(&format!(
        "create function public.counted_stage(event_ids bigint[])
        returns table (event_id bigint, error text) language plpgsql as $$ begin {EFFECT} end $$;
        update pipeline.stages set batch_size = 100 where name = 'counted'"
    ))
    .await;
    rig.until("(select count(*) from public.effects) = 1").await;
    assert_eq!(
        rig.text("select event_type from marketing.pipeline_events where status = 'pending'")
            .await,
        "called"
    );
    daemon.stop().await;
}

/// What was failed, and why: of each event in the order of their ids.
const REASONS: &str = "select string_agg(split_part(error_message, ' (', 1), ', ' order by id) from marketing.pipeline_events";

/// A stage's function is called by name in a statement of ours, once with the claim (volatile) and
/// once after it (stable).
#[tokio::test(flavor = "multi_thread")]
async fn a_function_of_any_name_that_returns_too_much_is_understood() {
    let rig = Rig::bare().await;
    for (stage, declared) in [("a", "volatile"), ("b", "stable")] {
        let schema = format!("\"Odd \"\"{stage}\"\".(schema)\"");
        let name = format!("{schema}.\"stage_function(\n'); select 1; --\"");
        rig.run(&format!(
            "create schema {schema};
            create function {name}(event_ids bigint[]) returns table (event_id integer, error varchar) {declared} language sql as $$
                select id, told from (values (1, null::bigint, 'of none'), (2, 0, 'of another'), (3, event_ids[1], null),
                    (4, event_ids[1], 'first'), (5, event_ids[1], 'second')) as said (place, id, told) order by place
            $$;
            insert into pipeline.stages (name, event_type, kind, target, max_attempts)
            select '{stage}', '{stage}', 'sql', $${name}$$, 1"
        ))
        .await;
    }
    let daemon = rig.daemon(Registry::default());
    rig.emit("a", 1).await;
    rig.emit("b", 1).await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.text(REASONS).await, "first, first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_of_the_same_name_in_another_schema_is_not_the_stages() {
    let rig = Rig::bare().await;
    let told =
        |word| format!("return query select id, '{word}'::text from unnest(event_ids) as id;");
    rig.sql_stage("a", &told("its own")).await;
    rig.run("update pipeline.stages set max_attempts = 1").await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("a", 1).await;
    rig.until_idle().await;
    // It comes first in the search_path.
    rig.run(&format!(
        "create schema authorization current_user;
        set search_path = \"$user\";
        create function a_stage(event_ids bigint[]) returns table (event_id bigint, error text) language plpgsql
            as $$ begin {} end $$;
        reset search_path",
        told("another")
    ))
    .await;
    rig.emit("a", 1).await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.text(REASONS).await, "its own, its own");
}

/// It runs beside this schema during a deploy.
#[tokio::test]
async fn a_daemon_of_the_version_before_claims_and_runs_its_batches() {
    let rig = Rig::bare().await;
    let body = "return query select id, 'told'::text from unnest(event_ids) as id where id = 2;";
    rig.sql_stage("a", body).await;
    rig.emit("a", 3).await;
    let batch = "select concat_ws(' ', claimed, failed_ids, attempts, errors, held_id, epoch)
        from pipeline.stages cross join pipeline.run_sql_batch(id, array_fill(0::bigint, array[10]), 1)";
    assert_eq!(rig.text(batch).await, "3 {2} {1} {told}");
    assert_eq!(rig.text(batch).await, "0");
}

/// Sessions keep the call of a stage's function.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_replaced_or_made_anew_is_the_one_that_runs() {
    let rig = Rig::bare().await;
    let told =
        |word| format!("return query select id, '{word}'::text from unnest(event_ids) as id;");
    rig.sql_stage("a", &told("first")).await;
    rig.run("update pipeline.stages set max_attempts = 1").await;
    let daemon = rig.daemon(Registry::default());
    // More than a session needs to keep a plan.
    for _ in 0..8 {
        rig.emit("a", 1).await;
        rig.until_idle().await;
    }
    for (change, word) in [
        ("create or replace function", "replaced"),
        (
            "drop function public.a_stage(bigint[]); create function",
            "made anew",
        ),
    ] {
        rig.run(&format!(
            "begin; {change} public.a_stage(event_ids bigint[]) returns table (event_id bigint, error text)
            language plpgsql as $$ begin {} end $$; commit",
            told(word)
        ))
        .await;
        rig.emit("a", 1).await;
        rig.until_idle().await;
    }
    daemon.stop().await;
    let said = rig.text(REASONS).await;
    assert!(said.ends_with("first, replaced, made anew"), "{said}");
}

/// What is declared stable reads as the statement that calls it does.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_sees_its_events_begun_whatever_it_is_declared() {
    let rig = Rig::bare().await;
    let look = "return query select id, status || ' ' || attempts from marketing.pipeline_events where id = any (event_ids)";
    for (stage, declared) in [("a", "volatile"), ("b", "stable")] {
        rig.sql_stage(stage, &format!("{look};")).await;
        rig.run(&format!(
            "alter function public.{stage}_stage(bigint[]) {declared}"
        ))
        .await;
    }
    rig.run("update pipeline.stages set max_attempts = 1").await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("a", 1).await;
    rig.emit("b", 1).await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.text(REASONS).await, "processed 1, processed 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_by_a_constraint_that_says_so() {
    let rig = Rig::bare().await;
    for (sql, constraint) in [
        (
            "insert into marketing.pipeline_events (event_type, payload) values ('a', '[]')",
            "payload_must_be_a_json_object",
        ),
        (
            "insert into marketing.pipeline_events (event_type) values ('')",
            "event_type_must_be_1_to_100_characters",
        ),
        (
            "insert into marketing.pipeline_events (event_type, priority) values ('a', 11)",
            "priority_must_be_1_to_10",
        ),
        (
            "insert into marketing.pipeline_events (event_type, status) values ('a', 'done')",
            "status_must_be_known",
        ),
        (
            "insert into pipeline.stages (name, event_type, kind, target) values ('A b', 'a', 'sql', 'x')",
            "stage_name_must_be_snake_case",
        ),
        (
            "insert into pipeline.stages (name, event_type, kind, target, backoff) values ('a', 'a', 'sql', 'x', '0')",
            "backoff_must_be_positive_and_within_its_maximum",
        ),
    ] {
        let error = rig.client.batch_execute(sql).await.expect_err(sql);
        assert_eq!(
            error.as_db_error().and_then(|error| error.constraint()),
            Some(constraint),
            "{sql}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_not_lost_to_a_stage_that_comes_while_it_is_routed() {
    let rig = Rig::bare().await;
    rig.sql_stage("other", EFFECT).await;
    // The writer waits in the middle of routing: somebody has a row of the schedule that it is to write.
    let holder = rig.session().await;
    holder
        .batch_execute(
            "begin; insert into pipeline.scheduled (run_at, event_id) values ('2100-01-01', 900001)",
        )
        .await
        .expect("a row");
    let writer = rig.session().await;
    let writing = tokio::spawn(async move {
        writer
            .batch_execute(
                "insert into marketing.pipeline_events (id, event_type, run_at)
                values (900000, 'late', now()), (900001, 'late', '2100-01-01')",
            )
            .await
    });
    rig.until("exists (select from pg_stat_activity where query like '%900000%''late''%' and wait_event_type = 'Lock' and pid <> pg_backend_pid())")
        .await;
    rig.run("insert into pipeline.stages (name, event_type, kind, target) select 'late', 'late', kind, target from pipeline.stages")
        .await;
    holder.batch_execute("rollback").await.expect("an end");
    writing.await.expect("no panic").expect("no error");
    rig.run("select pipeline.maintain()").await;
    let queued = "select count(*) from pipeline.ready where event_id = 900000";
    assert_eq!(rig.number(queued).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_written_while_their_stage_is_deleted_wait_for_another() {
    let rig = Rig::bare().await;
    rig.sql_stage("one", EFFECT).await;
    rig.run("insert into pipeline.stages (name, event_type, kind, target) select 'two', 'one', kind, target from pipeline.stages")
        .await;
    let writer = rig.session().await;
    writer
        .batch_execute("begin; insert into marketing.pipeline_events (event_type) values ('one')")
        .await
        .expect("an event and a copy");
    rig.run("delete from pipeline.stages").await;
    writer.batch_execute("commit").await.expect("a commit");
    rig.run("select pipeline.maintain()").await;
    let queued = "select count(*) from pipeline.ready";
    assert_eq!(rig.number(queued).await, 0);
    // Each was addressed to its own stage, as those that a deletion finds.
    let cancelled = "select count(*) from marketing.pipeline_events where status = 'cancelled'";
    assert_eq!(rig.number(cancelled).await, 2);

    rig.sql_stage("alone", EFFECT).await;
    writer
        .batch_execute("begin; insert into marketing.pipeline_events (event_type) values ('alone')")
        .await
        .expect("an event");
    rig.run("delete from pipeline.stages").await;
    writer.batch_execute("commit").await.expect("a commit");
    rig.run("insert into pipeline.stages (name, event_type, kind, target) values ('again', 'alone', 'sql', 'public.alone_stage')")
        .await;
    rig.run("select pipeline.maintain()").await;
    assert_eq!(rig.number(queued).await, 1, "under the new stage");
    let lost = "select count(*) from pipeline.ready where stage_id not in (select id from pipeline.stages)";
    assert_eq!(rig.number(lost).await, 0);
}
