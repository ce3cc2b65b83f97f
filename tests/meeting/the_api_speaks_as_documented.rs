//! The three endpoints and the webhook, with the curl lines as printed but for the port.

use serde_json::{Value, json};

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::cli::program::{Program, Running};
use crate::support::daemon::Rig;
use crate::support::{install_crypto, wait};

/// The daemon as a program, and its door.
struct Door {
    _running: Running,
    base_url: String,
    client: reqwest::Client,
}

impl Door {
    async fn open(rig: &Rig) -> Self {
        install_crypto();
        let program = Program::on(rig.database.url())
            .and("PGCASCADE_HTTP_ADDR", "127.0.0.1:0")
            .and("NO_COLOR", "1");
        let mut running = program.start(&["run"]);
        let line = running.logs("health and metrics").await;
        let address = line
            .split("address=")
            .nth(1)
            .expect("an address")
            .trim()
            .to_owned();
        let door = Self {
            _running: running,
            base_url: format!("http://{address}"),
            client: reqwest::Client::builder().build().expect("a client"),
        };
        wait::until("the daemon to be ready", async || {
            (door.get("/readyz").await.0 == 200).then_some(())
        })
        .await;
        // The first run of a process reads the gazetteer, which takes an unoptimised build a while.
        rig.run("insert into event_peer_matching_runs (event_id, dry_run) values (41, true)")
            .await;
        rig.until(RUNS_ARE_DONE).await;
        door
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        said(self.client.get(format!("{}{path}", self.base_url))).await
    }

    async fn post(&self, path: &str, body: &str) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.base_url));
        said(
            request
                .header("Content-Type", "application/json")
                .body(body.to_owned()),
        )
        .await
    }

    async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.put(format!("{}{path}", self.base_url));
        said(
            request
                .header("Content-Type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    /// Runs a documented curl line against this door.
    async fn curl(&self, line: &str) -> Value {
        let line = line.replace("http://localhost:5000", &self.base_url);
        let output = wait::within(
            "curl",
            tokio::process::Command::new("sh")
                .args(["-c", &line.replacen("curl", "curl -sS", 1)])
                .output(),
        );
        let output = output.await.expect("curl runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {output:?}"))
    }
}

async fn said(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("text");
    (
        status,
        serde_json::from_str(&text).unwrap_or_else(|_| json!(text)),
    )
}

const GENERATE: &str = r#"curl -X POST http://localhost:5000/api/events/1/peer-matching/generate \
  -H "Content-Type: application/json" \
  -d '{
    "min_matches": 5,
    "send_immediately": true
  }'"#;
