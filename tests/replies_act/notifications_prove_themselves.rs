//! The door to services: signed, secret, or refused; what cannot be stored is to be sent again.

use std::time::Duration;

use chrono::TimeDelta;
use pgcascade::db::DatabaseUrl;
use reqwest::StatusCode;

use crate::cli::program::{Program, Running};
use crate::support::cluster::{TestCluster, TestDatabase};
use crate::support::fake_clock::now;
use crate::support::fake_ghl::FakeGhl;
use crate::support::fake_ghl_app::{GhlApp, deliver_workflow, inbound_message, workflow_message};

const SECRET: &str = "a-secret-of-sixteen-or-more";

/// A daemon whose door is open to GoHighLevel's notifications.
struct Daemon {
    _running: Running,
    url: String,
}

impl Daemon {
    async fn start(url: &DatabaseUrl, keys: &str) -> Self {
        let program = Program::on(url)
            .and("PGCASCADE_HTTP_ADDR", "127.0.0.1:0")
            .and("PGCASCADE_API_TOKEN", "the-door-has-a-token")
            .and("GHL_WEBHOOK_PUBLIC_KEY", keys)
            .and("GHL_WEBHOOK_SECRET", SECRET)
            .and("GHL_LOCATION_ID", FakeGhl::LOCATION)
            .and("NO_COLOR", "1");
        let mut running = program.start(&["run"]);
        let line = running.logs("health and metrics").await;
        let address = line.split("address=").nth(1).expect("an address").trim();
        Self {
            _running: running,
            url: format!("http://{address}/webhooks/ghl"),
        }
    }
}

async fn number(database: &TestDatabase, sql: &str) -> i64 {
    let client = pgcascade::db::connect(database.url(), "test")
        .await
        .expect("a session");
    client.query_one(sql, &[]).await.expect(sql).get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_notifications_are_stored_once_and_all_others_refused() {
    let database = TestCluster::deployed_database().await;
    let (app, old, stranger) = (GhlApp::new(1), GhlApp::new(2), GhlApp::new(3));
    let keys =
        format!("{},{}", app.public_key(), old.public_key()).replace(",-----BEGIN", "\n-----BEGIN");
    let daemon = Daemon::start(database.url(), &keys).await;
    let message = inbound_message("M1", "C1", "YES", now());
    // Valid, then replayed; the key that is being replaced still counts.
    assert_eq!(app.deliver(&daemon.url, &message).await, [StatusCode::OK]);
    assert_eq!(app.deliver(&daemon.url, &message).await, [StatusCode::OK]);
    let rotated = inbound_message("M2", "C1", "NO", now());
    assert_eq!(old.deliver(&daemon.url, &rotated).await, [StatusCode::OK]);
    assert_eq!(
        number(&database, "select count(*) from inbound_messages").await,
        2
    );

    // Forged, stale, from the future, altered, unsigned, of another location.
    assert_eq!(
        stranger.deliver(&daemon.url, &message).await,
        [StatusCode::UNAUTHORIZED]
    );
    for at in [now() - TimeDelta::hours(3), now() + TimeDelta::hours(1)] {
        let stale = inbound_message("M3", "C1", "YES", at);
        assert_eq!(
            app.deliver(&daemon.url, &stale).await,
            [StatusCode::UNAUTHORIZED]
        );
    }
    let signature = app.sign(message.to_string().as_bytes());
    let altered = inbound_message("M4", "C1", "YES, but altered", now());
    let headers = [("x-ghl-signature", signature.as_str())];
    assert_eq!(
        deliver_workflow(&daemon.url, &altered, &headers).await,
        [StatusCode::UNAUTHORIZED]
    );
    assert_eq!(
        deliver_workflow(&daemon.url, &message, &[]).await,
        [StatusCode::UNAUTHORIZED]
    );
    let mut elsewhere = inbound_message("M5", "C1", "YES", now());
    elsewhere["locationId"] = "another".into();
    assert_eq!(
        app.deliver(&daemon.url, &elsewhere).await,
        [StatusCode::FORBIDDEN]
    );
    assert_eq!(
        number(&database, "select count(*) from inbound_messages").await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_needs_its_secret_and_is_told_apart_by_content_and_time() {
    let database = TestCluster::deployed_database().await;
    let daemon = Daemon::start(database.url(), &GhlApp::new(1).public_key()).await;
    let message = workflow_message("C1", "+15125550101", "YES\u{0}");
    let bearer = format!("Bearer {SECRET}");
    let with_secret = [("authorization", bearer.as_str())];
    assert_eq!(
        deliver_workflow(&daemon.url, &message, &with_secret).await,
        [StatusCode::OK]
    );
    let in_address = format!("{}?secret={SECRET}", daemon.url);
    assert_eq!(
        deliver_workflow(&in_address, &message, &[]).await,
        [StatusCode::OK]
    );
    let wrong = [("authorization", "Bearer the-door-has-a-token")];
    assert_eq!(
        deliver_workflow(&daemon.url, &message, &wrong).await,
        [StatusCode::UNAUTHORIZED]
    );
    assert_eq!(
        number(
            &database,
            "select count(*) from inbound_messages where body = 'YES'"
        )
        .await,
        1
    );
    let empty = serde_json::json!({"phone": "+15125550101"});
    assert_eq!(
        deliver_workflow(&daemon.url, &empty, &with_secret).await,
        [StatusCode::UNPROCESSABLE_ENTITY]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_stored_is_asked_for_again_and_then_stored() {
    let database = TestCluster::deployed_database().await;
    let app = GhlApp::new(1);
    let daemon = Daemon::start(database.url(), &app.public_key()).await;
    let client = pgcascade::db::connect(database.url(), "test")
        .await
        .expect("a session");
    client
        .batch_execute("alter table inbound_messages rename to elsewhere")
        .await
        .expect("renamed");
    let message = inbound_message("M1", "C1", "STOP", now());
    let delivery = tokio::spawn({
        let url = daemon.url.clone();
        let message = message.clone();
        async move { app.deliver(&url, &message).await }
    });
    let answers = tokio::time::timeout(Duration::from_secs(60), delivery)
        .await
        .expect("answers in time")
        .expect("joined");
    assert!(
        answers
            .iter()
            .all(|status| *status == StatusCode::TOO_MANY_REQUESTS),
        "{answers:?}"
    );
    client
        .batch_execute("alter table elsewhere rename to inbound_messages")
        .await
        .expect("renamed back");
    let app = GhlApp::new(1);
    assert_eq!(app.deliver(&daemon.url, &message).await, [StatusCode::OK]);
    assert_eq!(
        number(&database, "select count(*) from inbound_messages").await,
        1
    );
}
