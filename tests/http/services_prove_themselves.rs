//! Twilio's doors, and how often a client may ask: what proves itself is never turned away.

use pgcascade::db::DatabaseUrl;
use reqwest::{Response, StatusCode};
use url::form_urlencoded;

use crate::cli::program::{Program, Running};
use crate::support::cluster::{TestCluster, TestDatabase};
use crate::support::daemon::Rig;
use crate::support::fake_clock::now;
use crate::support::fake_ghl_app::{GhlApp, inbound_message};
use crate::support::fake_twilio::FakeTwilio;
use crate::support::install_crypto;

/// As Twilio calls it; a proxy hides it from the daemon.
const PUBLIC: &str = "https://texts.example.com";
const OLD_TOKEN: &str = "fake0twilio0token0that0is0leaving";

/// A daemon with Twilio's keys, and its door.
struct Door {
    _running: Running,
    base_url: String,
    client: reqwest::Client,
}

impl Door {
    async fn open(url: &DatabaseUrl, twilio: &FakeTwilio, more: &[(&str, &str)]) -> Self {
        install_crypto();
        let mut program = Program::on(url)
            .and("PGCASCADE_HTTP_ADDR", "127.0.0.1:0")
            .and("NO_COLOR", "1")
            .and("TWILIO_ACCOUNT_SID", FakeTwilio::ACCOUNT)
            .and("TWILIO_AUTH_TOKEN", FakeTwilio::TOKEN)
            .and("TWILIO_FROM", FakeTwilio::FROM)
            .and("TWILIO_BASE_URL", &twilio.base_url)
            .and("PGCASCADE_PUBLIC_URL", PUBLIC);
        for (name, value) in more {
            program = program.and(name, value);
        }
        let mut running = program.start(&["run"]);
        let line = running.logs("health and metrics").await;
        let address = line.split("address=").nth(1).expect("an address").trim();
        Self {
            _running: running,
            base_url: format!("http://{address}"),
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
        }
    }

    /// Posts a form with this signature.
    async fn form(&self, path: &str, form: &[(&str, &str)], signature: Option<&str>) -> Response {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request = self
            .client
            .post(format!("{}{path}", self.base_url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        if let Some(signature) = signature {
            request = request.header("x-twilio-signature", signature);
        }
        request.send().await.expect("an answer")
    }

    async fn signed(&self, token: &str, path: &str, form: &[(&str, &str)]) -> StatusCode {
        let signature = FakeTwilio::sign(token, &format!("{PUBLIC}{path}"), form);
        self.form(path, form, Some(&signature)).await.status()
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.base_url));
        request.send().await.expect("an answer")
    }
}

fn text<'a>(sid: &'a str, body: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("MessageSid", sid),
        ("AccountSid", FakeTwilio::ACCOUNT),
        ("From", "+15125550101"),
        ("To", FakeTwilio::FROM),
        ("Body", body),
        ("NumMedia", "0"),
    ]
}

