//! Texts through Twilio: the form, the evidence, and what each failure becomes.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use pgcascade::answer::Answer;
use pgcascade::messaging::delivery::{DeliveryStatus, NumberFault};
use pgcascade::messaging::sms_gateway::{Evidence, GatewayAnswer, SentText, SmsGateway};
use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::twilio::status_report;
use serde_json::json;

use super::apify_failures::{class, html};
use super::sms_gateway::{PHONE, delivered, recipient, send, text, twilio_client, uncertain};
use crate::support::captured_log::CapturedLog;
use crate::support::fake_clock::now;
use crate::support::fake_http::{Play, Reply};
use crate::support::fake_twilio::FakeTwilio;

#[tokio::test]
async fn the_form_names_the_sender_the_validity_and_the_attempt() {
    let server = FakeTwilio::start().await;
    let client = twilio_client(&server.base_url, |config| {
        config.public_url = Some(BaseUrl::parse("https://texts.example.com/in").unwrap());
    });
    let (text, _) = send(&client, "Lunch & networking: 12:00 + coffee 👋").await;
    let [taken] = server.texts().try_into().expect("one text");
    assert_eq!(taken.to, PHONE);
    assert_eq!(taken.body, text.body);
    assert_eq!(taken.field("From"), Some(FakeTwilio::FROM));
    assert_eq!(taken.field("ValidityPeriod"), Some("600"));
    let callback = taken.field("StatusCallback").expect("a callback");
    assert_eq!(
        callback,
        format!(
            "https://texts.example.com/in/webhooks/twilio/status?attempt={}",
            text.attempt
        )
    );
}

#[tokio::test]
async fn a_messaging_service_sends_instead_of_a_number() {
    let server = FakeTwilio::start().await;
    let client = twilio_client(&server.base_url, |config| {
        config.from = String::from("MG00000000000000000000000000000001");
    });
    send(&client, "Hello").await;
    let [taken] = server.texts().try_into().expect("one text");
    assert_eq!(taken.field("From"), None);
    assert!(
        taken
            .field("MessagingServiceSid")
            .is_some_and(|sid| sid.starts_with("MG"))
    );
    assert_eq!(taken.field("StatusCallback"), None);
}

#[tokio::test]
async fn a_callback_proves_an_attempt_whose_answer_was_lost() {
    let server = FakeTwilio::start().await;
    let client = twilio_client(&server.base_url, |config| {
        config.public_url = Some(BaseUrl::parse("https://texts.example.com").unwrap());
    });
    server.script_sends([Play::WorkThenCut]);
    let text = text(recipient(PHONE), "Hello");
    assert_eq!(class(&client.send(&text).await.answer), "Unknown");
    let taken = &server.texts()[0];
    // Out of order and doubled: the greatest counts.
    let reports = [("delivered", None), ("sent", None), ("delivered", None)].map(|(word, code)| {
        let (url, form) = FakeTwilio::callback(taken, word, code);
        let query = url.split_once('?').map(|(_, query)| query.to_owned());
        status_report(form.as_bytes(), query.as_deref()).unwrap()
    });
    assert!(
        reports
            .iter()
            .all(|report| report.attempt.as_ref() == Some(&text.attempt))
    );
    assert!(reports.iter().all(|report| report.message_id == taken.sid));
    let greatest = reports.iter().map(|report| report.delivery.status).max();
    assert_eq!(greatest, Some(DeliveryStatus::Delivered));
    let (_, form) = FakeTwilio::callback(taken, "undelivered", Some(30034));
    let report = status_report(form.as_bytes(), None).unwrap();
    assert!(report.delivery.is_senders_fault);
    assert_eq!(
        (report.attempt, report.delivery.carrier_code.as_deref()),
        (None, Some("30034"))
    );
}

