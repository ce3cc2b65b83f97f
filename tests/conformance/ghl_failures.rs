//! What each failure of GoHighLevel becomes.

use std::time::Duration;

use futures_util::future::join_all;
use pgcascade::answer::Answer;
use pgcascade::messaging::delivery::NumberFault;
use pgcascade::messaging::sms_gateway::{GatewayAnswer, SentText, SmsGateway};
use serde_json::json;

use super::apify_failures::{class, html};
use super::sms_gateway::{PHONE, delivered, ghl_client, recipient, send, text};
use crate::support::captured_log::CapturedLog;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::fake_http::{Play, Reply};

/// What one play makes of a text to a known contact.
async fn send_under(play: Play) -> GatewayAnswer<SentText> {
    let server = FakeGhl::start().await;
    let mut person = recipient(PHONE);
    person.contact_id = Some(server.add_contact(Some(PHONE)));
    server.script(GhlCall::Send, [play]);
    let answer = ghl_client(&server.base_url)
        .send(&text(person, "Hello"))
        .await;
    assert_eq!(
        server.requests(GhlCall::Send).len(),
        1,
        "a text is never sent twice"
    );
    answer
}

/// What one play makes of looking somebody up.
async fn resolve_under(call: GhlCall, play: Play) -> String {
    let server = FakeGhl::start().await;
    server.script(call, [play]);
    let heard = ghl_client(&server.base_url)
        .resolve(&recipient(PHONE))
        .await;
    assert!(server.texts().is_empty());
    class(&heard.answer).to_owned()
}

/// The table: an answer, its class for a text, for a look-up, and what it says of the number.
fn error_table() -> Vec<(Reply, &'static str, &'static str, Option<NumberFault>)> {
    use NumberFault::{OptedOut, Unreachable};
    let error = |status, message: &str| FakeGhl::error(status, message);
    let dnd = "Cannot send message as DND is active for SMS.";
    vec![
        (error(400, dnd), "Rejected", "Rejected", Some(OptedOut)),
        (
            error(400, "Missing phone number"),
            "Rejected",
            "Rejected",
            None,
        ),
        (
            error(400, "Invalid phone number"),
            "Rejected",
            "Rejected",
            Some(Unreachable),
        ),
        (
            error(400, "Number is a landline"),
            "Rejected",
            "Rejected",
            Some(Unreachable),
        ),
        (
            error(400, "Incorrect conversationProviderId/type"),
            "Rejected",
            "Rejected",
            None,
        ),
        (
            error(401, "Invalid token: expired"),
            "Credential",
            "Credential",
            None,
        ),
        (
            error(401, "version header is invalid"),
            "Credential",
            "Credential",
            None,
        ),
        (
            error(402, "Insufficient wallet balance"),
            "Credential",
            "Credential",
            None,
        ),
        (
            error(403, "The token has no scope"),
            "Credential",
            "Credential",
            None,
        ),
        (
            FakeGhl::error(422, json!(["property x", "y"])),
            "Rejected",
            "Rejected",
            None,
        ),
        (FakeGhl::too_many(false), "Throttled", "Throttled", None),
        (
            error(500, "Internal server error"),
            "Unknown",
            "Transient",
            None,
        ),
        (error(408, "Timeout"), "Unknown", "Transient", None),
        (html(302), "Credential", "Credential", None),
        (html(404), "Credential", "Credential", None),
        (html(502), "Unknown", "Transient", None),
        (html(503), "Unknown", "Transient", None),
        (html(200), "Unknown", "Transient", None),
        (
            error(200, "Something went wrong"),
            "Unknown",
            "Transient",
            None,
        ),
        (
            Reply::json(201, &json!({"messageId": ""})),
            "Unknown",
            "Transient",
            None,
        ),
        (
            Reply::text(201, "application/json", "{\"messa"),
            "Unknown",
            "Transient",
            None,
        ),
        (
            Reply::text(201, "application/json", ""),
            "Unknown",
            "Transient",
            None,
        ),
        (
            Reply::json(400, &json!("a bare text")),
            "Rejected",
            "Rejected",
            None,
        ),
    ]
}

