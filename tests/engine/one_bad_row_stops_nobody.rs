//! Whatever one row holds, or one event raises, the others go on.

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;
use crate::support::wait;

const NOTHING: &str = "return;";
/// Longer than any index takes, and not to be compressed.
const LONG: &str = "(select string_agg(md5(n::text), '') from generate_series(1, 300) as n)";

/// Runs `sql`, which must be refused, and returns the constraint or the state that did it.
async fn refusal(rig: &Rig, sql: &str) -> String {
    let error = rig
        .client
        .batch_execute(sql)
        .await
        .expect_err("it is refused");
    let error = error.as_db_error().expect("the server's answer").clone();
    let constraint = error.constraint().map(str::to_owned);
    constraint.unwrap_or_else(|| error.code().code().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_would_stop_a_stage_are_refused() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    for (sql, by) in [
        (
            "select pipeline.emit('a', run_at => 'infinity')",
            "times_must_be_finite",
        ),
        (
            "insert into marketing.pipeline_events (event_type, created_at) values ('a', '-infinity')",
            "times_must_be_finite",
        ),
        (
            "insert into marketing.pipeline_events (event_type, attempts) values ('a', 32767)",
            "attempts_must_stay_countable",
        ),
        (
            "insert into intake.company_raw_intake (import_batch_id) values (repeat('b', 201))",
            "import_batch_id_must_be_at_most_200_characters",
        ),
    ] {
        assert_eq!(refusal(&rig, sql).await, by, "{sql}");
    }
    rig.emit("a", 1).await;
    let retype = "update marketing.pipeline_events set event_type = 'b'";
    assert_eq!(refusal(&rig, retype).await, "PC002");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_an_endless_record_id_fails_alone() {
    let rig = Rig::bare().await;
    rig.sql_stage(
        "a",
        "return query select id, 'no'::text from marketing.pipeline_events
        where id = any (event_ids) and payload ? 'record_id'; return;",
    )
    .await;
    rig.run("update pipeline.stages set max_attempts = 1").await;
    rig.run(&format!(
        "insert into marketing.pipeline_events (event_type, payload)
        values ('a', jsonb_build_object('record_id', {LONG})), ('a', '{{}}')"
    ))
    .await;
    let daemon = rig.daemon(Registry::default());
    rig.until_idle().await;
    daemon.stop().await;
    let states = "select string_agg(status, ' ' order by id) from marketing.pipeline_events";
    assert_eq!(rig.text(states).await, "failed processed");
    let named = "select length(record_id)::text from marketing.pipeline_errors";
    assert_eq!(rig.text(named).await, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_key_of_a_limit_is_a_key_like_any_other() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(
        "insert into pipeline.limits (name, rate, period, key) values ('one', 1000, '1 second', 'k');
        update pipeline.stages set limiter = 'one'",
    )
    .await;
    rig.run(&format!(
        "insert into marketing.pipeline_events (event_type, payload) values ('a', jsonb_build_object('k', {LONG}))"
    ))
    .await;
    let daemon = rig.daemon(Registry::default());
    rig.until_idle().await;
    daemon.stop().await;
    let done = "select count(*) from marketing.pipeline_events where status = 'processed'";
    assert_eq!(rig.number(done).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_deleted_from_the_ledger_do_not_hide_those_behind_them() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run("update pipeline.stages set paused = true, batch_size = 10")
        .await;
    rig.emit("a", 300).await;
    rig.run("delete from marketing.pipeline_events").await;
    rig.emit("a", 1).await;
    let daemon = rig.daemon(Registry::default());
    rig.run("update pipeline.stages set paused = false").await;
    rig.until("(select status = 'processed' from marketing.pipeline_events)")
        .await;
    assert_eq!(rig.number("select count(*) from pipeline.ready").await, 0);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_a_limit_holds_back_do_not_hide_other_keys() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(
        "insert into pipeline.limits (name, rate, period, key) values ('one', 1, '1 hour', 'k');
        update pipeline.stages set limiter = 'one', batch_size = 1;
        insert into marketing.pipeline_events (event_type, payload)
        select 'a', '{\"k\": \"A\"}' from generate_series(1, 60);
        insert into marketing.pipeline_events (event_type, payload) values ('a', '{\"k\": \"B\"}')",
    )
    .await;
    let daemon = rig.daemon(Registry::default());
    rig.until(
        "(select count(*) = 2 and count(distinct payload ->> 'k') = 2 from marketing.pipeline_events where status = 'processed')",
    )
    .await;
    rig.until("(select count(*) = 59 from pipeline.parked)")
        .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_event_raises_it_fails_alone() {
    for state in ["42501", "40001", "55000", "57014", "XX000"] {
        let rig = Rig::bare().await;
        rig.sql_stage(
            "a",
            &format!(
                "if exists (select from marketing.pipeline_events where id = any (event_ids) and payload ->> 'n' = '3') then
                    raise exception 'not this one' using errcode = '{state}';
                end if;
                return;"
            ),
        )
        .await;
        rig.run("update pipeline.stages set max_attempts = 2").await;
        rig.emit("a", 5).await;
        let daemon = rig.daemon(Registry::default());
        rig.until("not exists (select from marketing.pipeline_events where status = 'pending')")
            .await;
        daemon.stop().await;
        let failed = "select string_agg(payload ->> 'n', ' ') from marketing.pipeline_events where status = 'failed'";
        assert_eq!(rig.text(failed).await, "3", "{state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_holds_costs_no_attempt() {
    let rig = Rig::bare().await;
    rig.run("create table public.counter (n integer); insert into public.counter values (0)")
        .await;
    rig.sql_stage("a", "update public.counter set n = n + 1; return;")
        .await;
    let holder = rig.session().await;
    let hold = "begin; update public.counter set n = 0";
    holder.batch_execute(hold).await.expect("a lock");
    rig.emit("a", 1).await;
    let daemon = rig.daemon(Registry::default());
    rig.until("(select error_message like '%lock%' from marketing.pipeline_events)")
        .await;
    holder.batch_execute("commit").await.expect("a commit");
    rig.until_idle().await;
    daemon.stop().await;
    let state = "select status || ' ' || attempts from marketing.pipeline_events";
    assert_eq!(rig.text(state).await, "processed 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_function_sets_for_its_session_ends_with_its_batch() {
    let rig = Rig::bare().await;
    let role = format!("nobody_{}", rig.text("select current_database()").await);
    rig.run(&format!("create role {role}")).await;
    rig.sql_stage(
        "a",
        &format!(
            "perform set_config('role', '{role}', false), set_config('statement_timeout', '1', false),
                set_config('search_path', 'nowhere', false); return;"
        ),
    )
    .await;
    let daemon = rig.daemon(Registry::default());
    for _ in 0..3 {
        rig.emit("a", 1).await;
        rig.until_idle().await;
    }
    daemon.stop().await;
    let done = "select count(*) from marketing.pipeline_events where status = 'processed'";
    assert_eq!(rig.number(done).await, 3);
    rig.run(&format!("drop role {role}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_taken_by_hand_is_seen_and_can_be_given_back() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(
        "update pipeline.stages set paused = true;
        insert into marketing.pipeline_events (event_type) values ('a');
        insert into marketing.pipeline_events (event_type, status) values ('a', 'processing');
        update marketing.pipeline_events set status = 'processing' where id = 1",
    )
    .await;
    assert_eq!(
        rig.number("select count(*) from pipeline.inflight").await,
        2
    );
    rig.run("update pipeline.inflight set claimed_at = now() - interval '1 hour'")
        .await;
    let advice = "select string_agg(distinct what_to_do, '|') from marketing.vw_stuck_events";
    let advice = rig.text(advice).await;
    assert!(advice.contains("Another program"), "{advice}");
    assert!(!advice.contains('|'), "{advice}");
    // Maintenance leaves alone what other programs hold.
    rig.run("select pipeline.maintain()").await;
    assert_eq!(
        rig.number("select count(*) from pipeline.inflight").await,
        2
    );
    rig.run("update marketing.pipeline_events set status = 'pending'")
        .await;
    assert_eq!(
        rig.number("select count(*) from pipeline.inflight").await,
        0
    );
    assert_eq!(rig.number("select count(*) from pipeline.ready").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chore_that_fails_keeps_no_other_from_being_done() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into pipeline.dedupe (event_type, key, event_id, expires_at) values ('a', 'k', 1, now() - interval '1 day');
        insert into pipeline.unrouted (event_id, event_type) values (99, 'gone');
        create or replace function pipeline.release_parked() returns void language plpgsql
        as $$ begin raise exception 'broken'; end $$",
    )
    .await;
    let failed = "select string_agg(chore || ': ' || problem, '|') from pipeline.maintain()";
    assert_eq!(
        rig.text(failed).await,
        "release_parked: broken (SQLSTATE P0001)"
    );
    let left =
        "select (select count(*) from pipeline.dedupe) + (select count(*) from pipeline.unrouted)";
    assert_eq!(rig.number(left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_reader_of_the_ledger_does_not_stop_maintenance() {
    let rig = Rig::bare().await;
    let reader = rig.session().await;
    let read = "begin; select count(*) from marketing.pipeline_events";
    reader.batch_execute(read).await.expect("a reader");
    rig.run(
        "select setval('marketing.pipeline_events_id_seq', 2000010);
        insert into pipeline.dedupe (event_type, key, event_id, expires_at) values ('a', 'k', 1, now() - interval '1 day')",
    )
    .await;
    let failed = "select string_agg(chore, '|') from pipeline.maintain()";
    assert_eq!(rig.text(failed).await, "ensure_partitions");
    assert_eq!(rig.number("select count(*) from pipeline.dedupe").await, 0);
    reader.batch_execute("rollback").await.expect("the end");
    wait::until("the partitions", async || {
        (rig.text(failed).await.is_empty()).then_some(())
    })
    .await;
}