#[tokio::test]
async fn evidence_is_read_over_several_pages_and_ignores_other_texts() {
    let server = FakeTwilio::start().await;
    server.set_page(2);
    let client = twilio_client(&server.base_url, |_| {});
    let began_at = now();
    let (first, sent) = send(&client, "The one.").await;
    for n in 0..4 {
        send(&client, &format!("Text {n}")).await;
    }
    let mut attempt = uncertain(&first, began_at, 300);
    let Evidence::Sent(found) = delivered(client.evidence(&attempt).await) else {
        panic!("it was sent")
    };
    assert_eq!(found.message_id, sent.message_id);
    attempt.others = vec![sent.message_id];
    assert_eq!(
        delivered(client.evidence(&attempt).await),
        Evidence::NotSent
    );
    attempt.others.clear();
    attempt.began_at += TimeDelta::seconds(100);
    assert_eq!(
        delivered(client.evidence(&attempt).await),
        Evidence::NotSent
    );
    send(&client, "Twins.").await;
    let (twin, _) = send(&client, "Twins.").await;
    let unclear = delivered(client.evidence(&uncertain(&twin, began_at, 300)).await);
    assert!(matches!(unclear, Evidence::CannotSay { .. }), "{unclear:?}");
}

#[tokio::test]
async fn what_came_in_is_listed_from_the_moment_that_is_asked_for() {
    let server = FakeTwilio::start().await;
    let client = twilio_client(&server.base_url, |_| {});
    let at = now();
    server.add_inbound("SMold", PHONE, "old", at - TimeDelta::minutes(10));
    server.add_inbound("SMnew", PHONE, "YES", at);
    let page = delivered(client.inbound_since(at - TimeDelta::minutes(1), None).await);
    let [text] = page.texts.as_slice() else {
        panic!("one text, not {:?}", page.texts)
    };
    assert_eq!(
        (text.message_id.as_deref(), text.body.as_str()),
        (Some("SMnew"), "YES")
    );
    assert_eq!(text.from.as_ref().map(|phone| phone.reveal()), Some(PHONE));
}

#[tokio::test]
async fn a_status_is_told_in_our_words_with_the_carriers_code() {
    let server = FakeTwilio::start().await;
    let client = twilio_client(&server.base_url, |_| {});
    let (_, sent) = send(&client, "Hello").await;
    assert_eq!(sent.status, DeliveryStatus::Queued);
    server.set_status(&sent.message_id, "undelivered", Some(30006));
    let delivery = delivered(client.delivery(&sent.message_id).await);
    assert_eq!(delivery.status, DeliveryStatus::Undelivered);
    assert_eq!(delivery.number, Some(NumberFault::Unreachable));
    assert_eq!(delivery.carrier_code.as_deref(), Some("30006"));
}

#[tokio::test]
async fn a_look_up_is_never_unknown() {
    for (play, expected) in [
        (Play::CutBefore, "Transient"),
        (Play::WorkThenCutAnswer, "Transient"),
        (Play::Answer(html(503)), "Transient"),
        (Play::Answer(html(200)), "Transient"),
        (
            Play::Answer(FakeTwilio::error(429, 20429, "Too many")),
            "Throttled",
        ),
        (
            Play::Answer(FakeTwilio::error(401, 20003, "Authenticate")),
            "Credential",
        ),
    ] {
        let name = format!("{play:.60?}");
        let server = FakeTwilio::start().await;
        let client = twilio_client(&server.base_url, |_| {});
        let (text, sent) = send(&client, "Hello").await;
        server.script_lookups([play.clone(), play]);
        let status = client.delivery(&sent.message_id).await;
        assert_eq!(class(&status), expected, "{name}: {status:?}");
        let evidence = client.evidence(&uncertain(&text, now(), 5)).await;
        assert_eq!(class(&evidence), expected, "{name}: {evidence:?}");
    }
}

/// What one play makes of a text.
async fn send_under(play: Play) -> GatewayAnswer<SentText> {
    let server = FakeTwilio::start().await;
    server.script_sends([play]);
    let client = twilio_client(&server.base_url, |_| {});
    let answer = client.send(&text(recipient(PHONE), "Hello")).await;
    assert_eq!(server.requests().len(), 1, "a text is never sent twice");
    answer
}

