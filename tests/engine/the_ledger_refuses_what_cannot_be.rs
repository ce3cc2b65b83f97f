//! No row that cannot be gets into the ledger, whoever writes it, and by whichever statement.

use std::collections::BTreeSet;

use crate::support::daemon::Rig;

/// The name of the constraint that refuses a statement; the SQLSTATE where none does.
async fn refusal(rig: &Rig, sql: &str) -> String {
    let error = rig.client.batch_execute(sql).await.expect_err(sql);
    let error = error.as_db_error().expect("the server's answer").clone();
    let constraint = error.constraint().map(str::to_owned);
    constraint.unwrap_or_else(|| error.code().code().to_owned())
}

/// What is set, and what refuses it; `attempts` and the like are written to an event that waits.
const IMPOSSIBLE: [(&str, &str); 20] = [
    ("payload = '[]'", "payload_must_be_a_json_object"),
    ("payload = null", "23502"),
    ("status = 'done'", "status_must_be_known"),
    ("status = null", "23502"),
    ("priority = 0", "priority_must_be_1_to_10"),
    ("priority = 11", "priority_must_be_1_to_10"),
    ("attempts = -1", "attempts_must_not_be_negative"),
    ("crashes = -1", "attempts_must_not_be_negative"),
    ("attempts = 1001", "attempts_must_stay_countable"),
    ("crashes = 101", "attempts_must_stay_countable"),
    ("run_at = 'infinity'", "times_must_be_finite"),
    ("created_at = '-infinity'", "times_must_be_finite"),
    ("processed_at = now()", "finished_events_have_a_time"),
    // As the engine writes them, but for one thing.
    (
        "status = 'processed', claimed_at = now(), processed_at = now(), attempts = 1001",
        "attempts_must_stay_countable",
    ),
    (
        "status = 'processed', claimed_at = now(), processed_at = now(), crashes = 101",
        "attempts_must_stay_countable",
    ),
    (
        "status = 'processed', claimed_at = now(), processed_at = now(), retry_count = -1",
        "retry_count_must_stay_countable",
    ),
    (
        "status = 'processing', claimed_at = now(), attempts = 1001",
        "attempts_must_stay_countable",
    ),
    (
        "status = 'processing', claimed_at = now(), processed_at = now()",
        "finished_events_have_a_time",
    ),
    (
        "status = 'processings', claimed_at = now()",
        "status_must_be_known",
    ),
    ("event_type = 'another'", "PC002"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_update_cannot_make_an_event_impossible() {
    let rig = Rig::bare().await;
    rig.emit("a", 1).await;
    for (set, by) in IMPOSSIBLE {
        let sql = format!("update marketing.pipeline_events set {set}");
        assert_eq!(refusal(&rig, &sql).await, by, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_cannot_make_an_event_impossible() {
    let rig = Rig::bare().await;
    let into = "insert into marketing.pipeline_events";
    for (columns, by) in [
        (
            "(event_type) values (' a')",
            "event_type_must_be_1_to_100_characters",
        ),
        (
            "(event_type) values (repeat('a', 101))",
            "event_type_must_be_1_to_100_characters",
        ),
        (
            "(event_type, status) values ('a', 'processed')",
            "finished_events_have_a_time",
        ),
        (
            "(event_type, status, processed_at) values ('a', 'failed', now())",
            "failed_events_say_why",
        ),
        (
            "(event_type, processed_at) values ('a', now())",
            "finished_events_have_a_time",
        ),
        (
            "(event_type, retry_count) values ('a', -1)",
            "retry_count_must_stay_countable",
        ),
        (
            "(event_type, priority) values ('a', 1), ('a', 11), ('a', 2)",
            "priority_must_be_1_to_10",
        ),
        (
            "(event_type, payload) values ('b', '[]')",
            "payload_must_be_a_json_object",
        ),
    ] {
        let sql = format!("{into} {columns}");
        assert_eq!(refusal(&rig, &sql).await, by, "{sql}");
    }
}

/// One event that waits for one stage is looked at by a shorter way: what is set to make it impossible.
#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_a_stage_handles_cannot_either() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    rig.run("insert into pipeline.stages (name, event_type, kind, target) values ('blank', ' a', 'sql', 'x'), ('none', '', 'sql', 'x')")
        .await;
    let mut tried = BTreeSet::from(["event_type_must_be_1_to_100_characters"]);
    for (columns, values, by) in [
        ("payload", "'[]'", "payload_must_be_a_json_object"),
        ("priority", "0", "priority_must_be_1_to_10"),
        ("priority", "11", "priority_must_be_1_to_10"),
        ("crashes", "-1", "attempts_must_not_be_negative"),
        ("crashes", "101", "attempts_must_stay_countable"),
        ("attempts", "-1", "attempts_must_not_be_negative"),
        ("attempts", "1001", "attempts_must_stay_countable"),
        ("retry_count", "-1", "retry_count_must_stay_countable"),
        ("run_at", "'infinity'", "times_must_be_finite"),
        ("run_at", "'-infinity'", "times_must_be_finite"),
        ("created_at", "'infinity'", "times_must_be_finite"),
        ("created_at", "'-infinity'", "times_must_be_finite"),
        ("processed_at", "now()", "finished_events_have_a_time"),
        ("status", "'done'", "status_must_be_known"),
        (
            "status, processed_at",
            "'failed', now()",
            "failed_events_say_why",
        ),
    ] {
        let sql = format!(
            "insert into marketing.pipeline_events (event_type, {columns}) values ('a', {values})"
        );
        assert_eq!(refusal(&rig, &sql).await, by, "{sql}");
        tried.insert(by);
    }
    for event_type in [" a", ""] {
        let sql =
            format!("insert into marketing.pipeline_events (event_type) values ('{event_type}')");
        let by = "event_type_must_be_1_to_100_characters";
        assert_eq!(refusal(&rig, &sql).await, by, "{sql}");
    }
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events")
            .await,
        0
    );

    // The shorter way asks by itself: a constraint that the domain gets must be tried on it.
    let constraints = "select string_agg(conname, ' ' order by conname collate \"C\")
        from pg_constraint where contypid = 'pipeline.sound_event'::regtype";
    let tried: Vec<&str> = tried.into_iter().collect();
    assert_eq!(rig.text(constraints).await, tried.join(" "));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_partition_refuses_the_same() {
    let rig = Rig::bare().await;
    rig.run("select setval('marketing.pipeline_events_id_seq', 7000000)")
        .await;
    rig.run("select pipeline.ensure_partitions()").await;
    let sql = "insert into marketing.pipeline_events (event_type, status) values ('a', 'done')";
    assert_eq!(refusal(&rig, sql).await, "status_must_be_known");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_copied_or_corrected_by_hand_counts_its_retries() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, status, attempts, processed_at, error_message)
        values ('a', 'failed', 3, now(), 'broken'), ('a', 'processed', 2, now(), null)",
    )
    .await;
    let counts = "select string_agg(attempts || ' ' || retry_count, ', ' order by id) from marketing.pipeline_events";
    assert_eq!(rig.text(counts).await, "3 3, 2 1");
    rig.run("update marketing.pipeline_events set attempts = 5")
        .await;
    assert_eq!(rig.text(counts).await, "5 5, 5 4");
    rig.run("update marketing.pipeline_events set status = 'pending'")
        .await;
    assert_eq!(rig.text(counts).await, "0 0, 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_has_begun_is_copied_with_its_attempts() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, status, attempts, claimed_at)
        values ('a', 'processing', 2, '2026-01-02')",
    )
    .await;
    let copy = "select concat_ws(' ', attempts, retry_count, claimed_at::date, (select count(*) from pipeline.inflight))
        from marketing.pipeline_events";
    assert_eq!(rig.text(copy).await, "2 1 2026-01-02 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_are_counted_whatever_somebody_writes() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, attempts, retry_count) values ('a', 0, 7);
        insert into marketing.pipeline_events (event_type, attempts, retry_count) values ('a', 2, 0), ('a', 0, 7)",
    )
    .await;
    let counts = "select string_agg(attempts || ' ' || retry_count, ', ' order by id) from marketing.pipeline_events";
    assert_eq!(rig.text(counts).await, "0 0, 2 2, 0 0");
    rig.run("update marketing.pipeline_events set retry_count = retry_count + 1")
        .await;
    assert_eq!(rig.text(counts).await, "0 0, 2 2, 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finishes_an_event_by_hand_need_not_say_when() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    rig.emit("a", 2).await;
    rig.run(
        "update marketing.pipeline_events set status = 'processed', claimed_at = now() where id = 1;
        update marketing.pipeline_events set status = 'failed', claimed_at = now() where id = 2",
    )
    .await;
    let finished = "select count(*) from marketing.pipeline_events where processed_at is not null";
    assert_eq!(rig.number(finished).await, 2);
    assert_eq!(rig.number("select count(*) from pipeline.ready").await, 0);
}
