//! What GoHighLevel and Twilio tell us: who may be believed, and what it is read into.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use pgcascade::messaging::delivery::DeliveryStatus;
use pgcascade::messaging::gateway_event::{GatewayEvent, InboundText};
use pgcascade::providers::WebhookError;
use pgcascade::providers::ghl::{
    PublicKeys, SignatureError, is_stale, signed_event, workflow_text,
};
use pgcascade::providers::twilio;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::support::fake_ghl_app::{
    GhlApp, deliver_workflow, inbound_message, outbound_message, workflow_message,
};
use crate::support::fake_http::{FakeServer, Play, Reply, Request, Service};
use crate::support::fake_twilio::FakeTwilio;

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

fn body() -> Vec<u8> {
    inbound_message("M1", "C1", "YES", moment())
        .to_string()
        .into_bytes()
}

#[test]
fn a_signature_over_the_raw_body_is_accepted() {
    let app = GhlApp::new(1);
    let keys = PublicKeys::parse(&app.public_key()).unwrap();
    // White space and the order of fields are the sender's: the bytes are what is signed.
    for body in [
        body(),
        b" {\"type\" : \"InboundMessage\"}\n".to_vec(),
        Vec::new(),
    ] {
        assert_eq!(keys.verify(Some(&app.sign(&body)), &body), Ok(()));
    }
}

#[test]
fn a_forged_signature_another_key_and_an_altered_body_are_refused() {
    let app = GhlApp::new(1);
    let keys = PublicKeys::parse(&app.public_key()).unwrap();
    let body = body();
    let signature = app.sign(&body);
    let mut altered = body.clone();
    let place = altered.iter().position(|byte| *byte == b'Y').unwrap();
    altered[place] = b'N';
    let spaced = [body.as_slice(), b" "].concat();
    let zeros = "A".repeat(86) + "==";
    for (name, header, body, expected) in [
        (
            "altered",
            signature.as_str(),
            &altered,
            SignatureError::Wrong,
        ),
        (
            "one space more",
            signature.as_str(),
            &spaced,
            SignatureError::Wrong,
        ),
        (
            "another key",
            &GhlApp::new(2).sign(&body),
            &body,
            SignatureError::Wrong,
        ),
        ("forged", zeros.as_str(), &body, SignatureError::Wrong),
        ("too short", "AAAA", &body, SignatureError::Malformed),
        ("no base64", "%%%", &body, SignatureError::Malformed),
        ("not signed", "N/A", &body, SignatureError::Missing),
        ("empty", " ", &body, SignatureError::Missing),
    ] {
        assert_eq!(keys.verify(Some(header), body), Err(expected), "{name}");
    }
    assert_eq!(keys.verify(None, &body), Err(SignatureError::Missing));
    let published = PublicKeys::published().unwrap();
    assert_eq!(
        published.verify(Some(&signature), &body),
        Err(SignatureError::Wrong)
    );
}

#[test]
fn while_a_key_is_changed_both_are_accepted() {
    let (old, new, stranger) = (GhlApp::new(1), GhlApp::new(2), GhlApp::new(3));
    let both = format!("{}\n{}", old.public_key(), new.public_key());
    let keys = PublicKeys::parse(&both.replace('\n', "\\n")).unwrap();
    let body = body();
    assert_eq!(keys.verify(Some(&old.sign(&body)), &body), Ok(()));
    assert_eq!(keys.verify(Some(&new.sign(&body)), &body), Ok(()));
    assert_eq!(
        keys.verify(Some(&stranger.sign(&body)), &body),
        Err(SignatureError::Wrong)
    );
}

#[test]
fn a_replay_is_known_by_its_id_and_an_old_one_by_its_age() {
    let first = signed_event(&body()).unwrap();
    let again = signed_event(&body()).unwrap();
    assert_eq!(first.notification_id.as_deref(), Some("Webhook-M1"));
    assert_eq!(first.notification_id, again.notification_id);
    let aged = |by: TimeDelta| is_stale(first.sent_at, moment() + by);
    // The service itself repeats for about 70 minutes.
    assert!(!aged(TimeDelta::zero()) && !aged(TimeDelta::minutes(80)));
    assert!(aged(TimeDelta::hours(3)), "a replay of hours ago");
    assert!(
        !aged(TimeDelta::minutes(-4)) && aged(TimeDelta::minutes(-10)),
        "from the future"
    );
    assert!(
        is_stale(None, moment()),
        "without an age it could be replayed for ever"
    );
}

