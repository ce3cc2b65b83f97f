//! A registry points one step of the pipeline at a flow elsewhere; the flow writes its result back.

use nix::sys::signal::Signal;
use serde_json::json;

use crate::cli::program::Program;
use crate::support::cluster::{TestCluster, temp_dir};
use crate::support::fake_receiver::{FakeReceiver, SECRET, SECRET_ENV, body, verify};
use crate::support::wait;

#[tokio::test]
async fn a_company_that_a_flow_validates_goes_on_as_if_it_was_judged_here() {
    let database = TestCluster::deployed_database().await;
    let program = Program::on(database.url()).and(SECRET_ENV, SECRET);
    let flow = FakeReceiver::start().await;
    let dir = temp_dir();
    let file = dir.path().join("n8n_webhook_registry.json");
    let registry = json!({"webhooks": {"company_created": {
        "url": flow.url, "method": "POST", "workflow_name": "Validation Gatekeeper",
        "secret_env": SECRET_ENV,
    }}});
    std::fs::write(&file, registry.to_string()).expect("a file");
    database
        .psql("delete from pipeline.stages where name = 'validate_company';\n")
        .await;
    let file = file.display().to_string();
    let import = [
        "webhooks",
        "import",
        &file,
        "--event-body",
        "--allow-private",
    ];
    program.run(&import).await.ok();
    let daemon = program.start(&["run"]);

    database
        .psql(
            "insert into intake.company_raw_intake (company, website, import_batch_id) \
             values ('Test Company', 'https://test.com', 'TEST-001');\n",
        )
        .await;
    let request = wait::until("the flow to be called", async || {
        flow.requests().into_iter().next()
    })
    .await;
    verify(&request);
    assert_eq!(request.path, "/webhook/validate-company");
    let event = body(&request);
    assert_eq!(event["event_type"], "company_created");
    assert_eq!(event["payload"]["batch_id"], "TEST-001");

    // What the flow does: it writes into the row that the event names.
    let id = event["payload"]["record_id"].as_i64().expect("a row");
    database
        .psql(&format!(
            "update intake.company_raw_intake set validated = true, domain = 'test.com' where id = {id};\n"
        ))
        .await;
    wait::until("the company and its slots", async || {
        let slots = database
            .psql("select company_unique_id from marketing.company_slots;\n")
            .await;
        slots.contains("(3 rows)").then_some(())
    })
    .await;
    assert_eq!(flow.requests().len(), 1);
    daemon.signal(Signal::SIGTERM);
    assert_eq!(daemon.end().await, 0);
}
