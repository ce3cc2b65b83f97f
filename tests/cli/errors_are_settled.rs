//! `errors`, `retry` and `cancel`: found, shown, tried again, settled.

use crate::cli::program::{Program, one_line};
use crate::support::cluster::{TestCluster, TestDatabase};

/// A company of a batch, its event failed as the engine fails one, and its child event failed too.
const FAILED: &str = "insert into intake.company_raw_intake (company, website, import_batch_id) \
    values ('Acme', 'acme.com', 'B1'), ('Beta', 'beta.com', 'B2');
insert into marketing.pipeline_events (event_type, payload, parent_id, root_id)
    select 'company_promoted', '{\"company_unique_id\": \"x\"}', id, id \
    from marketing.pipeline_events where payload ->> 'batch_id' = 'B1';
select pipeline.finish_events(array_agg(id), array_agg('failed'::text), array_agg(0::bigint), \
    array_agg(true), array_agg('The sky fell: hold it up. 100% sure'::text), 'a_stage') \
    from marketing.pipeline_events;\n";

async fn failed() -> (TestDatabase, Program) {
    let database = TestCluster::deployed_database().await;
    database.psql(FAILED).await;
    let program = Program::on(database.url());
    (database, program)
}

async fn statuses(database: &TestDatabase) -> String {
    let query = "select string_agg(status, ' ' order by id) from marketing.pipeline_events;\n";
    let lines = database.psql(query).await;
    lines.lines().nth(3).unwrap_or_default().trim().to_owned()
}

#[tokio::test]
async fn an_open_error_says_what_happened_and_the_command_that_goes_on() {
    let (_database, program) = failed().await;
    let out = program.run(&["errors"]).await.ok();
    assert!(out.contains("The sky fell: hold it up."), "{out}");
    let listing = program
        .run(&["errors", "--json", "--limit", "1"])
        .await
        .json();
    assert_eq!(listing["total"], 3);
    let errors = listing["errors"].as_array().expect("a list");
    assert_eq!(errors.len(), 1);
    let event = errors[0]["event_id"].as_i64().expect("an event");
    let what = errors[0]["what_to_do"].as_str().expect("a command");
    assert!(
        what.starts_with(&format!("pgcascade retry --event {event}")),
        "{what}"
    );
}

#[tokio::test]
async fn a_retried_event_waits_again_and_its_error_is_settled() {
    let (database, program) = failed().await;
    let out = program
        .run(&["retry", "--all-failed", "--dry-run"])
        .await
        .ok();
    assert!(
        out.contains("3 events would be retried: 2 company_created, 1 company_promoted"),
        "{out}"
    );
    assert_eq!(statuses(&database).await, "failed failed failed");

    let out = program.run(&["retry", "--all-failed"]).await.ok();
    assert!(out.contains("3 events were retried"), "{out}");
    assert_eq!(statuses(&database).await, "pending pending pending");
    let out = program.run(&["errors"]).await.ok();
    assert!(out.contains("No open errors"), "{out}");
    let out = program.run(&["errors", "--all"]).await.ok();
    assert!(out.contains("settled by requeue"), "{out}");
    let out = program.run(&["retry", "--all-failed"]).await.ok();
    assert!(out.contains("Nothing to retry"), "{out}");
}

#[tokio::test]
async fn filters_narrow_the_choice_together() {
    let (_database, program) = failed().await;
    let count = async |filters: &[&str]| {
        let arguments: Vec<&str> = [&["retry", "--dry-run", "--json"], filters].concat();
        program.run(&arguments).await.json()["events"].as_i64()
    };
    assert_eq!(
        count(&["--batch", "B1"]).await,
        Some(2),
        "the child is of its root's batch"
    );
    assert_eq!(
        count(&["--batch", "B1", "--type", "company_created"]).await,
        Some(1)
    );
    assert_eq!(count(&["--error", "SKY FELL"]).await, Some(3));
    assert_eq!(count(&["--error", "100% sure"]).await, Some(3));
    assert_eq!(count(&["--error", "earth"]).await, Some(0));
    assert_eq!(count(&["--type", "nonsense"]).await, Some(0));
}

#[tokio::test]
async fn a_finished_stage_is_run_again_for_a_batch() {
    let (database, program) = failed().await;
    database
        .psql(
            "update marketing.pipeline_events set status = 'processed';
            update intake.company_raw_intake set caused_by = id;\n",
        )
        .await;
    let again = [
        "retry",
        "--finished",
        "--batch",
        "B1",
        "--type",
        "company_promoted",
    ];
    let out = program.run(&again).await.ok();
    assert!(
        one_line(&out).contains("1 event was run again: 1 company_promoted"),
        "{out}"
    );
    assert_eq!(statuses(&database).await, "processed processed pending");
    let out = program.run(&again).await.ok();
    assert!(out.contains("no finished event"), "{out}");
    let said = program
        .run(&["retry", "--finished", "--batch", "B1"])
        .await
        .failed(2);
    assert!(said.contains("--type"), "{said}");
}

