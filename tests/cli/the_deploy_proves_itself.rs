//! `deploy`: what it prints, that it may be repeated, and what stops it before anything is changed.

use crate::cli::program::{Program, one_line};
use crate::support::cluster::TestCluster;
use crate::support::wait;

/// The manual's lines, in its order; the number of triggers is the true one.
const STEPS: [&str; 9] = [
    "✅ Connected to PostgreSQL ",
    "📦 Deploying: PostgreSQL Triggers & Event Queue",
    "   ✅ Success!",
    "📦 Deploying: Error Logging System",
    "   ✅ Success!",
    "🔍 VERIFYING TRIGGERS",
    "   Found ",
    "🧪 TESTING EVENT FLOW",
    "   ✅ Event system working!",
];

#[tokio::test]
async fn a_deploy_prints_the_steps_of_the_manual_and_every_trigger_by_name() {
    let database = TestCluster::shared_database().await;
    let out = Program::on(database.url()).run(&["deploy"]).await.ok();
    let mut lines = out.lines();
    for step in STEPS {
        assert!(
            lines.any(|line| line.starts_with(step)),
            "no \"{step}\" in its place: {out}"
        );
    }
    let listed = out
        .lines()
        .filter(|line| line.starts_with("    trigger_"))
        .count();
    assert!(
        out.contains(&format!("   Found {listed} event triggers\n")),
        "{out}"
    );
    let query = "select count(distinct (event_object_schema, event_object_table, trigger_name)) \
                 as triggers from information_schema.triggers where trigger_name like \
                 'trigger_%event';\n";
    let counted = database.psql(query).await;
    assert!(
        counted.contains(&format!("{listed}\n(1 row)")),
        "{listed}: {counted}"
    );
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[tokio::test]
async fn a_second_deploy_changes_nothing_and_no_trace_of_the_tests_stays() {
    let database = TestCluster::shared_database().await;
    let program = Program::on(database.url());
    program.run(&["deploy"]).await.ok();
    let out = program.run(&["deploy"]).await.ok();
    assert!(out.contains("0 migrations applied"), "{out}");
    let query = "select (select count(*) from intake.company_raw_intake) + (select count(*) from \
                 marketing.pipeline_events) + (select count(*) from marketing.pipeline_errors) \
                 + (select count(*) from pipeline.ready) as traces;\n";
    let counted = database.psql(query).await;
    assert!(
        one_line(&counted).contains("traces -------- 0 (1 row)"),
        "{counted}"
    );
}

#[tokio::test]
async fn two_deploys_at_once_both_succeed() {
    let database = TestCluster::shared_database().await;
    let program = Program::on(database.url());
    let (one, two) = wait::within("both deploys", async {
        tokio::join!(
            program.run(&["deploy", "--json"]),
            program.run(&["deploy", "--json"])
        )
    })
    .await;
    let applied = |report: &serde_json::Value| {
        assert_eq!(report["event_flow_works"], true);
        report["migrations_applied"]
            .as_array()
            .expect("a list")
            .len()
    };
    let (one, two) = (applied(&one.json()), applied(&two.json()));
    assert!(one == 0 || two == 0, "one did it all: {one}, {two}");
    assert!(one + two > 0);
}

#[tokio::test]
async fn a_check_says_what_would_be_done_and_does_nothing() {
    let database = TestCluster::shared_database().await;
    let program = Program::on(database.url());
    let before = program.run(&["deploy", "--check"]).await;
    assert_eq!(before.code, 1, "{before:?}");
    assert!(before.out.contains("nothing was changed"), "{}", before.out);
    assert!(before.out.contains("migrations"), "{}", before.out);
    let schemas = database
        .psql("select to_regnamespace('pipeline') is null as untouched;\n")
        .await;
    assert!(
        one_line(&schemas).contains("untouched ----------- t"),
        "{schemas}"
    );

    program.run(&["deploy"]).await.ok();
    let after = program.run(&["deploy", "--check", "--json"]).await;
    assert_eq!(after.code, 0, "{after:?}");
    assert_eq!(after.json()["up_to_date"], true);
}

#[tokio::test]
async fn a_check_names_what_somebody_has_changed_and_a_deploy_mends_it() {
    let database = TestCluster::deployed_database().await;
    let program = Program::on(database.url());
    let edit = "create or replace function marketing.payload_id(payload jsonb, key text) returns \
                bigint language sql as 'select 1::bigint';\ndrop view marketing.vw_throughput;\n";
    database.psql(edit).await;
    let check = program.run(&["deploy", "--check"]).await;
    assert_eq!(check.code, 1, "{check:?}");
    assert!(
        check
            .out
            .contains("replace the function marketing.payload_id"),
        "{}",
        check.out
    );
    assert!(
        check
            .out
            .contains("create the view marketing.vw_throughput"),
        "{}",
        check.out
    );
    program.run(&["deploy"]).await.ok();
    program.run(&["deploy", "--check"]).await.ok();
}

#[tokio::test]
async fn tables_of_our_names_that_others_made_stop_it_and_are_named() {
    let database = TestCluster::shared_database().await;
    let original = "create schema marketing; create table marketing.pipeline_events (id serial \
                    primary key, event_type text); insert into marketing.pipeline_events \
                    (event_type) values ('kept');\n";
    database.psql(original).await;
    let program = Program::on(database.url());
    for arguments in [&["deploy"][..], &["deploy", "--check"]] {
        let said = program.run(arguments).await.failed(1);
        assert!(said.contains("marketing.pipeline_events"), "{said}");
        assert!(said.contains("Nothing was changed"), "{said}");
        assert!(
            said.contains("ALTER SCHEMA marketing RENAME TO marketing_before;"),
            "{said}"
        );
    }
    let kept = database.psql("select event_type, to_regnamespace('pipeline') is null from marketing.pipeline_events;\n").await;
    assert!(one_line(&kept).contains("kept | t (1 row)"), "{kept}");

    database
        .psql("alter schema marketing rename to marketing_before;\n")
        .await;
    program.run(&["deploy"]).await.ok();
}

#[tokio::test]
async fn a_trigger_of_our_name_that_does_something_else_stops_it() {
    let database = TestCluster::deployed_database().await;
    let original = "create function public.other() returns trigger language plpgsql as 'begin \
                    return null; end'; create or replace trigger trigger_company_intake_event \
                    after insert on intake.company_raw_intake for each row execute function \
                    public.other();\n";
    database.psql(original).await;
    let said = Program::on(database.url()).run(&["deploy"]).await.failed(1);
    assert!(
        said.contains("trigger_company_intake_event on intake.company_raw_intake"),
        "{said}"
    );
    assert!(said.contains("Nothing was changed"), "{said}");
    assert!(
        said.contains("RENAME TO trigger_company_intake_event_before;"),
        "{said}"
    );
}

#[tokio::test]
async fn a_trigger_that_is_switched_off_is_named_and_left_alone() {
    let database = TestCluster::deployed_database().await;
    database
        .psql("alter table marketing.company_slots disable trigger trigger_slot_creation_event;\n")
        .await;
    let program = Program::on(database.url());
    let on = "ALTER TABLE marketing.company_slots ENABLE TRIGGER trigger_slot_creation_event;";
    for arguments in [&["deploy", "--check"][..], &["deploy"]] {
        let said = program.run(arguments).await.failed(1);
        assert!(said.contains("switched off"), "{said}");
        assert!(said.contains(on), "{said}");
    }
    database.psql(&format!("{on}\n")).await;
    program.run(&["deploy"]).await.ok();
    program.run(&["deploy", "--check"]).await.ok();
}

#[tokio::test]
async fn of_a_deploy_and_a_writer_that_wait_for_each_other_the_deploy_tries_again() {
    let database = TestCluster::deployed_database().await;
    let writer = pgcascade::db::connect(database.url(), "a writer").await;
    let writer = writer.expect("a session");
    let looker = pgcascade::db::connect(database.url(), "a looker").await;
    let looker = looker.expect("a session");
    // What is unchanged is not made again, and waits for nobody.
    let forget = "delete from pipeline.installed_triggers";
    writer
        .batch_execute(forget)
        .await
        .expect("to be made again");
    let held = "begin; lock table intake.company_raw_intake in row exclusive mode";
    writer.batch_execute(held).await.expect("a lock on intake");

    let program = Program::on(database.url());
    let deploy = program.start(&["deploy"]);
    wait::until("the deploy to wait for the writer", async || {
        let sql = "select exists (select from pg_locks where not granted and relation = 'intake.company_raw_intake'::regclass)";
        let waits = looker.query_one(sql, &[]).await.expect("an answer");
        waits.get::<_, bool>(0).then_some(())
    })
    .await;
    let emit =
        "insert into marketing.pipeline_events (event_type) values ('written_meanwhile'); commit";
    writer.batch_execute(emit).await.expect("no deadlock");
    assert_eq!(deploy.end().await, 0);
}

#[tokio::test]
async fn a_user_without_rights_is_told_what_to_grant() {
    let database = TestCluster::shared_database().await;
    let role = format!("poor_{}", database.name());
    database
        .psql(&format!("create role {role} login password 'secret';\n"))
        .await;
    let url = database.url().reveal();
    let (_, place) = url.split_once('@').expect("a URL with a user");
    let program = Program::with(
        "DATABASE_URL",
        &format!("postgresql://{role}:secret@{place}"),
    );
    let said = program.run(&["deploy"]).await.failed(1);
    let grant = format!("GRANT CREATE ON DATABASE {} TO {role};", database.name());
    assert!(said.contains(&grant), "{said}");
    assert!(said.contains("Nothing was changed"), "{said}");
    assert!(!said.contains("secret"), "{said}");

    let grants = format!("{grant}\ngrant create on schema public to {role};\n");
    database.psql(&grants).await;
    program.run(&["deploy"]).await.ok();
    database
        .psql(&format!(
            "reassign owned by {role} to postgres; drop owned by {role};\n"
        ))
        .await;
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let database = TestCluster::deployed_database().await;
    database
        .psql("insert into public.refinery_schema_history values (9999, 'future', '', '1');\n")
        .await;
    let program = Program::on(database.url());
    for arguments in [
        &["deploy"][..],
        &["deploy", "--check"],
        &["run"],
        &["status"],
    ] {
        let said = program.run(arguments).await.failed(1);
        assert!(said.contains("newer program"), "{said}");
        assert!(said.contains("V9999__future"), "{said}");
    }
}

#[tokio::test]
async fn a_reader_that_leaves_does_not_stop_a_deploy() {
    let database = TestCluster::shared_database().await;
    let program = Program::on(database.url());
    let mut deploy = program.start(&["deploy"]);
    deploy.says("Connected").await;
    assert_eq!(deploy.stop_reading().await.code, 0);
    program.run(&["deploy", "--check"]).await.ok();
}

#[tokio::test]
async fn a_published_table_that_nobody_can_write_to_is_named() {
    let database = TestCluster::deployed_database().await;
    database
        .psql(
            "create table public.orders (id int primary key, total int);
            select pipeline.publish('public.orders', 'large_order', condition => 'row.total > 9');
            alter table public.orders rename total to amount;\n",
        )
        .await;
    let program = Program::on(database.url());
    for arguments in [["deploy", "--check"].as_slice(), &["deploy"]] {
        let said = program.run(arguments).await.failed(1);
        assert!(said.contains("orders"), "{said}");
        assert!(said.contains("column row.total does not exist"), "{said}");
    }
}
