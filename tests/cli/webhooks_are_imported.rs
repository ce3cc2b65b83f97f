//! `webhooks import | export | test`: a file in and out, and one call.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::program::{Program, one_line};
use crate::support::cluster::{TestCluster, TestDatabase, temp_dir};
use crate::support::fake_receiver::{
    FakeReceiver, KEY, KEY_ENV, SECRET, SECRET_ENV, body, status, verify,
};

/// The sample that stands beside the README.
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/n8n_webhook_registry.json");

struct Desk {
    database: TestDatabase,
    program: Program,
    dir: TempDir,
}

impl Desk {
    /// A database in which an event type may have several stages.
    async fn new() -> Self {
        let database = TestCluster::deployed_database().await;
        database
            .psql("alter table pipeline.stages drop constraint if exists stages_event_type_key;\n")
            .await;
        let program = Program::on(database.url())
            .and(SECRET_ENV, SECRET)
            .and(KEY_ENV, KEY);
        Self {
            database,
            program,
            dir: temp_dir(),
        }
    }

    fn file(&self, registry: &Value) -> String {
        let path = self.dir.path().join("registry.json");
        fs::write(&path, registry.to_string()).expect("a file");
        path.display().to_string()
    }

    async fn webhooks(&self, arguments: &[&str]) -> crate::cli::program::Ended {
        let arguments: Vec<&str> = ["webhooks"].iter().chain(arguments).copied().collect();
        self.program.run(&arguments).await
    }

    /// The one value of a query.
    async fn value(&self, query: &str) -> String {
        let lines = self.database.psql(&format!("{query};\n")).await;
        lines.lines().nth(3).unwrap_or_default().trim().to_owned()
    }
}

#[tokio::test]
async fn the_sample_becomes_webhooks_with_their_stages() {
    let desk = Desk::new().await;
    let out = desk.webhooks(&["import", SAMPLE]).await.ok();
    assert!(out.contains("6 webhooks"), "{out}");
    assert!(
        one_line(&out).contains("email_verified new stage webhook_email_verified paused:"),
        "{out}"
    );
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let stages = "select string_agg(name || '>' || target, ' ' order by id) as stages from \
                  pipeline.stages where kind = 'webhook' and not paused";
    assert_eq!(
        desk.value(stages).await,
        "webhook_company_created>company_created \
         webhook_company_promoted>company_promoted \
         webhook_company_validated>company_validated \
         webhook_contact_enriched>contact_enriched webhook_slots_created>slots_created"
    );
    let tuned = "select batch_size || ' ' || max_attempts || ' ' || backoff as tuned from \
                 pipeline.stages where name = 'webhook_slots_created'";
    assert_eq!(desk.value(tuned).await, "25 4 00:00:05");

    let again = desk.webhooks(&["import", SAMPLE, "--json"]).await.json();
    let results = again["entries"].as_array().expect("entries").iter();
    assert!(
        results
            .into_iter()
            .all(|entry| entry["result"] == "unchanged"),
        "{again}"
    );
}

#[tokio::test]
async fn an_import_comes_out_of_the_export_as_it_was() {
    let desk = Desk::new().await;
    desk.webhooks(&["import", SAMPLE]).await.ok();
    let exported = desk.webhooks(&["export"]).await.json();
    let sample = fs::read_to_string(SAMPLE).expect("the sample");
    let sample: Value = serde_json::from_str(&sample).expect("JSON");
    assert_eq!(exported, sample);

    // What was edited in the database is in the next export, and goes in again.
    let edit = "update pipeline.webhooks set url = 'https://flows.example.org/x', \
                headers = '{\"X-Key\": \"${PGCASCADE_WEBHOOK_K}\"}' where name = 'slots_created';\n";
    desk.database.psql(edit).await;
    let edited = desk.webhooks(&["export"]).await.json();
    let entry = &edited["webhooks"]["slots_created"];
    assert_eq!(entry["url"], "https://flows.example.org/x");
    assert_eq!(entry["headers"]["X-Key"], "${PGCASCADE_WEBHOOK_K}");
    let file = desk.file(&edited);
    desk.webhooks(&["import", &file]).await.ok();
    assert_eq!(desk.webhooks(&["export"]).await.json(), edited);
}

