//! What every text gateway promises: the sandboxes and the real clients pass the same cases.

use std::any::Any;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use pgcascade::answer::Answer;
use pgcascade::mask::Phone;
use pgcascade::messaging::delivery::{DeliveryStatus, NumberFault};
use pgcascade::messaging::sms_gateway::{
    Evidence, GatewayAnswer, OutboundText, Recipient, SentText, SmsGateway, UncertainAttempt,
};
use pgcascade::providers::ghl::{GhlClient, GhlConfig};
use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::sms_sandbox::SmsSandbox;
use pgcascade::providers::text_webhook::{TextWebhook, TextWebhookConfig};
use pgcascade::providers::twilio::{TwilioClient, TwilioConfig};

use super::apify_failures::class;
use crate::support::fake_clock::now;
use crate::support::fake_ghl::FakeGhl;
use crate::support::fake_receiver::{FakeReceiver, SECRET};
use crate::support::fake_twilio::FakeTwilio;

/// Somebody's number.
pub const PHONE: &str = "+15125550123";

/// A gateway, with the server that it needs to live.
struct Subject {
    gateway: Box<dyn SmsGateway>,
    _server: Box<dyn Any>,
}

fn sandbox(sandbox: SmsSandbox) -> Subject {
    Subject {
        gateway: Box::new(sandbox),
        _server: Box::new(()),
    }
}

async fn ghl() -> Subject {
    let server = FakeGhl::start().await;
    Subject {
        gateway: Box::new(ghl_client(&server.base_url)),
        _server: Box::new(server),
    }
}

async fn twilio() -> Subject {
    let server = FakeTwilio::start().await;
    Subject {
        gateway: Box::new(twilio_client(&server.base_url, |_| {})),
        _server: Box::new(server),
    }
}

async fn webhook() -> Subject {
    let receiver = FakeReceiver::start().await;
    Subject {
        gateway: Box::new(webhook_client(&receiver.url)),
        _server: Box::new(receiver),
    }
}

/// The real client with a short wait.
pub fn webhook_client(url: &str) -> TextWebhook {
    crate::support::install_crypto();
    let url = BaseUrl::parse(url).unwrap();
    let config = TextWebhookConfig {
        send_timeout: Duration::from_secs(2),
        ..TextWebhookConfig::new(url, SECRET.into(), "Power100 Events")
    };
    TextWebhook::new(config).unwrap()
}

/// The real client with short waits.
pub fn ghl_client(base_url: &str) -> GhlClient {
    crate::support::install_crypto();
    let base_url = BaseUrl::parse(base_url).unwrap();
    let config = GhlConfig {
        lookup_timeout: Duration::from_secs(2),
        send_timeout: Duration::from_secs(2),
        ..GhlConfig::new(base_url, FakeGhl::TOKEN.into(), FakeGhl::LOCATION)
    };
    GhlClient::new(config).unwrap()
}

/// The real client with short waits and changed settings.
pub fn twilio_client(base_url: &str, change: impl FnOnce(&mut TwilioConfig)) -> TwilioClient {
    crate::support::install_crypto();
    let base_url = BaseUrl::parse(base_url).unwrap();
    let token = FakeTwilio::TOKEN.into();
    let mut config = TwilioConfig::new(base_url, FakeTwilio::ACCOUNT, token, FakeTwilio::FROM);
    config.lookup_timeout = Duration::from_secs(2);
    config.send_timeout = Duration::from_secs(2);
    change(&mut config);
    TwilioClient::new(config).unwrap()
}

/// Somebody with a name.
pub fn recipient(phone: &str) -> Recipient {
    Recipient {
        phone: Phone::new(phone),
        contact_id: None,
        first_name: Some(String::from("Jane")),
        last_name: Some(String::from("Roe")),
    }
}

/// A text to a recipient; the attempt's id is made of its words.
pub fn text(recipient: Recipient, body: &str) -> OutboundText {
    OutboundText {
        recipient,
        body: body.to_owned(),
        attempt: format!("attempt-{}", body.len()),
        valid_for: Some(Duration::from_secs(600)),
        message_type: String::from("admin_custom"),
        called_at: now(),
    }
}

