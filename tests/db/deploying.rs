//! Migrations and objects: once, in order, one deploy at a time.

use std::time::Duration;

use pgcascade::db::migrate::{MigrateError, embedded, migrate_with};
use pgcascade::db::objects::{ObjectFile, ObjectsError, embedded_objects, install, read_list};
use pgcascade::db::{DatabaseUrl, connect, install_objects, migrate, pending_migrations};
use refinery::Migration;
use tokio_postgres::Client;

use crate::support::cluster::TestCluster;
use crate::support::wait;

const SLOW: &str = "create table slow (id int); select pg_sleep(0.3);";

fn migrations(files: &[(&str, &str)]) -> Vec<Migration> {
    let parsed = files
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql));
    parsed
        .collect::<Result<_, _>>()
        .expect("names of migrations")
}

fn file(path: &str, text: &str) -> ObjectFile {
    ObjectFile {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

async fn session(url: &DatabaseUrl) -> Client {
    connect(url, "tests")
        .await
        .expect("the server accepts sessions")
}

#[tokio::test]
async fn two_deploys_at_once_both_succeed() {
    let database = TestCluster::shared_database().await;
    let files = migrations(&[
        ("V1__slow", SLOW),
        ("V2__more", "create table more (id int)"),
    ]);
    let (one, two) = wait::within("both deploys", async {
        tokio::join!(
            migrate_with(database.url(), &files),
            migrate_with(database.url(), &files)
        )
    })
    .await;
    let (one, two) = (
        one.expect("the first succeeds"),
        two.expect("the second succeeds"),
    );
    let mut applied = [one.applied.len(), two.applied.len()];
    applied.sort_unstable();
    assert_eq!(applied, [0, 2], "one does it all, the other finds it done");
    assert_eq!(one.already + two.already, 2);
}

#[tokio::test]
async fn only_what_is_new_is_applied_and_named() {
    let database = TestCluster::shared_database().await;
    let first = [("V1__one", "create table one (id int)")];
    let report = migrate_with(database.url(), &migrations(&first))
        .await
        .expect("applies");
    assert_eq!(
        (report.applied, report.already),
        (vec!["V1__one".to_owned()], 0)
    );
    let both = [first[0], ("V2__two", "create table two (id int)")];
    let report = migrate_with(database.url(), &migrations(&both))
        .await
        .expect("applies");
    assert_eq!(
        (report.applied, report.already),
        (vec!["V2__two".to_owned()], 1)
    );
    let report = migrate_with(database.url(), &migrations(&both))
        .await
        .expect("applies");
    assert_eq!((report.applied, report.already), (vec![], 2));
}

#[tokio::test]
async fn a_refused_migration_names_its_line_and_leaves_nothing() {
    let database = TestCluster::shared_database().await;
    let broken =
        "create table half (id int);\n\n-- ä wide letter\nalter table nowhere add x int;\n";
    let files = migrations(&[
        ("V1__fine", "create table fine (id int)"),
        ("V2__broken", broken),
    ]);
    let error = migrate_with(database.url(), &files)
        .await
        .expect_err("refused");
    let said = error.to_string();
    assert!(matches!(error, MigrateError::Refused { .. }), "{said}");
    assert!(said.contains("migrations/V2__broken.sql"), "{said}");
    assert!(said.contains("\"nowhere\" does not exist"), "{said}");
    let client = session(database.url()).await;
    let sql = "select to_regclass('fine') is not null, to_regclass('half') is not null";
    let row = client.query_one(sql, &[]).await.expect("it answers");
    assert_eq!(
        (row.get(0), row.get(1)),
        (true, false),
        "the first stays, the second is undone"
    );
    let syntax = migrations(&[
        ("V1__fine", "create table fine (id int)"),
        ("V2__x", "select 1;\nselec 2;"),
    ]);
    let said = migrate_with(database.url(), &syntax)
        .await
        .expect_err("refused")
        .to_string();
    assert!(said.contains("V2__x.sql:2 "), "{said}");
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let database = TestCluster::shared_database().await;
    let files = migrations(&[("V1__one", "create table one (id int)")]);
    migrate_with(database.url(), &files).await.expect("applies");
    let edited = migrations(&[("V1__one", "create table one (id bigint)")]);
    let error = migrate_with(database.url(), &edited)
        .await
        .expect_err("it was edited");
    assert!(matches!(error, MigrateError::Diverged(_)), "{error}");
}

#[tokio::test]
async fn the_programs_own_files_apply_and_apply_again() {
    let database = TestCluster::deployed_database().await;
    let pending = pending_migrations(database.url()).await.expect("readable");
    assert_eq!(pending, Vec::<String>::new());
    let report = migrate(database.url()).await.expect("nothing to do");
    assert_eq!(report.applied, Vec::<String>::new());
    let mut client = session(database.url()).await;
    let first = install_objects(&mut client)
        .await
        .expect("objects apply over themselves");
    assert_eq!(first, embedded_objects().expect("a list").len());
    let transcript = database
        .psql("select count(*) > 0 from public.refinery_schema_history;\n")
        .await;
    assert!(transcript.contains("(1 row)"), "{transcript}");
}

#[tokio::test]
async fn everything_is_pending_in_an_empty_database() {
    let database = TestCluster::shared_database().await;
    let pending = pending_migrations(database.url()).await.expect("readable");
    assert_eq!(
        pending.len(),
        embedded().expect("names of migrations").len()
    );
}

#[test]
fn every_migration_on_disk_is_in_the_program() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut on_disk: Vec<String> = std::fs::read_dir(directory)
        .expect("the directory is there")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
        .collect();
    let mut built: Vec<String> = embedded()
        .expect("names of migrations")
        .iter()
        .map(ToString::to_string)
        .collect();
    on_disk.sort();
    built.sort();
    assert_eq!(
        built, on_disk,
        "build again: a file was added after the last build"
    );
}

#[test]
fn the_list_is_read_as_psql_reads_it() {
    let list = "-- objects in order\n\n\\i objects/a/one.sql\n  \\ir objects/a/two.sql  \n";
    let files = read_list(list, |path| Some(format!("-- {path}"))).expect("a list");
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["objects/a/one.sql", "objects/a/two.sql"]);
    let said = read_list("\n\\i missing.sql\n", |_| None)
        .expect_err("missing")
        .to_string();
    assert!(
        said.contains("sql/install.sql:2") && said.contains("sql/missing.sql"),
        "{said}"
    );
    let said = read_list("drop table t;\n", |_| None)
        .expect_err("no list")
        .to_string();
    assert!(
        said.contains("sql/install.sql:1") && said.contains("drop table t;"),
        "{said}"
    );
}

