//! `/healthz`, `/readyz`, `/metrics`, and who may ask.

use serde_json::Value;

use crate::cli::program::{Program, Running};
use crate::support::cluster::{TestCluster, TestDatabase};
use crate::support::{install_crypto, wait};

const TOKEN: &str = "a-long-secret";

/// A daemon with its door on a free port.
struct Daemon {
    _running: Running,
    base_url: String,
    client: reqwest::Client,
}

impl Daemon {
    async fn start(program: Program) -> Self {
        install_crypto();
        let program = program
            .and("PGCASCADE_HTTP_ADDR", "127.0.0.1:0")
            .and("NO_COLOR", "1");
        let mut running = program.start(&["run"]);
        let line = running.logs("health and metrics").await;
        let address = line.split("address=").nth(1).expect("an address").trim();
        Self {
            _running: running,
            base_url: format!("http://{address}"),
            client: reqwest::Client::builder().build().expect("a client"),
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> (u16, String) {
        let mut request = self.client.get(format!("{}{path}", self.base_url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("text"))
    }

    async fn until_ready(&self, token: Option<&str>) {
        wait::until("the daemon to be ready", async || {
            (self.get("/readyz", token).await.0 == 200).then_some(())
        })
        .await;
    }
}

async fn daemon() -> (TestDatabase, Daemon) {
    let database = TestCluster::deployed_database().await;
    let daemon = Daemon::start(Program::on(database.url())).await;
    (database, daemon)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The value of a line of `/metrics`.
fn value(metrics: &str, series: &str) -> Option<f64> {
    let line = metrics.lines().find(|line| line.starts_with(series))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_works_is_alive_and_ready() {
    let (_database, daemon) = daemon().await;
    let (status, body) = daemon.get("/healthz", None).await;
    assert_eq!((status, &json(&body)["success"]), (200, &Value::Bool(true)));
    daemon.until_ready(None).await;
    let (status, body) = daemon.get("/nothing", None).await;
    assert_eq!((status, &json(&body)["error"]), (404, &"not_found".into()));
    assert_eq!(json(&body)["success"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_it_is_alive_and_not_ready_until_it_is_back() {
    let cluster = TestCluster::start().await;
    let program = Program::on(cluster.url());
    program.run(&["deploy"]).await.ok();
    let daemon = Daemon::start(program).await;
    daemon.until_ready(None).await;
    cluster.stop_immediately().await;
    wait::until("the daemon to notice", async || {
        let (status, body) = daemon.get("/readyz", None).await;
        (status == 503 && json(&body)["message"].as_str().is_some()).then_some(())
    })
    .await;
    assert_eq!(daemon.get("/healthz", None).await.0, 200);
    cluster.start_again().await;
    daemon.until_ready(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_follow_the_events() {
    let (database, daemon) = daemon().await;
    database
        .psql("update pipeline.stages set paused = true where name = 'create_slots';
            insert into intake.company_raw_intake (company, website) values ('Siemens', 'siemens.com'), ('test', 'n/a');\n")
        .await;
    let processed = r#"pgcascade_events_total{stage="validate_company",outcome="processed"}"#;
    let waiting = r#"pgcascade_queue_events{stage="create_slots",state="waiting"}"#;
    let paused = r#"pgcascade_stage_paused{stage="create_slots"}"#;
    let mut seen = String::new();
    wait::until("the metrics to tell of two companies", async || {
        seen = daemon.get("/metrics", None).await.1;
        let both = value(&seen, processed) == Some(2.0) && value(&seen, waiting) == Some(1.0);
        both.then_some(())
    })
    .await;
    assert_eq!(value(&seen, paused), Some(1.0));
    for series in [
        r#"pgcascade_batch_seconds_count{stage="validate_company"}"#,
        r#"pgcascade_wait_seconds_count{stage="validate_company"}"#,
        r#"pgcascade_wakeups_total{cause="notification"}"#,
        r#"pgcascade_pool_connections{pool="work",state="most"}"#,
        r#"pgcascade_pool_connections{pool="http",state="open"}"#,
    ] {
        assert!(
            value(&seen, series).is_some_and(|value| value > 0.0),
            "{series}: {seen}"
        );
    }
    // A stage that is gone is not shown with what waited for it once, nor with what it did.
    database
        .psql("delete from pipeline.stages where name in ('create_slots', 'validate_company');\n")
        .await;
    let gone = daemon.get("/metrics", None).await.1;
    assert_eq!(value(&gone, paused), None);
    assert!(!gone.contains("stage=\"validate_company\""), "{gone}");
    assert!(gone.contains("stage=\"verify_email\""), "{gone}");
    assert!(
        gone.contains("# TYPE pgcascade_wait_seconds histogram"),
        "{gone}"
    );
    assert!(gone.contains("# HELP pgcascade_wakeups_total"), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_are_those_of_events_however_they_are_batched() {
    let database = TestCluster::deployed_database().await;
    // One that has waited for hours, and many that have not.
    database
        .psql("create function public.noop(event_ids bigint[]) returns table (event_id bigint, error text) language sql
                as $$ select null::bigint, null::text where false $$;
            insert into pipeline.stages (name, event_type, kind, target, batch_size)
            values ('noop', 'noop', 'sql', 'public.noop', 100);
            insert into marketing.pipeline_events (event_type, created_at, run_at)
            select 'noop', moment.at, moment.at
            from (select now() - case n when 1 then interval '2 hours' else interval '15 seconds' end as at from generate_series(1, 50) as n) as moment;\n")
        .await;
    let daemon = Daemon::start(Program::on(database.url())).await;
    let mut seen = String::new();
    wait::until("the waits of fifty events", async || {
        seen = daemon.get("/metrics", None).await.1;
        let count = r#"pgcascade_wait_seconds_count{stage="noop"}"#;
        (value(&seen, count) == Some(50.0)).then_some(())
    })
    .await;
    let within = |seconds: &str| {
        let series = format!(r#"pgcascade_wait_seconds_bucket{{stage="noop",le="{seconds}"}}"#);
        value(&seen, &series)
    };
    assert_eq!(within("5"), Some(0.0), "{seen}");
    assert_eq!(within("+Inf"), Some(50.0), "{seen}");
    let sum = value(&seen, r#"pgcascade_wait_seconds_sum{stage="noop"}"#).expect("a sum");
    assert!((7_900.0..20_000.0).contains(&sum), "{sum}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_counted_is_told_while_the_database_is_away() {
    let cluster = TestCluster::start().await;
    let program = Program::on(cluster.url());
    program.run(&["deploy"]).await.ok();
    let daemon = Daemon::start(program).await;
    daemon.until_ready(None).await;
    let (_, metrics) = daemon.get("/metrics", None).await;
    assert_eq!(value(&metrics, "pgcascade_database_up"), Some(1.0));
    assert!(metrics.contains("pgcascade_stage_paused"), "{metrics}");
    cluster.stop_immediately().await;
    let (status, metrics) = daemon.get("/metrics", None).await;
    assert_eq!(
        (status, value(&metrics, "pgcascade_database_up")),
        (200, Some(0.0))
    );
    assert!(
        value(&metrics, "pgcascade_pool_connections").is_some(),
        "{metrics}"
    );
    assert!(
        !metrics.contains("pgcascade_stage_paused"),
        "no depths of yesterday: {metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_token_only_who_carries_it_is_answered() {
    let database = TestCluster::deployed_database().await;
    let program = Program::on(database.url()).and("PGCASCADE_API_TOKEN", TOKEN);
    let daemon = Daemon::start(program).await;
    for path in ["/healthz", "/readyz", "/metrics", "/nothing"] {
        for wrong in [None, Some("wrong"), Some("")] {
            let (status, body) = daemon.get(path, wrong).await;
            assert_eq!(status, 401, "{path}");
            assert!(!body.contains(TOKEN), "{body}");
        }
    }
    daemon.until_ready(Some(TOKEN)).await;
    assert_eq!(daemon.get("/metrics", Some(TOKEN)).await.0, 200);
}

#[tokio::test]
async fn an_address_that_cannot_be_opened_stops_the_start_with_the_reason() {
    let database = TestCluster::deployed_database().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken_address = taken.local_addr().expect("an address").to_string();
    for (address, reason) in [
        (
            taken_address.as_str(),
            "set PGCASCADE_HTTP_ADDR to a free address",
        ),
        ("0.0.0.0:0", "PGCASCADE_API_TOKEN must be set"),
    ] {
        let program = Program::on(database.url()).and("PGCASCADE_HTTP_ADDR", address);
        let said = program.run(&["run"]).await.failed(1);
        let said = crate::cli::program::one_line(&said);
        assert!(said.contains(reason), "{said}");
    }
    let program = Program::on(database.url()).and("PGCASCADE_HTTP_ADDR", "nowhere");
    let said = program.run(&["run"]).await.failed(2);
    assert!(said.contains("PGCASCADE_HTTP_ADDR"), "{said}");
}
