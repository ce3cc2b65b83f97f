//! `run`: works until it is told to stop, and says only what a log says.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::AsyncReadExt;

use crate::cli::program::{PIPE_BYTES, Program, one_line};
use crate::support::cluster::{TestCluster, port};
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

#[tokio::test]
async fn a_log_that_nobody_reads_holds_nothing_up() {
    let database = TestCluster::deployed_database().await;
    let address = format!("127.0.0.1:{}", port());
    let (mut daemon, mut log) = Program::on(database.url())
        .and("RUST_LOG", "trace")
        .and("PGCASCADE_HTTP_ADDR", &address)
        .start_unread(&["run"]);
    for company in ["one", "two", "three"] {
        database
            .psql(&format!(
                "insert into intake.company_raw_intake (company, website) values ('{company}', '{company}.com');\n"
            ))
            .await;
        wait::until("the company is judged and promoted", async || {
            let rows = database
                .psql("select domain from marketing.company_master;\n")
                .await;
            rows.contains(&format!("{company}.com")).then_some(())
        })
        .await;
    }
    crate::support::install_crypto();
    let client = reqwest::Client::builder().no_proxy().build().expect("one");
    let url = format!("http://{address}/metrics");
    wait::until("lines are dropped, and counted", async || {
        let answer = client.get(&url).send().await.expect("an answer");
        let counted = answer.text().await.expect("text");
        let lines = counted
            .lines()
            .find_map(|line| line.strip_prefix("pgcascade_log_lines_dropped_total "))?;
        (lines != "0").then_some(())
    })
    .await;
    let id = daemon.id().expect("it runs").try_into().expect("an id");
    kill(Pid::from_raw(id), Signal::SIGTERM).expect("it is ours");
    let ended = wait::within("the program's end", daemon.wait()).await;
    assert_eq!(ended.expect("it ends").code(), Some(0));
    let mut said = Vec::new();
    log.read_to_end(&mut said).await.expect("what was written");
    let full = usize::try_from(PIPE_BYTES).expect("few") / 2;
    assert!(said.len() > full, "the pipe was never full: {}", said.len());
}

#[tokio::test]
async fn an_error_that_nobody_reads_ends_it_all_the_same() {
    let database = TestCluster::deployed_database().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let (mut daemon, mut log) = Program::on(database.url())
        .and("RUST_LOG", "trace")
        .and(
            "PGCASCADE_HTTP_ADDR",
            &taken.local_addr().expect("bound").to_string(),
        )
        .start_unread(&["run"]);
    let ended = wait::within("the program's end", daemon.wait()).await;
    assert_eq!(ended.expect("it ends").code(), Some(1));
    let mut said = Vec::new();
    log.read_to_end(&mut said).await.expect("what was written");
    let full = usize::try_from(PIPE_BYTES).expect("few") / 2;
    assert!(said.len() > full, "the pipe was never full: {}", said.len());
}
