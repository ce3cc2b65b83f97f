//! One delivery: what is sent, and what each answer means.

use std::collections::BTreeMap;
use std::time::Duration;

use pgcascade::answer::Answer;
use pgcascade::providers::webhook::message::Body;
use pgcascade::providers::webhook::{BreakerLimits, Deliverer, Message, Webhook};
use serde_json::{Value, json};

use crate::support::fake_http::{Play, Reply};
use crate::support::fake_receiver::{
    FakeReceiver, KEY, KEY_ENV, SECRET, SECRET_ENV, body, status, variables, verify,
};
use crate::support::{install_crypto, wait};

/// A deliverer that never rests.
pub fn deliverer() -> Deliverer {
    deliverer_with(BreakerLimits {
        failures_in_a_row: u32::MAX,
        window: usize::MAX,
        ..BreakerLimits::default()
    })
}

pub fn deliverer_with(breaker: BreakerLimits) -> Deliverer {
    install_crypto();
    Deliverer::new(variables(), breaker).expect("HTTP clients")
}

/// A signed webhook on this machine.
pub fn webhook(url: &str) -> Webhook {
    Webhook {
        name: "to_test".to_owned(),
        url: url.parse().expect("a URL"),
        method: "POST".parse().expect("a method"),
        headers: BTreeMap::new(),
        body: Body::Standard,
        secret_env: Some(SECRET_ENV.to_owned()),
        timeout: Duration::from_secs(10),
        concurrency: 8,
        allow_private: true,
        enabled: true,
    }
}

pub fn message() -> Message {
    Message {
        id: "evt_7_to_test".to_owned(),
        event_id: 7,
        event_type: "company_created".to_owned(),
        timestamp: "2026-01-02T03:04:05.000006Z".to_owned(),
        data: json!({"record_id": 1, "company": "Müller & Söhne"}),
    }
}

/// Sends one message; the time is that of a database whose clock is right.
pub async fn deliver(deliverer: &Deliverer, webhook: &Webhook) -> Answer<Value> {
    let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
    let now = i64::try_from(now.as_secs()).expect("a time");
    wait::within(
        "the delivery",
        deliverer.deliver(webhook, &message(), || now),
    )
    .await
}

/// The answer to one play.
async fn answer_to(play: Play) -> Answer<Value> {
    let receiver = FakeReceiver::start().await;
    receiver.script([play]);
    deliver(&deliverer(), &webhook(&receiver.url)).await
}

fn with_header(status: u16, name: &str, value: &str) -> Play {
    Play::Answer(Reply::text(status, "text/plain", "").with_header(name, value))
}

#[tokio::test]
async fn the_envelope_is_signed_and_any_receiver_can_verify_it() {
    let receiver = FakeReceiver::start().await;
    let answer = deliver(&deliverer(), &webhook(&receiver.url)).await;
    assert!(matches!(answer, Answer::Delivered(_)), "{answer:?}");
    let request = receiver.requests().remove(0);
    verify(&request);
    assert_eq!(request.method, "POST");
    assert_eq!(request.path, "/webhook/validate-company");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("webhook-id"), Some("evt_7_to_test"));
    assert_eq!(body(&request), json!(message()));
    assert_eq!(body(&request)["type"], "company_created");
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed_and_flows_get_the_body_they_know() {
    let receiver = FakeReceiver::start().await;
    let mut webhook = webhook(&receiver.url);
    webhook.secret_env = None;
    webhook.body = Body::Event;
    deliver(&deliverer(), &webhook).await;
    let request = receiver.requests().remove(0);
    assert_eq!(request.header("webhook-signature"), None);
    assert_eq!(
        body(&request),
        json!({"event_id": 7, "event_type": "company_created", "payload": message().data})
    );
}

#[tokio::test]
async fn a_header_names_a_variable_and_the_receiver_gets_its_value() {
    let receiver = FakeReceiver::start().await;
    let mut webhook = webhook(&receiver.url);
    let value = format!("Bearer ${{{KEY_ENV}}}");
    webhook.headers.insert("Authorization".to_owned(), value);
    deliver(&deliverer(), &webhook).await;
    let bearer = format!("Bearer {KEY}");
    assert_eq!(
        receiver.requests()[0].header("authorization"),
        Some(bearer.as_str())
    );
}