/// The attempt of that text, which began then and is asked about so much later.
pub fn uncertain(text: &OutboundText, began_at: DateTime<Utc>, later: i64) -> UncertainAttempt {
    UncertainAttempt {
        phone: text.recipient.phone.clone(),
        contact_id: text.recipient.contact_id.clone(),
        body: text.body.clone(),
        attempt: text.attempt.clone(),
        began_at,
        asked_at: began_at + TimeDelta::seconds(later),
        others: Vec::new(),
    }
}

/// What was delivered.
pub fn delivered<T: std::fmt::Debug>(answer: impl Into<GatewayAnswer<T>>) -> T {
    match answer.into().answer {
        Answer::Delivered(value) => value,
        other => panic!("not delivered but {other:?}"),
    }
}

/// Resolves a number and texts it.
pub async fn send(gateway: &dyn SmsGateway, body: &str) -> (OutboundText, SentText) {
    let mut recipient = recipient(PHONE);
    recipient.contact_id = delivered(gateway.resolve(&recipient).await).contact_id;
    let text = text(recipient, body);
    let sent = delivered(gateway.send(&text).await);
    (text, sent)
}

/// The cases as tests of one gateway.
macro_rules! cases {
    ($module:ident, $subject:expr, $($case:ident),*) => {
        mod $module {
            #[expect(unused_imports, reason = "each subject uses some")]
            use super::{SmsSandbox, ghl, sandbox, twilio, webhook};
            $(#[tokio::test] async fn $case() { super::$case($subject).await; })*
        }
    };
}

/// Runs cases against every gateway.
macro_rules! every_gateway {
    ($($case:ident),* $(,)?) => {
        cases!(ghl_sandbox_conforms, sandbox(SmsSandbox::ghl()), $($case),*);
        cases!(twilio_sandbox_conforms, sandbox(SmsSandbox::twilio()), $($case),*);
        cases!(webhook_sandbox_conforms, sandbox(SmsSandbox::webhook()), $($case),*);
        cases!(ghl_conforms, ghl().await, $($case),*);
        cases!(twilio_conforms, twilio().await, $($case),*);
        cases!(webhook_conforms, webhook().await, $($case),*);
    };
}

/// Runs cases against those that can be asked what became of a text.
macro_rules! every_gateway_that_can_be_asked {
    ($($case:ident),* $(,)?) => {
        cases!(ghl_sandbox_can_be_asked, sandbox(SmsSandbox::ghl()), $($case),*);
        cases!(twilio_sandbox_can_be_asked, sandbox(SmsSandbox::twilio()), $($case),*);
        cases!(webhook_sandbox_can_be_asked, sandbox(SmsSandbox::webhook()), $($case),*);
        cases!(ghl_can_be_asked, ghl().await, $($case),*);
        cases!(twilio_can_be_asked, twilio().await, $($case),*);
    };
}

every_gateway!(
    a_text_gets_an_id_of_its_own,
    a_contact_is_resolved_to_the_same_id_every_time,
    an_unknown_message_is_rejected,
    a_text_that_nobody_can_take_is_rejected_and_says_what_to_do,
    nothing_came_in_where_nobody_wrote,
);

every_gateway_that_can_be_asked!(
    a_text_has_a_status_that_can_be_asked_for,
    evidence_finds_a_text_that_was_sent,
    evidence_does_not_find_what_was_never_sent,
);

async fn a_text_gets_an_id_of_its_own(subject: Subject) {
    let (_, first) = send(subject.gateway.as_ref(), "Your session starts at 9.").await;
    let (_, second) = send(subject.gateway.as_ref(), "Lunch is served.").await;
    assert_ne!(first.message_id, second.message_id);
    let is_sandbox = subject.gateway.name().ends_with("-sandbox");
    assert_eq!(first.message_id.starts_with("sandbox-"), is_sandbox);
}

async fn a_text_has_a_status_that_can_be_asked_for(subject: Subject) {
    let (_, sent) = send(subject.gateway.as_ref(), "Your session starts at 9.").await;
    let delivery = delivered(subject.gateway.delivery(&sent.message_id).await);
    assert!(delivery.status >= DeliveryStatus::Queued && delivery.reason.is_none());
}

async fn a_contact_is_resolved_to_the_same_id_every_time(subject: Subject) {
    let first = delivered(subject.gateway.resolve(&recipient(PHONE)).await);
    let again = Recipient {
        contact_id: first.contact_id.clone(),
        ..recipient(PHONE)
    };
    assert_eq!(delivered(subject.gateway.resolve(&again).await), first);
    assert_eq!(
        delivered(subject.gateway.resolve(&recipient(PHONE)).await),
        first
    );
    let (_, sent) = send(subject.gateway.as_ref(), "Hello").await;
    assert_eq!(sent.contact_id, first.contact_id);
}

async fn an_unknown_message_is_rejected(subject: Subject) {
    let answer = subject.gateway.delivery("no-such-message").await;
    assert_eq!(class(&answer), "Rejected", "{answer:?}");
}

async fn a_text_that_nobody_can_take_is_rejected_and_says_what_to_do(subject: Subject) {
    let long = "x".repeat(1_601);
    for (phone, body) in [(PHONE, ""), (PHONE, " \n"), (PHONE, long.as_str())] {
        let heard = subject.gateway.send(&text(recipient(phone), body)).await;
        assert_eq!(class(&heard.answer), "Rejected", "{heard:?}");
        assert_eq!(heard.number, None);
    }
    for phone in [
        "",
        "5125550123",
        "+1512555012x",
        "+05125550123",
        "+1512",
        "tel:+15125550123",
    ] {
        let heard = subject.gateway.resolve(&recipient(phone)).await;
        assert_eq!(class(&heard.answer), "Rejected", "{phone}: {heard:?}");
        assert_eq!(heard.number, Some(NumberFault::Unreachable));
        let heard = subject.gateway.send(&text(recipient(phone), "Hello")).await;
        let Answer::Rejected { reason } = heard.answer else {
            panic!("{phone} can be texted")
        };
        assert!(reason.contains("Correct the person's number"), "{reason}");
        assert!(!reason.contains("512555"), "{reason}");
    }
}

async fn evidence_finds_a_text_that_was_sent(subject: Subject) {
    let began_at = now();
    let (_, _) = send(subject.gateway.as_ref(), "Another text.").await;
    let (text, sent) = send(subject.gateway.as_ref(), "The one that is looked for.").await;
    for later in [1, 3600] {
        let evidence = subject
            .gateway
            .evidence(&uncertain(&text, began_at, later))
            .await;
        match delivered(evidence) {
            Evidence::Sent(found) => assert_eq!(found.message_id, sent.message_id),
            other => panic!("the text was sent, not {other:?}"),
        }
    }
}

async fn evidence_does_not_find_what_was_never_sent(subject: Subject) {
    let began_at = now();
    let (mut text, _) = send(subject.gateway.as_ref(), "A text.").await;
    text.body = String::from("Another text, whose call died.");
    text.attempt = String::from("attempt-dead");
    let soon = delivered(
        subject
            .gateway
            .evidence(&uncertain(&text, began_at, 1))
            .await,
    );
    assert!(
        matches!(soon, Evidence::TooEarly(_) | Evidence::NotSent),
        "{soon:?}"
    );
    let later = delivered(
        subject
            .gateway
            .evidence(&uncertain(&text, began_at, 121))
            .await,
    );
    assert_eq!(later, Evidence::NotSent);
}

async fn nothing_came_in_where_nobody_wrote(subject: Subject) {
    let (_, _) = send(subject.gateway.as_ref(), "One of ours.").await;
    let page = delivered(
        subject
            .gateway
            .inbound_since(now() - TimeDelta::days(1), None)
            .await,
    );
    assert_eq!((page.texts.len(), page.next), (0, None));
}