#[test]
fn an_event_of_an_app_is_read_whole() {
    let GatewayEvent::Inbound(text) = signed_event(&body()).unwrap().event else {
        panic!("an inbound text")
    };
    let expected = InboundText {
        provider: "ghl",
        message_id: Some(String::from("M1")),
        notification_id: Some(String::from("Webhook-M1")),
        from: None,
        to: None,
        contact_id: Some(String::from("C1")),
        account: Some(String::from("FakeLocation00000001")),
        body: String::from("YES"),
        attachments: 0,
        received_at: Some(moment()),
        answered_by_provider: false,
    };
    assert_eq!(text, expected);
    let report = outbound_message("M2", "C1", "undelivered", moment()).to_string();
    let GatewayEvent::Delivery(report) = signed_event(report.as_bytes()).unwrap().event else {
        panic!("a report")
    };
    assert_eq!(
        (report.message_id.as_str(), report.body.as_deref()),
        ("M2", Some("Hello"))
    );
    assert_eq!(report.delivery.status, DeliveryStatus::Undelivered);
    let mut typed = outbound_message("M3", "C1", "sent", moment());
    typed["source"] = json!("app");
    let GatewayEvent::Delivery(report) = signed_event(typed.to_string().as_bytes()).unwrap().event
    else {
        panic!("a report")
    };
    assert_eq!(
        report.body, None,
        "what a person typed there is no evidence of ours"
    );
}

#[test]
fn a_change_of_do_not_disturb_is_a_change_of_consent() {
    for (status, opted_out) in [("active", true), ("permanent", true), ("inactive", false)] {
        let event = json!({
            "type": "ContactDndUpdate", "locationId": "L", "id": "C1", "phone": "+15125550123",
            "dnd": opted_out, "dndSettings": {"SMS": {"status": status}}, "webhookId": "W",
            "timestamp": moment().to_rfc3339(),
        });
        let GatewayEvent::Consent(change) =
            signed_event(event.to_string().as_bytes()).unwrap().event
        else {
            panic!("a change of consent")
        };
        assert_eq!(
            (change.opted_out, change.contact_id.as_str()),
            (opted_out, "C1")
        );
    }
}

#[test]
fn calls_and_unknown_events_are_ignored_and_what_is_broken_is_refused() {
    let mut call = inbound_message("M1", "C1", "", moment());
    call["messageType"] = json!("CALL");
    for event in [
        call,
        json!({"type": "ContactCreate"}),
        json!({"type": "Made Up"}),
    ] {
        let read = signed_event(event.to_string().as_bytes()).unwrap();
        assert!(
            matches!(read.event, GatewayEvent::Ignored { .. }),
            "{event}"
        );
    }
    for broken in ["", "[]", "null", "{", "\u{0}", "{\"a\": 1"] {
        assert_eq!(
            signed_event(broken.as_bytes()),
            Err(WebhookError::Unreadable),
            "{broken}"
        );
    }
    assert_eq!(signed_event(b"{}"), Err(WebhookError::Lacks("type")));
    let nobody = json!({"type": "InboundMessage", "messageType": "SMS", "body": "hi"});
    assert_eq!(
        signed_event(nobody.to_string().as_bytes()),
        Err(WebhookError::NoSender)
    );
}

#[test]
fn a_workflow_is_read_in_its_names_of_today_and_the_older_ones() {
    let read = |body: Value| workflow_text(body.to_string().as_bytes());
    let today = read(workflow_message("C1", "(512) 555-0123", " Yes! \n")).unwrap();
    let older = json!({
        "contactId": "C1", "messageBody": " Yes! \n", "from": "(512) 555-0123",
        "locationId": "FakeLocation00000001",
    });
    assert_eq!(read(older), Ok(today.clone()));
    assert_eq!((today.body.as_str(), today.message_id), (" Yes! \n", None));
    assert_eq!(
        today.from.map(|phone| phone.to_string()).as_deref(),
        Some("***23")
    );
    let picture = json!({"contact_id": "C1", "attachments": ["https://x.example/1.jpg"]});
    assert_eq!(
        read(picture).map(|text| (text.body, text.attachments)),
        Ok((String::new(), 1))
    );
    assert_eq!(read(json!({"contact_id": "C1"})), Err(WebhookError::NoText));
    assert_eq!(
        read(json!({"message": {"body": "hi"}})),
        Err(WebhookError::NoSender)
    );
}

fn token() -> SecretString {
    SecretString::from(FakeTwilio::TOKEN)
}