#[tokio::test]
async fn a_variable_that_is_missing_or_no_secret_sends_nothing() {
    let receiver = FakeReceiver::start().await;
    let mut unset = webhook(&receiver.url);
    unset.secret_env = Some("PGCASCADE_WEBHOOK_UNSET".to_owned());
    let mut no_secret = webhook(&receiver.url);
    no_secret.secret_env = Some(KEY_ENV.to_owned());
    for (webhook, words) in [
        (unset, "PGCASCADE_WEBHOOK_UNSET is not set"),
        (no_secret, "holds no signing secret"),
    ] {
        let answer = deliver(&deliverer(), &webhook).await;
        let Answer::Credential { reason } = answer else {
            panic!("{answer:?}");
        };
        assert!(reason.contains(words) && !reason.contains(KEY), "{reason}");
    }
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn each_status_has_its_class() {
    for code in [200, 201, 202, 204] {
        let answer = answer_to(status(code)).await;
        assert!(matches!(answer, Answer::Delivered(_)), "{code} {answer:?}");
    }
    for code in [300, 301, 304, 308, 400, 404, 405, 409, 413, 422, 451] {
        let answer = answer_to(status(code)).await;
        let rejected = matches!(answer, Answer::Rejected { .. });
        assert!(rejected, "{code} {answer:?}");
    }
    for code in [401, 403, 407, 410] {
        let answer = answer_to(status(code)).await;
        let paused = matches!(answer, Answer::Credential { .. });
        assert!(paused, "{code} {answer:?}");
    }
    for code in [408, 425, 500, 502, 503, 504, 524] {
        let answer = answer_to(status(code)).await;
        let transient = matches!(answer, Answer::Transient { .. });
        assert!(transient, "{code} {answer:?}");
    }
    let gone = answer_to(status(410)).await;
    assert!(
        matches!(&gone, Answer::Credential { reason } if reason.contains("gone for good")),
        "{gone:?}"
    );
}

#[tokio::test]
async fn retry_after_is_obeyed_within_reason() {
    for (code, asked, secs) in [(429, "7", 7), (503, "2", 2), (429, "999999", 3600)] {
        let answer = answer_to(with_header(code, "retry-after", asked)).await;
        let Answer::Throttled { after, .. } = answer else {
            panic!("{code} {answer:?}");
        };
        assert_eq!(after, Duration::from_secs(secs));
    }
    let answer = answer_to(status(429)).await;
    assert!(matches!(answer, Answer::Throttled { .. }), "{answer:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_host_is_named() {
    let elsewhere = FakeReceiver::start().await;
    let location = elsewhere.url.replace("127.0.0.1", "localhost") + "?token=abc";
    let answer = answer_to(with_header(307, "location", &location)).await;
    let Answer::Rejected { reason } = answer else {
        panic!("{answer:?}");
    };
    assert!(reason.contains("redirects to localhost"), "{reason}");
    assert!(!reason.contains("token"), "{reason}");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn of_a_huge_answer_the_beginning_is_read_and_the_rest_dropped() {
    let huge = || vec![b'x'; 10 * 1024 * 1024];
    let answer = answer_to(Play::Answer(Reply::text(200, "text/plain", huge()))).await;
    assert!(matches!(answer, Answer::Delivered(_)), "{answer:?}");
    let answer = answer_to(Play::Answer(Reply::text(400, "text/plain", huge()))).await;
    let Answer::Rejected { reason } = answer else {
        panic!("{answer:?}");
    };
    assert!(reason.len() < 1000, "{} bytes", reason.len());
}

#[tokio::test]
async fn an_answer_that_breaks_off_after_its_success_was_a_success() {
    let answer = answer_to(Play::WorkThenCutAnswer).await;
    assert!(matches!(answer, Answer::Delivered(_)), "{answer:?}");
}

#[tokio::test]
async fn an_answer_is_quoted_without_people_or_secrets() {
    let said = format!("jane@acme.com at +1-202-555-0142 sent {KEY} and {SECRET}");
    let answer = answer_to(Play::Answer(Reply::text(400, "text/plain", said))).await;
    let Answer::Rejected { reason } = answer else {
        panic!("{answer:?}");
    };
    assert!(reason.contains("[address] at [number]"), "{reason}");
    for hidden in ["jane", "0142", KEY, SECRET] {
        assert!(!reason.contains(hidden), "{reason}");
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_in_time_may_be_asked_again() {
    let receiver = FakeReceiver::start().await;
    receiver.always(Play::Stall);
    let mut slow = webhook(&receiver.url);
    slow.timeout = Duration::from_millis(100);
    let answer = deliver(&deliverer(), &slow).await;
    let Answer::Transient { reason } = answer else {
        panic!("{answer:?}");
    };
    assert!(
        reason.contains("no complete answer within 0.1 s"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_connection_that_is_refused_or_cut_may_be_tried_again() {
    // A port that is given to nobody who asks for any; a free one might be, at this moment.
    let closed = "http://127.0.0.1:1/";
    let answer = deliver(&deliverer(), &webhook(closed)).await;
    assert!(matches!(answer, Answer::Transient { .. }), "{answer:?}");
    for cut in [Play::CutBefore, Play::WorkThenCut] {
        let answer = answer_to(cut).await;
        assert!(matches!(answer, Answer::Transient { .. }), "{answer:?}");
    }
}

#[tokio::test]
async fn an_inactive_flow_is_a_closed_door_and_no_fault_of_the_event() {
    let said = json!({
        "code": 404,
        "message": "The requested webhook \"POST validate-company\" is not registered.",
        "hint": "The workflow must be active for a production URL to run successfully."
    });
    let answer = answer_to(Play::Answer(Reply::json(404, &said))).await;
    let Answer::Transient { reason } = answer else {
        panic!("{answer:?}");
    };
    assert!(reason.contains("Activate the workflow"), "{reason}");
}
