//! LISTEN pipeline_event hears of every event, daemon or no daemon, and no payload is too long.

use serde_json::Value;

use crate::support::daemon::Rig;
use crate::support::ear::Ear;

/// What listeners hear while `sql` runs.
async fn heard_while(rig: &Rig, sql: &str) -> Vec<Value> {
    let mut ear = Ear::on(rig).await;
    rig.run(sql).await;
    ear.heard(rig).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_statement_is_announced_event_by_event() {
    let rig = Rig::deployed().await;
    let heard = heard_while(
        &rig,
        "insert into intake.company_raw_intake (company, website) values ('Acme', 'acme.com'), ('Emca', 'emca.com')",
    )
    .await;
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0]["event_type"], "company_created");
    assert_eq!(heard[0]["payload"]["company_name"], "Acme");
    assert_eq!(heard[0]["id"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_statement_is_announced_by_one_summary() {
    let rig = Rig::deployed().await;
    let heard = heard_while(
        &rig,
        "insert into intake.company_raw_intake (company) select 'Acme ' || n from generate_series(1, 1000) as n",
    )
    .await;
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0]["count"], 1000);
    assert_eq!(heard[0]["event_type"], "company_created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_payload_never_stops_the_writer() {
    let rig = Rig::deployed().await;
    let heard = heard_while(
        &rig,
        "insert into intake.company_raw_intake (company, website) values (repeat('ä', 10000), 'acme.com');
        insert into marketing.pipeline_events (event_type, payload)
        select 'company_created', jsonb_object_agg(repeat('k', 150) || n, n) from generate_series(1, 1000) as n",
    )
    .await;
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0]["shortened"], true);
    assert_eq!(heard[0]["payload"]["website"], "acme.com");
    assert_eq!(heard[1]["shortened"], true);
}