fn owned(form: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = form.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn a_twilio_signature_is_accepted_with_and_without_the_default_port() {
    let form = [
        ("From", "+15125550123"),
        ("Body", "Yes & no"),
        ("AccountSid", "AC1"),
    ];
    let plain = "https://texts.example.com/webhooks/twilio?attempt=a-1";
    let with_port = "https://texts.example.com:443/webhooks/twilio?attempt=a-1";
    for signed in [plain, with_port] {
        let signature = FakeTwilio::sign(FakeTwilio::TOKEN, signed, &form);
        for ours in [plain, with_port] {
            let verified = twilio::verify(&token(), Some(&signature), ours, &owned(&form));
            assert_eq!(verified, Ok(()), "{signed} {ours}");
        }
    }
}

#[test]
fn a_twilio_signature_for_anything_else_is_refused() {
    use twilio::SignatureError::{Malformed, Missing, Wrong};
    let form = [("From", "+15125550123"), ("Body", "YES")];
    let url = "https://texts.example.com/webhooks/twilio";
    let signature = FakeTwilio::sign(FakeTwilio::TOKEN, url, &form);
    let of = |header: Option<&str>, url: &str, form: &[(&str, &str)]| {
        twilio::verify(&token(), header, url, &owned(form))
    };
    let altered = [("From", "+15125550123"), ("Body", "STOP")];
    let more = [("From", "+15125550123"), ("Body", "YES"), ("To", "x")];
    assert_eq!(of(Some(&signature), url, &form), Ok(()));
    assert_eq!(of(Some(&signature), url, &altered), Err(Wrong));
    assert_eq!(of(Some(&signature), url, &more), Err(Wrong));
    assert_eq!(
        of(Some(&signature), &format!("{url}?x=1"), &form),
        Err(Wrong)
    );
    let other = FakeTwilio::sign("another token", url, &form);
    assert_eq!(of(Some(&other), url, &form), Err(Wrong));
    assert_eq!(of(Some("!"), url, &form), Err(Malformed));
    assert_eq!(of(Some(""), url, &form), Err(Missing));
    assert_eq!(of(None, url, &form), Err(Missing));
}

#[test]
fn the_example_of_twilios_reference_has_its_published_signature() {
    let form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
    ];
    let token = SecretString::from("12345");
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let verified = twilio::verify(
        &token,
        Some("0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        url,
        &owned(&form),
    );
    assert_eq!(verified, Ok(()));
}

#[test]
fn a_twilio_form_is_read_into_a_text() {
    let form = |pairs: &[(&str, &str)]| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs).finish()
    };
    let sent = form(&[
        ("MessageSid", "SM1"),
        ("From", "+15125550123"),
        ("To", FakeTwilio::FROM),
        ("Body", "STOP please"),
        ("NumMedia", "2"),
        ("OptOutType", "STOP"),
        ("AccountSid", FakeTwilio::ACCOUNT),
        ("SomethingNew", "x"),
    ]);
    let text = twilio::inbound_text(sent.as_bytes()).unwrap();
    assert_eq!(
        (text.message_id.as_deref(), text.body.as_str()),
        (Some("SM1"), "STOP please")
    );
    assert_eq!((text.attachments, text.answered_by_provider), (2, true));
    let nobody = form(&[("MessageSid", "SM1")]);
    assert_eq!(
        twilio::inbound_text(nobody.as_bytes()),
        Err(WebhookError::NoSender)
    );
    assert_eq!(
        twilio::inbound_text(b"From=x"),
        Err(WebhookError::Lacks("MessageSid"))
    );
    assert_eq!(
        twilio::status_report(b"MessageSid=SM1", None),
        Err(WebhookError::Lacks("MessageStatus"))
    );
}

/// A door that answers what it is told.
struct Door(VecDeque<u16>);

impl Service for Door {
    fn play(&mut self, _: &Request) -> Play {
        Play::Normal
    }

    fn work(&mut self, _: &Request) -> Reply {
        Reply::json(self.0.pop_front().unwrap_or(200), &json!({}))
    }
}

#[tokio::test]
async fn only_429_brings_a_notification_again() {
    let app = GhlApp::new(1);
    let body = inbound_message("M1", "C1", "YES", moment());
    for (answers, tries) in [
        (vec![200], 1),
        (vec![503], 1),
        (vec![500, 200], 1),
        (vec![429, 429, 200], 3),
        (vec![429; 20], 7),
    ] {
        let door = FakeServer::start(Door(VecDeque::from(answers.clone()))).await;
        let url = format!("{}/webhooks/ghl", door.base_url);
        assert_eq!(app.deliver(&url, &body).await.len(), tries, "{answers:?}");
    }
    let door = FakeServer::start(Door(VecDeque::from([429, 200]))).await;
    let body = workflow_message("C1", "+15125550123", "YES");
    let headers = [("authorization", "Bearer a-secret-of-the-workflow")];
    assert_eq!(
        deliver_workflow(&door.base_url, &body, &headers)
            .await
            .len(),
        2
    );
}