async fn number(database: &TestDatabase, sql: &str) -> i64 {
    let client = pgcascade::db::connect(database.url(), "test")
        .await
        .expect("a session");
    client.query_one(sql, &[]).await.expect(sql).get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_from_twilio_is_stored_once_and_all_that_is_not_twilios_refused() {
    let (database, twilio) = (
        TestCluster::deployed_database().await,
        FakeTwilio::start().await,
    );
    let more = [("TWILIO_SECONDARY_AUTH_TOKEN", OLD_TOKEN)];
    let door = Door::open(database.url(), &twilio, &more).await;
    let path = "/webhooks/twilio";
    // Valid, then replayed; by the token that is being exchanged; with a query in its address.
    let first = text("SM1", "Grüße & 100% = +1");
    assert_eq!(
        door.signed(FakeTwilio::TOKEN, path, &first).await,
        StatusCode::OK
    );
    assert_eq!(
        door.signed(FakeTwilio::TOKEN, path, &first).await,
        StatusCode::OK
    );
    let rotated = text("SM2", "signed with the other token");
    assert_eq!(door.signed(OLD_TOKEN, path, &rotated).await, StatusCode::OK);
    let with_query = "/webhooks/twilio?campaign=a%20b";
    let asked = text("SM3", "with a query");
    assert_eq!(
        door.signed(FakeTwilio::TOKEN, with_query, &asked).await,
        StatusCode::OK
    );
    let stored = "select count(*) from inbound_messages where phone_number = '+15125550101'";
    assert_eq!(number(&database, stored).await, 3);
    assert_eq!(
        number(
            &database,
            "select count(*) from inbound_messages where body = 'Grüße & 100% = +1'"
        )
        .await,
        1
    );

    // A wrong token, altered words, another address, a replay under another id, none, nonsense.
    let genuine = FakeTwilio::sign(FakeTwilio::TOKEN, &format!("{PUBLIC}{path}"), &first);
    let elsewhere = FakeTwilio::sign(
        FakeTwilio::TOKEN,
        "https://other.example.com/webhooks/twilio",
        &first,
    );
    let stranger = FakeTwilio::sign("another", &format!("{PUBLIC}{path}"), &first);
    let status_path = FakeTwilio::sign(
        FakeTwilio::TOKEN,
        &format!("{PUBLIC}/webhooks/twilio/status"),
        &first,
    );
    for (form, signature) in [
        (first.clone(), Some(stranger.as_str())),
        (text("SM1", "altered"), Some(genuine.as_str())),
        (text("SM9", "Grüße & 100% = +1"), Some(genuine.as_str())),
        (first.clone(), Some(elsewhere.as_str())),
        (first.clone(), Some(status_path.as_str())),
        (first.clone(), Some("nonsense!")),
        (first.clone(), Some("")),
        (first.clone(), None),
    ] {
        let refused = door.form(path, &form, signature).await;
        assert_eq!(
            refused.status(),
            StatusCode::UNAUTHORIZED,
            "{form:?} {signature:?}"
        );
    }
    assert_eq!(number(&database, stored).await, 3);
    // Signed, and no text: it can never be read.
    let broken = vec![("AccountSid", FakeTwilio::ACCOUNT)];
    assert_eq!(
        door.signed(FakeTwilio::TOKEN, path, &broken).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_callback_is_written_to_its_text_and_a_forged_one_is_not() {
    let (rig, twilio) = (Rig::texting(1).await, FakeTwilio::start().await);
    rig.run("update sending_accounts set provider = 'twilio'")
        .await;
    let door = Door::open(rig.database.url(), &twilio, &[]).await;
    rig.texts_due(1, "hello").await;
    rig.until("exists (select from event_messages where status = 'sent')")
        .await;
    let text = twilio.texts().remove(0);
    let (url, _) = FakeTwilio::callback(&text, "delivered", None);
    let path = url.strip_prefix(PUBLIC).expect("our address").to_owned();
    let report = |status: &'static str| {
        vec![
            ("MessageSid", text.sid.as_str()),
            ("MessageStatus", status),
            ("AccountSid", FakeTwilio::ACCOUNT),
        ]
    };
    let status = "select status from event_messages";
    let forged = FakeTwilio::sign("another", &url, &report("failed"));
    let refused = door.form(&path, &report("failed"), Some(&forged)).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    // A genuine one, sent to the address of another attempt.
    let genuine = FakeTwilio::sign(FakeTwilio::TOKEN, &url, &report("failed"));
    let elsewhere = path.replace("attempt=", "attempt=9");
    let refused = door
        .form(&elsewhere, &report("failed"), Some(&genuine))
        .await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(rig.text(status).await, "sent");
    // Delivered, and then an older report that comes late, and the same again.
    for said in ["delivered", "sent", "delivered"] {
        assert_eq!(
            door.signed(FakeTwilio::TOKEN, &path, &report(said)).await,
            StatusCode::OK
        );
        assert_eq!(rig.text(status).await, "delivered");
    }
    // Of a text that is not ours: heard, and nothing done.
    let strange = vec![("MessageSid", "SM0"), ("MessageStatus", "delivered")];
    assert_eq!(
        door.signed(FakeTwilio::TOKEN, "/webhooks/twilio/status", &strange)
            .await,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_forges_too_often_is_told_to_wait_and_what_is_genuine_is_still_taken() {
    let (database, twilio) = (
        TestCluster::deployed_database().await,
        FakeTwilio::start().await,
    );
    let app = GhlApp::new(1);
    let key = app.public_key();
    let more = [("GHL_WEBHOOK_PUBLIC_KEY", key.as_str())];
    let door = Door::open(database.url(), &twilio, &more).await;
    let mut answers = Vec::new();
    for n in 0..120 {
        let forged = text("SM1", "forged");
        let signature = (n % 2 == 0).then_some("AAAA");
        answers.push(door.form("/webhooks/twilio", &forged, signature).await);
    }
    let refused = |status| answers.iter().filter(|a| a.status() == status).count();
    assert!(refused(StatusCode::UNAUTHORIZED) >= 30);
    let told: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS)
        .collect();
    assert!(told.len() > 10, "{}", told.len());
    for answer in told {
        let wait = answer.headers()["retry-after"].to_str().expect("digits");
        assert!(wait.parse::<u64>().expect("seconds") >= 1);
    }
    // A flood of genuine ones, from the same address, by both services.
    for n in 0..200 {
        let sid = format!("SM{n}");
        let genuine = text(&sid, "genuine");
        let taken = door
            .signed(FakeTwilio::TOKEN, "/webhooks/twilio", &genuine)
            .await;
        assert_eq!(taken, StatusCode::OK, "{n}");
    }
    let message = inbound_message("M1", "C1", "YES", now());
    let url = format!("{}/webhooks/ghl", door.base_url);
    assert_eq!(app.deliver(&url, &message).await, [StatusCode::OK]);
    assert_eq!(
        number(&database, "select count(*) from inbound_messages").await,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_the_api_too_often_is_told_how_long_to_wait_and_probes_are_not() {
    let (database, twilio) = (
        TestCluster::deployed_database().await,
        FakeTwilio::start().await,
    );
    let more = [("PGCASCADE_HTTP_RATE", "2")];
    let door = Door::open(database.url(), &twilio, &more).await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(door.get("/openapi.json").await.status().as_u16());
    }
    assert_eq!(statuses[..8], [200; 8]);
    assert!(statuses.contains(&429), "{statuses:?}");
    let told = door.get("/openapi.json").await;
    if told.status() == StatusCode::TOO_MANY_REQUESTS {
        assert_eq!(told.headers()["retry-after"], "1");
        let said = told.text().await.expect("text");
        assert!(said.contains("Too many requests"), "{said}");
    }
    for _ in 0..40 {
        assert_eq!(door.get("/healthz").await.status(), StatusCode::OK);
    }
}