#[tokio::test]
async fn objects_are_applied_together_or_not_at_all() {
    let database = TestCluster::shared_database().await;
    let mut client = session(database.url()).await;
    let view = "create or replace view answer as\nselect 42 as it;\n";
    let broken = "-- header\n\ncreate or replace view worse as\nselect missing from answer;\n";
    let files = [
        file("objects/public/answer.sql", view),
        file("objects/public/worse.sql", broken),
    ];
    let error = install(&mut client, &files).await.expect_err("refused");
    assert!(
        matches!(error, ObjectsError::Refused { line: Some(4), .. }),
        "{error}"
    );
    let said = error.to_string();
    assert!(
        said.contains("sql/objects/public/worse.sql:4 was refused"),
        "{said}"
    );
    assert!(
        client.query("select it from answer", &[]).await.is_err(),
        "nothing was applied"
    );
    assert_eq!(install(&mut client, &files[..1]).await.expect("applies"), 1);
    assert_eq!(
        install(&mut client, &files[..1])
            .await
            .expect("applies again"),
        1
    );
    let it: i32 = client
        .query_one("select it from answer", &[])
        .await
        .expect("there")
        .get(0);
    assert_eq!(it, 42);
}

#[tokio::test]
async fn two_installs_at_once_both_succeed() {
    let database = TestCluster::shared_database().await;
    let slow = "create or replace function f() returns int language sql as 'select 1';\n\
                select pg_sleep(0.2);";
    let files = [file("objects/public/f.sql", slow)];
    let (mut one, mut two) = (session(database.url()).await, session(database.url()).await);
    let both = async { tokio::join!(install(&mut one, &files), install(&mut two, &files)) };
    let (one, two) = wait::within("both installs", both).await;
    one.expect("the first succeeds");
    two.expect("the second succeeds");
}

#[tokio::test]
async fn a_second_install_waits_for_no_writer_and_mends_a_changed_trigger() {
    let database = TestCluster::shared_database().await;
    migrate(database.url()).await.expect("the migrations");
    let mut client = session(database.url()).await;
    install_objects(&mut client).await.expect("the objects");

    // Somebody writes into the ledger and takes long to commit.
    let writer = session(database.url()).await;
    let write = "begin; insert into marketing.pipeline_events (event_type) values ('slow');
        insert into pipeline.limits (name, rate) values ('slow', 1)";
    writer.batch_execute(write).await.expect("an event");
    let again = install_objects(&mut client);
    let again = tokio::time::timeout(Duration::from_secs(20), again).await;
    again.expect("nobody is waited for").expect("the objects");
    writer.batch_execute("commit").await.expect("committed");

    let change =
        "create or replace trigger keep_identity before update of id on marketing.pipeline_events
        for each row execute function pipeline.keep_identity()";
    client.batch_execute(change).await.expect("changed");
    install_objects(&mut client).await.expect("the objects");
    let definition = "select pg_get_triggerdef(oid) from pg_trigger
        where tgname = 'keep_identity' and tgrelid = 'marketing.pipeline_events'::regclass";
    let definition: String = client
        .query_one(definition, &[])
        .await
        .expect("there")
        .get(0);
    assert!(definition.contains("OF id, event_type"), "{definition}");
}
