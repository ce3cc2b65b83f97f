//! The documented psql session, verbatim.

use crate::support::daemon::Rig;
use crate::support::outreach::sandboxes;

const INSERT: &str = "INSERT INTO intake.company_raw_intake (company, website, import_batch_id)
VALUES ('Test Company', 'https://test.com', 'TEST-001');";

#[tokio::test(flavor = "multi_thread")]
async fn a_test_insert_shows_its_event_immediately() {
    let rig = Rig::deployed().await;
    let session = format!(
        "LISTEN pipeline_event;\n{INSERT}\nSELECT * FROM marketing.pipeline_events\nORDER BY created_at DESC\nLIMIT 5;"
    );
    let transcript = rig.database.psql(&session).await;
    assert!(
        transcript.contains("Asynchronous notification \"pipeline_event\""),
        "{transcript}"
    );
    assert!(
        transcript.contains("company_created") && transcript.contains("(1 row)"),
        "{transcript}"
    );
    let debug = "INSERT INTO intake.company_raw_intake (company, website, import_batch_id)
VALUES ('Debug Test', 'https://debug.com', 'DEBUG-001');
SELECT * FROM marketing.pipeline_events
ORDER BY created_at DESC LIMIT 1;";
    let transcript = rig.database.psql(debug).await;
    assert!(transcript.contains("Debug Test"), "{transcript}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_monitoring_query_runs_on_an_empty_and_on_a_filled_database() {
    let rig = Rig::deployed().await;
    let queries = "SELECT event_type, COUNT(*) as count
FROM marketing.pipeline_events
WHERE status = 'pending'
GROUP BY event_type;
SELECT
  event_type,
  AVG(EXTRACT(EPOCH FROM (processed_at - created_at))) as avg_seconds
FROM marketing.pipeline_events
WHERE processed_at IS NOT NULL
GROUP BY event_type;
SELECT * FROM marketing.vw_unresolved_errors;
SELECT * FROM marketing.vw_error_rate_24h;
SELECT * FROM information_schema.triggers WHERE trigger_schema='marketing';
SELECT trigger_name, event_object_table
FROM information_schema.triggers
WHERE trigger_name LIKE 'trigger_%event';";
    let empty = rig.database.psql(queries).await;
    assert!(!empty.contains("ERROR"), "{empty}");
    assert!(empty.contains("trigger_company_intake_event"), "{empty}");
    let daemon = rig.outreach(&sandboxes());
    rig.run(INSERT).await;
    rig.until("exists (select from marketing.vw_outreach_ready)")
        .await;
    let filled = rig.database.psql(queries).await;
    assert!(
        !filled.contains("ERROR") && filled.contains("email_verified"),
        "{filled}"
    );
    daemon.stop().await;
}
