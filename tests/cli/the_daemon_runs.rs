//! `run`: works until it is told to stop, and says only what a log says.

use nix::sys::signal::Signal;

use crate::cli::program::{Program, one_line};
use crate::support::cluster::TestCluster;
use crate::support::wait;

#[tokio::test]
async fn a_daemon_works_until_it_is_asked_to_stop() {
    let database = TestCluster::deployed_database().await;
    let program = Program::on(database.url()).and("RUST_LOG", "info");
    let mut daemon = program.start(&["run", "--name", "worker one"]);
    daemon.logs("listening for events").await;
    database
        .psql("insert into intake.company_raw_intake (company, website) values ('Acme', 'acme.com');\n")
        .await;
    wait::until("the company is judged and promoted", async || {
        let rows = database
            .psql("select domain from marketing.company_master;\n")
            .await;
        rows.contains("acme.com").then_some(())
    })
    .await;
    let status = program.run(&["status", "--json"]).await.json();
    assert_eq!(status["daemons"][0]["name"], "worker one");
    assert_eq!(status["daemons"][0]["alive"], true);

    daemon.signal(Signal::SIGTERM);
    daemon.logs("daemon stopped").await;
    assert_eq!(daemon.end().await, 0);
    let workers = database
        .psql("select count(*) from pipeline.workers;\n")
        .await;
    assert!(one_line(&workers).contains("0 (1 row)"), "{workers}");
}

#[tokio::test]
async fn a_daemon_deploys_first_when_asked_and_logs_json_only() {
    let database = TestCluster::shared_database().await;
    let mut daemon = Program::on(database.url()).start(&["run", "--deploy", "--log", "json"]);
    let line = daemon.logs("daemon started").await;
    let line: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
    assert_eq!(line["level"], "INFO");
    daemon.signal(Signal::SIGINT);
    assert_eq!(daemon.end().await, 0);
}

#[tokio::test]
async fn a_provider_without_a_key_is_a_sandbox_and_says_so() {
    let database = TestCluster::deployed_database().await;
    let mut daemon = Program::on(database.url())
        .and("APIFY_TOKEN", "")
        .start(&["run"]);
    daemon.logs("no APIFY_TOKEN").await;
    daemon.logs("no MILLIONVERIFIER_API_KEY").await;
    daemon.logs("listening").await;
    daemon.signal(Signal::SIGINT);
    assert_eq!(daemon.end().await, 0);
}