#[tokio::test]
async fn every_error_of_a_text_has_its_class_and_says_what_it_means_for_the_number() {
    let error = |status, code| FakeTwilio::error(status, code, "As the reference says");
    for (reply, expected, number) in [
        (error(401, 20003), "Credential", None),
        (error(400, 20003), "Credential", None),
        (error(403, 20005), "Credential", None),
        (error(429, 20429), "Throttled", None),
        (
            error(400, 21211),
            "Rejected",
            Some(NumberFault::Unreachable),
        ),
        (
            error(400, 21217),
            "Rejected",
            Some(NumberFault::Unreachable),
        ),
        (
            error(400, 21614),
            "Rejected",
            Some(NumberFault::Unreachable),
        ),
        (error(400, 21408), "Rejected", None),
        (error(400, 21610), "Rejected", Some(NumberFault::OptedOut)),
        (error(400, 21606), "Credential", None),
        (error(400, 21659), "Credential", None),
        (error(400, 21612), "Rejected", None),
        (error(400, 21266), "Rejected", None),
        (error(400, 30001), "Throttled", None),
        (error(400, 30022), "Throttled", None),
        (error(400, 30034), "Credential", None),
        (error(400, 30410), "Unknown", None),
        (error(400, 30450), "Rejected", None),
        (error(400, 99999), "Rejected", None),
        (error(404, 20404), "Credential", None),
        (error(500, 20500), "Unknown", None),
        (error(503, 21211), "Unknown", None),
        (html(302), "Credential", None),
        (html(502), "Unknown", None),
        (html(200), "Unknown", None),
        (
            Reply::json(201, &json!({"status": "queued"})),
            "Unknown",
            None,
        ),
        (
            Reply::text(201, "application/json", "{\"sid"),
            "Unknown",
            None,
        ),
    ] {
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
async fn a_text_without_an_answer_is_unknown() {
    let plays = [
        Play::CutBefore,
        Play::WorkThenCut,
        Play::WorkThenCutAnswer,
        Play::Stall,
        Play::WorkThenStall,
    ];
    join_all(plays.map(async |play| {
        let name = format!("{play:?}");
        let heard = send_under(play).await;
        assert_eq!(class(&heard.answer), "Unknown", "{name}: {heard:?}");
    }))
    .await;
    let gone = FakeTwilio::start().await.base_url.clone();
    let client = twilio_client(&gone, |_| {});
    let heard = client.send(&text(recipient(PHONE), "Hello")).await;
    assert_eq!(class(&heard.answer), "Transient", "{heard:?}");
}

#[tokio::test]
async fn a_wait_that_twilio_asks_for_is_kept() {
    let reply = FakeTwilio::error(429, 20429, "Too Many Requests").with_header("retry-after", "3");
    let Answer::Throttled { after, .. } = send_under(Play::Answer(reply)).await.answer else {
        panic!("429 is throttled")
    };
    assert_eq!(after, Duration::from_secs(3));
}

#[tokio::test]
async fn neither_token_nor_person_reaches_a_reason_or_a_log() {
    let (log, _guard) = CapturedLog::begin();
    let token = FakeTwilio::TOKEN;
    let gossip = format!("The 'To' number +15125550123 of {token} jane.roe@acme.com is not valid");
    let mut said = String::new();
    for (status, code) in [(400, 21211), (400, 1), (401, 20003), (429, 20429), (500, 1)] {
        let reply = FakeTwilio::error(status, code, &gossip);
        said.push_str(&format!("{:?}", send_under(Play::Answer(reply)).await));
    }
    let server = FakeTwilio::start().await;
    let client = twilio_client(&server.base_url, |_| {});
    send(&client, "A secret for Jane").await;
    said.push_str(&format!("{client:?}"));
    assert!(
        log.text().contains("a text was handed over"),
        "the log is not captured"
    );
    said.push_str(&log.text());
    for secret in [token, "jane.roe", "5550123", "A secret for Jane"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