const LIST: &str = "curl http://localhost:5000/api/events/1/peer-matching";
const ANSWER: &str = r#"curl -X PUT http://localhost:5000/api/peer-matches/1/status \
  -H "Content-Type: application/json" \
  -d '{
    "contractor_id": 123,
    "response_type": "positive",
    "feedback": "Great connection! We scheduled a call."
  }'"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_curl_lines_work_as_printed() {
    let rig = Rig::venue(0).await;
    // Without an agenda everybody is matched from ten to eleven, which may be now.
    rig.run(
        "insert into events (id, name, date, end_date, timezone) values (1, 'First Expo', current_date, current_date, 'UTC');
        insert into event_peer_matching (event_id, enabled) values (1, false);
        insert into contractors (id, name, phone, service_area, focus_areas, revenue_tier)
        values (123, 'Pat Sample', '+13035550123', 'Denver, CO', 'operational_efficiency', '31_50_million'),
            (124, 'Sam Sample', '+12065550124', 'Seattle, WA', 'operational_efficiency', '31_50_million');
        insert into event_attendees (event_id, contractor_id, check_in_time, sms_opt_in, sms_opt_in_at)
        values (1, 123, now(), true, now()), (1, 124, now(), true, now())",
    )
    .await;
    let door = Door::open(&rig).await;
    let made = door.curl(GENERATE).await;
    assert_eq!(made["success"], true, "{made}");
    assert_eq!(
        made["message"],
        "Peer matching workflow triggered successfully"
    );
    let data = &made["data"];
    assert_eq!(
        (&data["success"], &data["matches_created"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(data["workflow_id"], "peer-matching-v1");
    assert!(
        data["introductions_sent"].is_u64() && data["timestamp"].is_string(),
        "{data}"
    );
    assert!(
        data["warning"]
            .as_str()
            .is_some_and(|text| text.contains("instead of the 5")),
        "{data}"
    );
    let listed = door.curl(LIST).await;
    assert_eq!(
        (&listed["success"], &listed["count"]),
        (&json!(true), &json!(1))
    );
    let first = &listed["matches"][0];
    assert_eq!(first["contractor1_name"], "Pat Sample");
    assert_eq!(first["contractor2_phone"], "+12065550124");
    let id = first["id"].as_i64().expect("an id");
    assert_eq!(id, 1, "the printed line is about match 1");
    let answered = door.curl(ANSWER).await;
    assert_eq!(
        answered,
        json!({"success": true, "message": "Match status updated successfully"})
    );
    door.curl(ANSWER).await;
    let learned = rig
        .rows("select event_data, context from ai_learning_events where event_type = 'peer_match_response'", &[])
        .await;
    assert_eq!(learned.len(), 1, "said twice, learned once");
    assert_eq!(
        learned[0].get::<_, Value>(0),
        json!({"match_id": 1, "response_type": "positive", "feedback": "Great connection! We scheduled a call."})
    );
    assert_eq!(learned[0].get::<_, &str>(1), "peer_match_response");
    let row = &rig
        .rows("select contractor1_response, contractor2_response, feedback_contractor1 from event_peer_matches where id = 1", &[])
        .await[0];
    assert_eq!(row.get::<_, Option<bool>>(0), Some(true));
    assert_eq!(row.get::<_, Option<bool>>(1), None);
    assert!(row.get::<_, &str>(2).starts_with("Great connection"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_documented_bodies_are_understood() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    let door = Door::open(&rig).await;
    let body = r#"{"event_id": 41, "match_criteria": {"min_distance_miles": 200, "same_industry": true, "same_role_title": false}}"#;
    let (status, made) = door
        .post("/api/events/41/peer-matching/generate", body)
        .await;
    assert_eq!(
        (status, &made["data"]["matches_created"]),
        (200, &json!(0)),
        "146 miles are less than 200"
    );
    let (status, made) = door
        .post(
            "/webhook/event-peer-matching",
            r#"{"event_id": 41, "min_matches": 1, "send_immediately": false}"#,
        )
        .await;
    assert_eq!(
        (status, &made["success"], &made["matches_created"]),
        (200, &json!(true), &json!(1)),
        "{made}"
    );
    assert_eq!(made["introductions_sent"], 0);
    assert_eq!(made["introductions_scheduled"], 2);
    let (status, made) = door.post("/api/events/41/peer-matching/generate", "").await;
    assert_eq!(
        (status, &made["data"]["matches_created"]),
        (200, &json!(0)),
        "an empty body works"
    );
    let (status, api) = door.get("/openapi.json").await;
    assert_eq!(
        (status, api["info"]["version"].as_str()),
        (200, Some(env!("CARGO_PKG_VERSION")))
    );
    for path in [
        "/api/events/{id}/peer-matching/generate",
        "/api/peer-matches/{id}/status",
        "/webhook/event-peer-matching",
        "/webhooks/ghl",
        "/webhooks/twilio",
        "/webhooks/twilio/status",
    ] {
        assert!(api["paths"][path].is_object(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agenda_is_laid_out_over_http() {
    let rig = Rig::venue(0).await;
    let door = Door::open(&rig).await;
    let path = "/api/events/42/generate-agenda";
    assert_eq!(door.post(path, "").await.0, 404, "there is no such event");
    rig.run(
        "insert into events (id, name, date, end_date, timezone) values (42, 'Talks', current_date + 9, current_date + 9, 'UTC');
        insert into event_speakers (event_id, name) values (42, 'Sky Sample')",
    )
    .await;
    let (status, said) = door.post(path, "").await;
    assert_eq!((status, &said["success"]), (200, &json!(true)), "{said}");
    let lunches =
        "select count(*) from event_agenda_items where event_id = 42 and item_type = 'lunch'";
    assert_eq!(rig.number(lunches).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_refused_with_the_reason() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    let door = Door::open(&rig).await;
    door.post(
        "/webhook/event-peer-matching",
        r#"{"event_id": "41", "send_immediately": false}"#,
    )
    .await;
    let id = rig.number("select id from event_peer_matches").await;
    let ours = format!("/api/peer-matches/{id}/status");
    let answer =
        |contractor: i64, kind: &str| json!({"contractor_id": contractor, "response_type": kind});
    let (status, said) = door
        .put("/api/peer-matches/4711/status", &answer(1, "positive"))
        .await;
    assert_eq!((status, &said["message"]), (404, &json!("Match not found")));
    assert_eq!(said["success"], false);
    for (path, body, expected, word) in [
        (
            ours.as_str(),
            answer(4711, "positive"),
            403,
            "not one of the two",
        ),
        (
            ours.as_str(),
            answer(1, "maybe"),
            422,
            "positive, negative, later, more",
        ),
        (
            ours.as_str(),
            json!({"response_type": "positive"}),
            422,
            "contractor_id",
        ),
        (
            ours.as_str(),
            json!({"contractor_id": 1}),
            422,
            "response_type",
        ),
        (
            ours.as_str(),
            json!({"contractor_id": 1, "response_type": "positive", "feedback": 7}),
            422,
            "feedback",
        ),
        (
            "/api/peer-matches/x/status",
            answer(1, "positive"),
            422,
            "digits",
        ),
        (ours.as_str(), json!([1]), 422, "JSON object"),
    ] {
        let (status, said) = door.put(path, &body).await;
        assert_eq!(status, expected, "{body}: {said}");
        assert!(
            said["message"]
                .as_str()
                .is_some_and(|text| text.contains(word)),
            "{said}"
        );
    }
    assert_eq!(
        rig.number("select count(*) from ai_learning_events").await,
        0,
        "nobody's answer was written"
    );
    for (path, body, expected, word) in [
        (
            "/api/events/4711/peer-matching/generate",
            "{}",
            404,
            "Event not found",
        ),
        ("/api/events/41/peer-matching/generate", "{", 400, "no JSON"),
        (
            "/api/events/41/peer-matching/generate",
            r#"{"event_id": 42}"#,
            422,
            "event 42",
        ),
        (
            "/api/events/41/peer-matching/generate",
            r#"{"min_matches": "many"}"#,
            422,
            "min_matches",
        ),
        (
            "/api/events/41/peer-matching/generate",
            r#"{"match_criteria": {"min_distance_miles": -1}}"#,
            422,
            "min_distance_miles",
        ),
        ("/webhook/event-peer-matching", "{}", 422, "event_id"),
    ] {
        let (status, said) = door.post(path, body).await;
        assert_eq!(status, expected, "{path} {body}: {said}");
        assert!(
            said["message"]
                .as_str()
                .is_some_and(|text| text.contains(word)),
            "{said}"
        );
    }
    assert_eq!(door.get("/api/events/4711/peer-matching").await.0, 404);
}