#[tokio::test]
async fn every_error_of_a_text_has_its_class_and_says_what_it_means_for_the_number() {
    for (reply, expected, _, number) in error_table() {
        let name = format!(
            "{} {:.60}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        let heard = send_under(Play::Answer(reply)).await;
        assert_eq!(class(&heard.answer), expected, "{name}: {heard:?}");
        assert_eq!(heard.number, number, "{name}: {heard:?}");
    }
}

#[tokio::test]
async fn every_error_of_a_look_up_has_its_class_and_no_look_up_is_ever_unknown() {
    for (reply, _, expected, _) in error_table() {
        let name = format!(
            "{} {:.60}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        let found = resolve_under(GhlCall::Upsert, Play::Answer(reply)).await;
        assert_eq!(found, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_an_answer_is_unknown_and_a_look_up_without_one_is_tried_again() {
    let plays = [
        Play::CutBefore,
        Play::WorkThenCut,
        Play::WorkThenCutAnswer,
        Play::Stall,
        Play::WorkThenStall,
        Play::WorkThenAnswer(html(500)),
        Play::WorkThenAnswer(Reply::text(200, "application/json", "{")),
    ];
    // All at once, because a stalled call takes as long as its deadline.
    join_all(plays.map(async |play| {
        let name = format!("{play:.60?}");
        let (sent, searched, made) = tokio::join!(
            send_under(play.clone()),
            resolve_under(GhlCall::Search, play.clone()),
            resolve_under(GhlCall::Upsert, play.clone()),
        );
        assert_eq!(class(&sent.answer), "Unknown", "{name}: {sent:?}");
        assert_eq!(
            (searched.as_str(), made.as_str()),
            ("Transient", "Transient"),
            "{name}"
        );
    }))
    .await;
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_has_certainly_sent_nothing() {
    let gone = FakeGhl::start().await.base_url.clone();
    let mut person = recipient(PHONE);
    person.contact_id = Some(String::from("somebody"));
    let heard = ghl_client(&gone).send(&text(person, "Hello")).await;
    assert_eq!(class(&heard.answer), "Transient", "{heard:?}");
}

#[tokio::test]
async fn a_wait_is_the_services_and_else_its_window_with_jitter() {
    let server = FakeGhl::start().await;
    let mut person = recipient(PHONE);
    person.contact_id = Some(server.add_contact(Some(PHONE)));
    let client = ghl_client(&server.base_url);
    let evening = FakeGhl::too_many(true).with_header("date", "Sun, 06 Dec 2026 20:00:00 GMT");
    server.script(
        GhlCall::Send,
        [
            FakeGhl::too_many(false).with_header("retry-after", "7"),
            FakeGhl::too_many(false),
            FakeGhl::error(429, "Too Many Requests"),
            evening,
            FakeGhl::too_many(true),
        ]
        .map(Play::Answer),
    );
    let mut waits = Vec::new();
    for _ in 0..5 {
        let heard = client.send(&text(person.clone(), "Hello")).await;
        let Answer::Throttled { after, .. } = heard.answer else {
            panic!("429 is throttled, not {heard:?}")
        };
        waits.push(after);
    }
    let secs = |n| Duration::from_secs(n);
    assert_eq!(
        (waits[0], waits[3], waits[4]),
        (secs(7), secs(4 * 3600), secs(3600))
    );
    for wait in &waits[1..3] {
        assert!((secs(10)..=secs(20)).contains(wait), "{wait:?}");
    }
    assert!(server.texts().is_empty());
}

#[tokio::test]
async fn a_wrong_key_a_wrong_version_and_a_wrong_location_are_told_apart() {
    let said = async |reply| format!("{:?}", send_under(Play::Answer(reply)).await.answer);
    let key = said(FakeGhl::error(401, "Invalid token")).await;
    assert!(key.contains("Set GHL_API_KEY"), "{key}");
    let version = said(FakeGhl::error(401, "version header was not found.")).await;
    assert!(version.contains("The key is not at fault"), "{version}");
    let location = said(FakeGhl::error(403, "The token does not have access")).await;
    assert!(location.contains("GHL_LOCATION_ID"), "{location}");
}

#[tokio::test]
async fn neither_key_nor_person_nor_text_reaches_a_reason_or_a_log() {
    let (log, _guard) = CapturedLog::begin();
    let token = FakeGhl::TOKEN;
    let gossip = format!("Token {token} of jane.roe@acme.com, +1-512-555-0123, ?key={token}");
    let mut said = String::new();
    for status in [200, 302, 400, 401, 402, 403, 404, 408, 422, 429, 500] {
        let reply = FakeGhl::error(status, gossip.as_str());
        let heard = if status == 404 {
            resolve_under(GhlCall::Search, Play::Answer(reply)).await
        } else {
            format!("{:?}", send_under(Play::Answer(reply)).await)
        };
        said.push_str(&heard);
    }
    let server = FakeGhl::start().await;
    let client = ghl_client(&server.base_url);
    let (text, sent) = send(&client, "A secret for Jane").await;
    delivered(client.delivery(&sent.message_id).await);
    said.push_str(&format!("{client:?} {:?}", text.recipient.phone));
    assert!(
        log.text().contains("a text was handed over"),
        "the log is not captured"
    );
    said.push_str(&log.text());
    for secret in [
        token,
        "jane.roe",
        "5550123",
        "555-0123",
        "A secret for Jane",
    ] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
