//! `deploy --adopt` on a database with the tables of the n8n workflows.

use crate::cli::program::{Program, one_line};
use crate::support::cluster::{TestCluster, TestDatabase};

const ORIGINALS: &str = include_str!("originals.sql");

async fn with_originals() -> (TestDatabase, Program) {
    let database = TestCluster::shared_database().await;
    database.psql(ORIGINALS).await;
    let program = Program::on(database.url());
    (database, program)
}

async fn asked(database: &TestDatabase, sql: &str) -> String {
    let client = pgcascade::db::connect(database.url(), "test").await;
    let client = client.expect("a session");
    let row = client.query_one(sql, &[]).await.expect(sql);
    row.get::<_, Option<String>>(0).unwrap_or_default()
}

#[tokio::test]
async fn a_plain_deploy_refuses_and_names_the_way() {
    let (_database, program) = with_originals().await;
    let said = program.run(&["deploy"]).await.failed(1);
    assert!(
        one_line(&said).contains("pgcascade deploy --adopt"),
        "{said}"
    );
}

#[tokio::test]
async fn the_plan_tells_what_would_be_copied_and_changes_nothing() {
    let (database, program) = with_originals().await;
    let check = program.run(&["deploy", "--adopt", "--check"]).await;
    assert_eq!(check.code, 1, "{check:?}");
    let said = one_line(&check.out);
    let line = "move marketing.company_master to originals, make it anew, copy 1 and leave 2";
    assert!(said.contains(line), "{}", check.out);
    let schemas = "select string_agg(nspname, ' ' order by nspname) from pg_namespace where nspname in ('intake', 'marketing', 'originals', 'pipeline')";
    assert_eq!(asked(&database, schemas).await, "intake marketing");
}

#[tokio::test]
async fn rows_keep_their_ids_and_times_and_misfits_are_listed() {
    let (database, program) = with_originals().await;
    let out = program.run(&["deploy", "--adopt"]).await.ok();
    assert!(out.contains("SELECT * FROM originals.not_adopted"), "{out}");

    let intake = "select string_agg(format('%s %s %s', id, coalesce(validated::text, '?'), coalesce(domain, '-')), '; ' order by id) from intake.company_raw_intake";
    assert_eq!(
        asked(&database, intake).await,
        "101 true siemens.com; 102 true -; 103 false -; 104 ? -"
    );
    let kept = "select reviewer_mood || ' ' || (created_at at time zone 'utc')::text from intake.company_raw_intake where id = 101";
    assert_eq!(asked(&database, kept).await, "good 2025-05-19 10:00:00");
    let masters =
        "select string_agg(company_unique_id || ' ' || domain, '; ') from marketing.company_master";
    assert_eq!(
        asked(&database, masters).await,
        "04.04.01.84.00007.001 siemens.com"
    );
    let slots = "select string_agg(slot_type, ' ' order by slot_type) from marketing.company_slots where company_slot_unique_id like '04.04.05.%'";
    assert_eq!(asked(&database, slots).await, "CEO CFO HR");
    let contacts = "select string_agg(format('%s %s %s', contact.id, slot.slot_type, enrichment_status), '; ' order by contact.id)
        from marketing.contact_enrichment as contact join marketing.company_slots as slot using (company_slot_unique_id)";
    assert_eq!(
        asked(&database, contacts).await,
        "12 CEO completed; 13 CFO pending"
    );
    let verdicts = "select string_agg(id || ' ' || verification_status, '; ') from marketing.email_verification";
    assert_eq!(asked(&database, verdicts).await, "21 valid");
    let misfits = "select string_agg(format('%s %s', split_part(table_name, '.', 2), left(reason, 24)), '; ' order by table_name, reason) from originals.not_adopted";
    let misfits = asked(&database, misfits).await;
    for part in [
        "company_master Another company has the ",
        "company_slots new row for relation",
        "contact_enrichment Another row has the same",
        "email_verification insert or update on tabl",
    ] {
        assert!(misfits.contains(part), "{part}: {misfits}");
    }
}

#[tokio::test]
async fn what_waited_is_cancelled_and_nothing_is_emitted() {
    let (database, program) = with_originals().await;
    program.run(&["deploy", "--adopt"]).await.ok();
    let events = "select string_agg(format('%s %s %s', id, status, retry_count), '; ' order by id) from marketing.pipeline_events";
    assert_eq!(
        asked(&database, events).await,
        "1 processed 0; 2 processed 0; 3 failed 3; 4 cancelled 0"
    );
    let why = "select error_message from marketing.pipeline_events where id = 4";
    assert!(
        asked(&database, why)
            .await
            .contains("SET status = 'pending' WHERE id = 4;")
    );
    let errors =
        "select string_agg(id || ' ' || resolved, '; ' order by id) from marketing.pipeline_errors";
    assert_eq!(asked(&database, errors).await, "31 false; 32 true");
}

#[tokio::test]
async fn new_rows_are_numbered_after_the_adopted_ones_and_flow() {
    let (database, program) = with_originals().await;
    program.run(&["deploy", "--adopt"]).await.ok();
    let inserted = "insert into intake.company_raw_intake (company, website) values ('Miele', 'miele.de') returning id::text";
    assert_eq!(asked(&database, inserted).await, "105");
    let event =
        "select id || ' ' || event_type from marketing.pipeline_events order by id desc limit 1";
    assert_eq!(asked(&database, event).await, "5 company_created");
    let next = "select marketing.unique_id('01', nextval('marketing.company_numbers'))";
    assert_eq!(asked(&database, next).await, "04.04.01.84.00008.001");
    let still = "select marketing.mark_event_processed(5)::text, 1";
    asked(&database, still).await;
}

#[tokio::test]
async fn a_second_adoption_finds_nothing_to_do() {
    let (database, program) = with_originals().await;
    program.run(&["deploy", "--adopt"]).await.ok();
    let out = program.run(&["deploy", "--adopt"]).await.ok();
    assert!(out.contains("Nothing to adopt"), "{out}");
    program.run(&["deploy", "--adopt", "--check"]).await.ok();
    let rows = "select count(*)::text from intake.company_raw_intake";
    assert_eq!(asked(&database, rows).await, "4");
}

#[tokio::test]
async fn what_others_built_on_the_tables_stops_it_before_any_change() {
    let (database, program) = with_originals().await;
    database
        .psql(
            "create table public.calls (company text references marketing.company_master);
            create view public.hot_companies as select * from marketing.company_master;\n",
        )
        .await;
    let said = program.run(&["deploy", "--adopt"]).await.failed(1);
    let said = one_line(&said);
    assert!(
        said.contains("the foreign key calls_company_fkey of calls"),
        "{said}"
    );
    assert!(
        said.contains("the view hot_companies on marketing.company_master"),
        "{said}"
    );
    assert!(said.contains("Nothing was changed"), "{said}");
}

#[tokio::test]
async fn an_adoption_that_was_interrupted_goes_on() {
    let (database, program) = with_originals().await;
    program.run(&["deploy", "--adopt"]).await.ok();
    // As if it had ended after the second of its three steps.
    database
        .psql(
            "truncate originals.adopted, originals.not_adopted, originals.slot_ids;
            truncate intake.company_raw_intake, marketing.company_master, marketing.pipeline_events, marketing.pipeline_errors cascade;\n",
        )
        .await;
    program.run(&["deploy", "--adopt"]).await.ok();
    let rows = "select count(*)::text from intake.company_raw_intake";
    assert_eq!(asked(&database, rows).await, "4");
}
