//! `watch`: a line for each event as it commits.

use nix::sys::signal::Signal;

use crate::cli::program::Program;
use crate::support::cluster::TestCluster;

#[tokio::test]
async fn an_event_is_shown_the_moment_it_commits_and_nobodys_address_with_it() {
    let database = TestCluster::deployed_database().await;
    let mut watch = Program::on(database.url()).start(&["watch"]);
    watch.logs("Watching").await;
    listening(&database).await;
    database
        .psql(
            "insert into marketing.pipeline_events (event_type, payload) values ('contact_enriched', \
             '{\"email\": \"jane.doe@example.com\", \"phone\": \"+1 202 555 0142\"}');
             insert into marketing.pipeline_events (event_type) select 'bulk' from \
             generate_series(1, 100);\n",
        )
        .await;
    let line = watch.says("contact_enriched").await;
    assert!(line.contains("email=j***@example.com phone=*"), "{line}");
    let clock = line.split_whitespace().next().expect("a time");
    assert_eq!(clock.len(), "12:00:00.000".len(), "{line}");
    let line = watch.says("bulk").await;
    assert!(line.contains("100 events: #"), "{line}");
    watch.signal(Signal::SIGINT);
    assert_eq!(watch.end().await, 0);
}

#[tokio::test]
async fn one_type_for_a_script() {
    let database = TestCluster::deployed_database().await;
    let mut watch = Program::on(database.url()).start(&["watch", "--type", "b", "--json"]);
    watch.logs("Watching").await;
    listening(&database).await;
    database
        .psql("insert into marketing.pipeline_events (event_type) values ('a'), ('b');\n")
        .await;
    let line = watch.says("{").await;
    let line: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
    assert_eq!(line["event_type"], "b");
    assert!(line["at"].is_string(), "{line}");
    watch.signal(Signal::SIGTERM);
    assert_eq!(watch.end().await, 0);
}

#[tokio::test]
async fn a_lost_connection_is_said_and_found_again() {
    let database = TestCluster::deployed_database().await;
    let mut watch = Program::on(database.url()).start(&["watch"]);
    watch.logs("Watching").await;
    listening(&database).await;
    database
        .psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = \
             current_database() and application_name = 'pgcascade watch';\n",
        )
        .await;
    watch.logs("connection lost").await;
    watch.logs("connected again").await;
    database
        .psql("insert into marketing.pipeline_events (event_type) values ('after');\n")
        .await;
    watch.says("after").await;
}

/// Waits until the session listens: what commits before is not shown.
async fn listening(database: &crate::support::cluster::TestDatabase) {
    crate::support::wait::until("the watcher listens", async || {
        let query = "select query from pg_stat_activity where datname = current_database() and \
                     application_name = 'pgcascade watch';\n";
        let sessions = database.psql(query).await.to_lowercase();
        let after = sessions
            .split_once(";\n")
            .map(|(_, answer)| answer.to_owned());
        after
            .is_some_and(|answer| answer.contains("listen"))
            .then_some(())
    })
    .await;
}