#[tokio::test]
async fn an_event_that_another_program_failed_is_found_too() {
    let (database, program) = failed().await;
    program.run(&["retry", "--all-failed"]).await.ok();
    database
        .psql("select marketing.mark_event_failed(min(id), 'n8n says no') from marketing.pipeline_events;\n")
        .await;
    let report = program
        .run(&["retry", "--all-failed", "--json"])
        .await
        .json();
    assert_eq!(report["events"], 1);
}

#[tokio::test]
async fn a_named_event_that_cannot_be_retried_is_explained() {
    let (database, program) = failed().await;
    database
        .psql("update marketing.pipeline_events set status = 'processed' where id = 1;\n")
        .await;
    let ended = program.run(&["retry", "--event", "1", "99999"]).await;
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.out.contains("Event 1 is processed: not retried"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("There is no event 99999"),
        "{}",
        ended.out
    );
}

#[tokio::test]
async fn a_cancelled_event_is_never_claimed_and_can_be_brought_back() {
    let (database, program) = failed().await;
    program.run(&["retry", "--all-failed"]).await.ok();
    let out = program.run(&["cancel", "--batch", "B1"]).await.ok();
    assert!(out.contains("2 events were cancelled"), "{out}");
    let ready = database
        .psql("select count(*) from pipeline.ready;\n")
        .await;
    assert!(one_line(&ready).contains("1 (1 row)"), "{ready}");
    let out = program.run(&["cancel", "--batch", "B1"]).await.ok();
    assert!(out.contains("Nothing to cancel"), "{out}");
    let out = program.run(&["retry", "--event", "1"]).await.ok();
    assert!(out.contains("1 event was retried"), "{out}");
    let report = program
        .run(&["cancel", "--all-unfinished", "--json"])
        .await
        .json();
    assert_eq!(report["events"], 2);
}

#[tokio::test]
async fn an_error_is_settled_by_a_person() {
    let (database, program) = failed().await;
    let arguments = [
        "errors",
        "resolve",
        "1",
        "2",
        "--by",
        "anna",
        "--notes",
        "typed it again",
    ];
    let out = program.run(&arguments).await.ok();
    assert!(
        out.contains("Error 1 is settled\nError 2 is settled"),
        "{out}"
    );
    let out = program.run(&["errors", "resolve", "1"]).await.ok();
    assert!(out.contains("settled before"), "{out}");
    let row = database
        .psql("select resolved_by, resolution_notes from marketing.pipeline_errors where id = 1;\n")
        .await;
    assert!(
        one_line(&row).contains("anna | typed it again (1 row)"),
        "{row}"
    );
    let said = program.run(&["errors", "resolve", "4711"]).await.failed(1);
    assert!(said.contains("There is no error 4711"), "{said}");
}

#[tokio::test]
async fn what_a_limit_holds_back_can_be_cancelled_and_a_pattern_is_only_text() {
    let (database, program) = failed().await;
    database
        .psql(
            "delete from pipeline.stages; update pipeline.alert_rules set enabled = false;
            insert into pipeline.limits (name, rate, period, key) values ('one', 1, '1 hour', 'k');
            insert into pipeline.stages (name, event_type, kind, target, limiter) values ('a', 'a', 'sql', 'pg_catalog.now', 'one');
            insert into marketing.pipeline_events (event_type) select 'a' from generate_series(1, 3);
            select pipeline.claim_in_database(id) from pipeline.stages;\n",
        )
        .await;
    let out = program.run(&["cancel", "--type", "a"]).await.ok();
    assert!(out.contains("2 events were cancelled"), "{out}");
    let out = program.run(&["retry", "--error", "_"]).await.ok();
    assert!(out.contains("Nothing to retry"), "{out}");
    let none = program.run(&["errors", "--limit", "0"]).await;
    assert_eq!(none.code, 2);
}

#[tokio::test]
async fn the_roles_made_for_people_may_use_the_program() {
    let (database, _) = failed().await;
    for (role, arguments) in [
        ("pgcascade_reader", ["errors", "--json"].as_slice()),
        ("pgcascade_reader", &["status", "--json"]),
        ("pgcascade_operator", &["retry", "--all-failed"]),
        ("pgcascade_operator", &["cancel", "--all-unfinished"]),
    ] {
        let user = format!("{role}_{}", database.name());
        database
            .psql(&format!(
                "do $$ begin if to_regrole('{user}') is null then \
                 create role {user} login password 'secret' in role {role}; end if; end $$;\n"
            ))
            .await;
        let url = database.url().reveal();
        let (_, place) = url.split_once('@').expect("a URL with a user");
        let url = format!("postgresql://{user}:secret@{place}");
        let program = Program::with("DATABASE_URL", &url);
        program.run(arguments).await.ok();
    }
}
