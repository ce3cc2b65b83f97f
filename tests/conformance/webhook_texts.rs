//! Texts through a webhook: what it is sent, and what each of its answers becomes.

use std::time::Duration;

use chrono::SecondsFormat;
use futures_util::future::join_all;
use pgcascade::answer::Answer;
use pgcascade::messaging::delivery::NumberFault;
use pgcascade::messaging::sms_gateway::{Evidence, GatewayAnswer, SentText, SmsGateway};
use serde_json::json;

use super::apify_failures::{class, html};
use super::sms_gateway::{PHONE, delivered, recipient, send, text, uncertain, webhook_client};
use crate::support::captured_log::CapturedLog;
use crate::support::fake_clock::now;
use crate::support::fake_http::{Play, Reply};
use crate::support::fake_receiver::{FakeReceiver, SECRET, body, verify};

#[tokio::test]
async fn a_text_is_signed_names_its_attempt_and_has_the_form_that_flows_read() {
    let receiver = FakeReceiver::start().await;
    let (text, sent) = send(&webhook_client(&receiver.url), "Lunch & coffee \u{1f44b}").await;
    let [request] = receiver.requests().try_into().expect("one request");
    verify(&request);
    assert_eq!(request.method, "POST");
    assert_eq!(request.header("webhook-id"), Some(text.attempt.as_str()));
    let at = text.called_at.to_rfc3339_opts(SecondsFormat::Micros, true);
    assert_eq!(
        body(&request),
        json!({
            "id": text.attempt, "type": "text.send", "timestamp": at,
            "data": {"phone": PHONE, "message": text.body, "message_type": "admin_custom",
                "first_name": "Jane", "last_name": "Roe", "valid_secs": 600},
            "send_via_ghl": {"phone": PHONE, "message": text.body, "from_name": "Power100 Events",
                "timestamp": at, "tags": ["admin_custom"]},
        })
    );
    // n8n names no id of its own.
    assert_eq!((sent.message_id, sent.contact_id), (text.attempt, None));
}

#[tokio::test]
async fn ids_that_the_receiver_names_are_kept() {
    for (answer, message_id, contact_id) in [
        (
            json!({"message_id": "m1", "contact_id": "c1"}),
            "m1",
            Some("c1"),
        ),
        (json!({"messageId": 17, "contactId": null}), "17", None),
        (json!({"message_id": " "}), "attempt-5", None),
        (json!(["m1"]), "attempt-5", None),
    ] {
        let sent = delivered(send_under(Play::Answer(Reply::json(202, &answer))).await);
        assert_eq!(sent.message_id, message_id, "{answer}");
        assert_eq!(sent.contact_id.as_deref(), contact_id, "{answer}");
    }
}

/// What one play makes of a text.
async fn send_under(play: Play) -> GatewayAnswer<SentText> {
    let receiver = FakeReceiver::start().await;
    receiver.script([play]);
    let client = webhook_client(&receiver.url);
    let answer = client.send(&text(recipient(PHONE), "Hello")).await;
    assert_eq!(receiver.requests().len(), 1, "a text is never sent twice");
    answer
}

#[tokio::test]
async fn every_answer_has_its_class_and_says_what_it_means_for_the_number() {
    let of = |status| Reply::json(status, &json!({"message": "as the flow says"}));
    let number = |fault| Reply::json(422, &json!({"number": fault}));
    let not_registered = json!({"code": 404, "message": "The webhook is not registered."});
    for (reply, expected, fault) in [
        (of(200), "Delivered", None),
        (of(204), "Delivered", None),
        (html(200), "Delivered", None),
        (
            Reply::text(201, "application/json", "{\"mess"),
            "Delivered",
            None,
        ),
        (of(302), "Credential", None),
        (of(400), "Rejected", None),
        (of(401), "Credential", None),
        (of(403), "Credential", None),
        (Reply::json(404, &not_registered), "Credential", None),
        (of(408), "Unknown", None),
        (of(410), "Credential", None),
        (of(422), "Rejected", None),
        (number("opted_out"), "Rejected", Some(NumberFault::OptedOut)),
        (
            number("unreachable"),
            "Rejected",
            Some(NumberFault::Unreachable),
        ),
        (number("purple"), "Rejected", None),
        (of(425), "Throttled", None),
        (of(429), "Throttled", None),
        (of(500), "Unknown", None),
        (html(502), "Unknown", None),
        (of(503), "Unknown", None),
    ] {
        let name = reply.status;
        let heard = send_under(Play::Answer(reply)).await;
        assert_eq!(class(&heard.answer), expected, "{name}: {heard:?}");
        assert_eq!(heard.number, fault, "{name}: {heard:?}");
    }
}

#[tokio::test]
async fn a_text_without_an_answer_is_unknown_and_a_persons_to_settle() {
    let plays = [
        Play::CutBefore,
        Play::WorkThenCut,
        Play::Stall,
        Play::WorkThenStall,
    ];
    join_all(plays.map(async |play| {
        let name = format!("{play:?}");
        let heard = send_under(play).await;
        assert_eq!(class(&heard.answer), "Unknown", "{name}: {heard:?}");
    }))
    .await;
    let gone = FakeReceiver::start().await.url.clone();
    let client = webhook_client(&gone);
    let text = text(recipient(PHONE), "Hello");
    let heard = client.send(&text).await;
    assert_eq!(class(&heard.answer), "Transient", "{heard:?}");
    for later in [1, 100_000] {
        let said = delivered(client.evidence(&uncertain(&text, now(), later)).await);
        let Evidence::CannotSay { reason } = said else {
            panic!("a webhook cannot say {said:?}")
        };
        assert!(reason.contains("webhook-id"), "{reason}");
    }
}

#[tokio::test]
async fn a_wait_that_the_receiver_asks_for_is_kept() {
    let reply = Reply::text(429, "text/plain", "slowly").with_header("retry-after", "7");
    let Answer::Throttled { after, .. } = send_under(Play::Answer(reply)).await.answer else {
        panic!("429 is throttled")
    };
    assert_eq!(after, Duration::from_secs(7));
}

#[tokio::test]
async fn neither_secret_nor_person_reaches_a_reason_or_a_log() {
    let (log, _guard) = CapturedLog::begin();
    let gossip = format!("no +15125550123 of {SECRET} jane.roe@acme.com at https://x.y/z");
    let mut said = String::new();
    for status in [302, 400, 401, 404, 429, 500] {
        let reply = Reply::text(status, "text/plain", gossip.as_str());
        said.push_str(&format!("{:?}", send_under(Play::Answer(reply)).await));
    }
    let receiver = FakeReceiver::start().await;
    send(&webhook_client(&receiver.url), "A secret for Jane").await;
    assert!(log.text().contains("a text was handed over"));
    said.push_str(&log.text());
    for secret in [SECRET, "jane.roe", "5550123", "A secret for Jane", "x.y/z"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