#[tokio::test]
async fn importing_again_takes_no_further_ids_of_stages() {
    let desk = Desk::new().await;
    desk.webhooks(&["import", SAMPLE]).await.ok();
    let last = "select last_value from pipeline.stages_id_seq;\n";
    let before = desk.database.psql(last).await;
    desk.webhooks(&["import", SAMPLE]).await.ok();
    assert_eq!(desk.database.psql(last).await, before);
}

#[tokio::test]
async fn bad_entries_are_refused_with_their_reason_and_the_others_go_in() {
    let desk = Desk::new().await;
    let url = "https://n8n.example.com/webhook/x";
    let file = desk.file(&json!({"webhooks": {
        "good": {"url": url},
        "in_the_editor": {"url": "https://n8n.example.com/webhook-test/x"},
        "no_url": {},
        "secret": {"url": url, "headers": {"Authorization": "Bearer hunter2"}},
        "password": {"url": "https://user:hunter2@n8n.example.com/"},
        "twice": {"url": url, "name": "good"},
        "often": {"url": url, "throttling": {"batch_size": 99999}},
    }}));
    let ended = desk.webhooks(&["import", &file, "--json"]).await;
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(!ended.out.contains("hunter2"), "{}", ended.out);
    let report = ended.json();
    let of = |key: &str| {
        let entries = report["entries"].as_array().expect("entries");
        let line = entries.iter().find(|line| line["entry"] == key);
        let line = line.expect("a line for each entry");
        format!("{} {}", line["result"], line["notes"])
    };
    assert_eq!(of("good"), "\"new\" []");
    assert!(of("in_the_editor").contains("test URL of n8n"));
    assert!(of("no_url").contains("no url"));
    assert!(of("secret").contains("write ${PGCASCADE_WEBHOOK_…}"));
    assert!(of("password").contains("without user or fragment"));
    assert!(of("twice").contains("another"));
    assert!(of("often").contains("batch size must be 1 to 5000"));
    assert_eq!(
        desk.value("select count(*) as webhooks from pipeline.webhooks")
            .await,
        "2"
    );
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_a_plan_goes_into_service_later() {
    let desk = Desk::new().await;
    let out = desk.webhooks(&["import", SAMPLE, "--dry-run"]).await.ok();
    assert!(out.contains("nothing was changed"), "{out}");
    let webhooks = "select count(*) as webhooks from pipeline.webhooks";
    assert_eq!(desk.value(webhooks).await, "0");

    let url = "https://n8n.example.com/webhook/x";
    let planned = desk.file(&json!({"webhooks": {"told": {"url": url, "status": "planned"}}}));
    desk.webhooks(&["import", &planned]).await.ok();
    let paused = "select paused::text from pipeline.stages where name = 'webhook_told'";
    assert_eq!(desk.value(paused).await, "true");
    let live = desk.file(&json!({"webhooks": {"told": {"url": url}}}));
    desk.webhooks(&["import", &live]).await.ok();
    assert_eq!(desk.value(paused).await, "false");
}

#[tokio::test]
async fn a_test_event_is_signed_and_its_outcome_printed() {
    let desk = Desk::new().await;
    let receiver = FakeReceiver::start().await;
    let file = desk.file(&json!({
        "webhooks": {"told": {
            "url": receiver.url,
            "secret_env": SECRET_ENV,
            "headers": {"Authorization": format!("Bearer ${{{KEY_ENV}}}")},
        }},
        "testing": {"sample_payload": {"record_id": 1}},
    }));
    desk.webhooks(&["import", &file]).await.ok();
    let ended = desk.webhooks(&["test", "told"]).await;
    assert_eq!(ended.code, 1, "a private address is not called: {ended:?}");
    assert!(ended.out.contains("allow_private"), "{}", ended.out);
    assert!(receiver.requests().is_empty());

    desk.webhooks(&["import", &file, "--allow-private"])
        .await
        .ok();
    let out = desk.webhooks(&["test", "told"]).await.ok();
    assert!(
        one_line(&out).contains("took a signed test event: 200 in"),
        "{out}"
    );
    let request = receiver.requests().remove(0);
    verify(&request);
    let sent = body(&request);
    assert_eq!(sent["type"], "webhook_test");
    assert_eq!(sent["data"], json!({"record_id": 1}));

    receiver.always(status(500));
    let ended = desk.webhooks(&["test", "told", "--json"]).await;
    assert_eq!((ended.code, &ended.json()["delivered"]), (1, &json!(false)));
    let wrong = desk.webhooks(&["test", "nobody"]).await.failed(1);
    assert!(wrong.contains("there is no webhook nobody"), "{wrong}");
}
