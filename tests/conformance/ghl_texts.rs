//! Texts through GoHighLevel: whose contact, and what evidence an uncertain one leaves.

use std::time::Duration;

use chrono::TimeDelta;
use pgcascade::answer::Answer;
use pgcascade::messaging::delivery::{DeliveryStatus, NumberFault};
use pgcascade::messaging::sms_gateway::{Evidence, Recipient, SmsGateway, UncertainAttempt};
use serde_json::{Value, json};

use super::apify_failures::class;
use super::sms_gateway::{PHONE, delivered, ghl_client, recipient, send, text, uncertain};
use crate::support::fake_clock::now;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::fake_http::{Play, Reply};

const OTHER: &str = "+16025550144";

/// A recipient whose contact is known from before.
fn known(contact_id: &str) -> Recipient {
    Recipient {
        contact_id: Some(contact_id.to_owned()),
        ..recipient(PHONE)
    }
}

#[tokio::test]
async fn a_contact_is_found_by_its_number_and_made_only_if_there_is_none() {
    let server = FakeGhl::start().await;
    let client = ghl_client(&server.base_url);
    let made = delivered(client.resolve(&recipient(PHONE)).await).contact_id;
    assert_eq!(server.requests(GhlCall::Upsert).len(), 1);
    assert_eq!(
        delivered(client.resolve(&recipient(PHONE)).await).contact_id,
        made
    );
    let theirs = server.add_contact(Some(OTHER));
    let found = delivered(client.resolve(&recipient(OTHER)).await).contact_id;
    assert_eq!(found, Some(theirs));
    assert_eq!(
        server.requests(GhlCall::Upsert).len(),
        1,
        "nobody else was made"
    );
    let search = &server.requests(GhlCall::Search)[0];
    assert_eq!(search.param("number"), Some(PHONE));
    assert_eq!(search.param("locationId"), Some(FakeGhl::LOCATION));
    let upsert = &server.requests(GhlCall::Upsert)[0];
    let body = serde_json::from_slice::<Value>(&upsert.body).unwrap();
    assert_eq!(
        body,
        json!({
            "locationId": FakeGhl::LOCATION, "phone": PHONE,
            "firstName": "Jane", "lastName": "Roe",
        }),
        "a number and a name, nothing that matches or overwrites more"
    );
}

#[tokio::test]
async fn a_contact_that_carries_another_number_is_never_texted() {
    let server = FakeGhl::start().await;
    let client = ghl_client(&server.base_url);
    let stale = server.add_contact(Some(PHONE));
    server.set_phone(&stale, Some(OTHER));
    let heard = delivered(client.resolve(&known(&stale)).await);
    assert_ne!(
        heard.contact_id,
        Some(stale.clone()),
        "the number moved to another contact"
    );
    server.set_phone(&stale, None);
    assert_ne!(
        delivered(client.resolve(&known(&stale)).await).contact_id,
        Some(stale)
    );
    assert!(server.texts().is_empty());
}

#[tokio::test]
async fn an_upsert_that_gives_another_person_is_rejected() {
    let server = FakeGhl::start().await;
    server.confuse(PHONE, OTHER);
    let heard = ghl_client(&server.base_url)
        .resolve(&recipient(PHONE))
        .await;
    assert_eq!(class(&heard.answer), "Rejected", "{heard:?}");
    let said = format!("{heard:?}");
    assert!(
        said.contains("another person") && said.contains("***23"),
        "{said}"
    );
    assert!(
        !said.contains("5550123") && !said.contains("5550144"),
        "{said}"
    );
}

#[tokio::test]
async fn a_contact_that_was_deleted_is_looked_up_anew() {
    let server = FakeGhl::start().await;
    let client = ghl_client(&server.base_url);
    let gone = server.add_contact(Some(PHONE));
    server.delete_contact(&gone);
    let new = server.add_contact(Some(PHONE));
    assert_eq!(
        delivered(client.resolve(&known(&gone)).await).contact_id,
        Some(new.clone())
    );
    // Deleted between the look-up and the text: found again within the send, texted once.
    let sent = delivered(client.send(&text(known(&gone), "Hello")).await);
    assert_eq!(sent.contact_id, Some(new));
    assert_eq!(server.texts().len(), 1);
    assert_eq!(server.requests(GhlCall::Send).len(), 2);
}

#[tokio::test]
async fn a_person_with_do_not_disturb_is_not_texted() {
    let server = FakeGhl::start().await;
    let client = ghl_client(&server.base_url);
    let contact = server.add_contact(Some(PHONE));
    server.set_dnd(PHONE, true);
    let resolved = client.resolve(&recipient(PHONE)).await;
    assert_eq!(
        (class(&resolved.answer), resolved.number),
        ("Rejected", OPTED_OUT)
    );
    // Set after the look-up: the service itself refuses.
    let sent = client.send(&text(known(&contact), "Hello")).await;
    assert_eq!((class(&sent.answer), sent.number), ("Rejected", OPTED_OUT));
    server.set_dnd(PHONE, false);
    delivered(client.resolve(&recipient(PHONE)).await);
    assert!(server.texts().is_empty());
}

const OPTED_OUT: Option<NumberFault> = Some(NumberFault::OptedOut);

#[tokio::test]
async fn the_request_is_what_the_reference_asks_for() {
    let server = FakeGhl::start().await;
    let (text, sent) = send(&ghl_client(&server.base_url), "Hi Jane 👋").await;
    let [request] = server.requests(GhlCall::Send).try_into().expect("one call");
    assert_eq!(request.header("version"), Some("2021-04-15"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let body = serde_json::from_slice::<Value>(&request.body).unwrap();
    assert_eq!(
        body,
        json!({
            "type": "SMS", "contactId": text.recipient.contact_id, "message": "Hi Jane 👋",
            "toNumber": PHONE,
        })
    );
    let [received] = server.texts().try_into().expect("one text");
    assert_eq!(
        (received.phone.as_str(), received.id),
        (PHONE, sent.message_id)
    );
}

#[tokio::test]
async fn a_status_is_told_in_our_words() {
    let server = FakeGhl::start().await;
    let client = ghl_client(&server.base_url);
    let (_, sent) = send(&client, "Hello").await;
    for (theirs, ours, number) in [
        ("sent", DeliveryStatus::Sent, None),
        ("undelivered", DeliveryStatus::Undelivered, None),
        ("opt_out", DeliveryStatus::Failed, OPTED_OUT),
        ("delivered", DeliveryStatus::Delivered, None),
    ] {
        server.set_status(&sent.message_id, theirs);
        let delivery = delivered(client.delivery(&sent.message_id).await);
        assert_eq!(
            (delivery.status, delivery.number),
            (ours, number),
            "{theirs}"
        );
    }
}

/// A text that was sent while its answer was lost, with what to ask about it.
async fn lost(server: &FakeGhl, play: Play) -> UncertainAttempt {
    let client = ghl_client(&server.base_url);
    let mut person = recipient(PHONE);
    person.contact_id = delivered(client.resolve(&person).await).contact_id;
    let began_at = now();
    server.script(GhlCall::Send, [play]);
    let text = text(person, "Your session starts in 15 minutes.");
    let heard = client.send(&text).await;
    assert_eq!(class(&heard.answer), "Unknown", "{heard:?}");
    uncertain(&text, began_at, 5)
}

async fn evidence(server: &FakeGhl, attempt: &UncertainAttempt) -> Evidence {
    delivered(ghl_client(&server.base_url).evidence(attempt).await)
}

#[tokio::test]
async fn a_text_whose_answer_was_lost_is_found_in_the_export() {
    let server = FakeGhl::start().await;
    let attempt = lost(&server, Play::WorkThenCut).await;
    let Evidence::Sent(sent) = evidence(&server, &attempt).await else {
        panic!("it was sent")
    };
    assert_eq!(sent.message_id, server.texts()[0].id);
    assert_eq!(sent.contact_id, attempt.contact_id);
    // Found without the contact's id, too.
    let without = UncertainAttempt {
        contact_id: None,
        ..attempt
    };
    assert!(matches!(
        evidence(&server, &without).await,
        Evidence::Sent(_)
    ));
}

#[tokio::test]
async fn a_text_that_never_arrived_counts_as_not_sent_only_after_two_minutes() {
    let server = FakeGhl::start().await;
    let mut attempt = lost(&server, Play::CutBefore).await;
    assert_eq!(
        evidence(&server, &attempt).await,
        Evidence::TooEarly(Duration::from_secs(115))
    );
    attempt.asked_at = attempt.began_at + TimeDelta::seconds(120);
    assert_eq!(evidence(&server, &attempt).await, Evidence::NotSent);
}

#[tokio::test]
async fn an_export_that_lags_says_too_early_and_then_shows_the_text() {
    let server = FakeGhl::start().await;
    server.set_export_delay(Duration::from_secs(3600));
    let attempt = lost(&server, Play::WorkThenCutAnswer).await;
    assert!(matches!(
        evidence(&server, &attempt).await,
        Evidence::TooEarly(_)
    ));
    server.set_export_delay(Duration::ZERO);
    assert!(matches!(
        evidence(&server, &attempt).await,
        Evidence::Sent(_)
    ));
}

#[tokio::test]
async fn texts_that_are_not_ours_are_no_evidence() {
    let server = FakeGhl::start().await;
    let mut attempt = lost(&server, Play::CutBefore).await;
    attempt.asked_at = attempt.began_at + TimeDelta::seconds(300);
    let message = |id: &str, change: &[(&str, Value)]| {
        let mut message = json!({
            "id": id, "contactId": attempt.contact_id, "direction": "outbound", "source": "api",
            "status": "delivered", "body": attempt.body, "dateAdded": now().to_rfc3339(),
        });
        for (field, value) in change {
            message[*field] = value.clone();
        }
        message
    };
    let earlier = (attempt.began_at - TimeDelta::seconds(90)).to_rfc3339();
    for (id, change) in [
        ("inbound", vec![("direction", json!("inbound"))]),
        ("typed by a person", vec![("source", json!("app"))]),
        ("long before", vec![("dateAdded", json!(earlier))]),
        ("other words", vec![("body", json!("Lunch is served."))]),
        ("another person", vec![("contactId", json!("somebody"))]),
        ("another text's", vec![]),
    ] {
        server.add_message(message(id, &change));
    }
    attempt.others = vec![String::from("another text's")];
    assert_eq!(evidence(&server, &attempt).await, Evidence::NotSent);
    server.add_message(message("ours", &[]));
    let Evidence::Sent(sent) = evidence(&server, &attempt).await else {
        panic!("one is ours")
    };
    assert_eq!(sent.message_id, "ours");
    server.add_message(message("ours as well?", &[]));
    let unclear = evidence(&server, &attempt).await;
    assert!(matches!(unclear, Evidence::CannotSay { .. }), "{unclear:?}");
}

#[tokio::test]
async fn a_text_that_the_service_made_longer_is_left_to_a_person() {
    let server = FakeGhl::start().await;
    let mut attempt = lost(&server, Play::WorkThenCut).await;
    attempt.asked_at = attempt.began_at + TimeDelta::seconds(300);
    attempt.body = String::from("Your session starts");
    let unclear = evidence(&server, &attempt).await;
    assert!(matches!(unclear, Evidence::CannotSay { .. }), "{unclear:?}");
}

#[tokio::test]
async fn evidence_and_inbound_texts_are_read_over_several_pages() {
    let server = FakeGhl::start().await;
    server.set_page(2);
    let client = ghl_client(&server.base_url);
    let since = now() - TimeDelta::minutes(1);
    for n in 0..4 {
        send(&client, &format!("Text {n}")).await;
    }
    let attempt = lost(&server, Play::WorkThenCut).await;
    assert!(matches!(
        evidence(&server, &attempt).await,
        Evidence::Sent(_)
    ));
    for n in 0..3 {
        server.add_message(json!({
            "id": format!("in-{n}"), "contactId": "c", "direction": "inbound",
            "body": format!("reply {n}"), "dateAdded": now().to_rfc3339(), "attachments": null,
        }));
    }
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let page = delivered(client.inbound_since(since, next.as_deref()).await);
        found.extend(page.texts);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let ids = found
        .iter()
        .map(|text| text.message_id.as_deref().unwrap_or_default());
    assert_eq!(ids.collect::<Vec<_>>(), ["in-0", "in-1", "in-2"]);
    assert_eq!(found[2].body, "reply 2");
    assert_eq!(found[0].account.as_deref(), Some(FakeGhl::LOCATION));
}

#[tokio::test]
async fn messages_that_do_not_end_are_left_to_a_person() {
    let server = FakeGhl::start().await;
    let attempt = lost(&server, Play::WorkThenCut).await;
    for n in 0..12 {
        send(&ghl_client(&server.base_url), &format!("Text {n}")).await;
    }
    server.set_page(1);
    let unclear = evidence(&server, &attempt).await;
    assert!(matches!(unclear, Evidence::CannotSay { .. }), "{unclear:?}");
}

#[tokio::test]
async fn an_export_that_ignores_the_contact_is_no_evidence_for_another_person() {
    let server = FakeGhl::start().await;
    let mut attempt = lost(&server, Play::CutBefore).await;
    attempt.asked_at = attempt.began_at + TimeDelta::seconds(300);
    let theirs = json!({"messages": [{
        "id": "M9", "contactId": "somebody", "direction": "outbound", "source": "api",
        "body": attempt.body, "dateAdded": now().to_rfc3339(),
    }], "nextCursor": "again"});
    // An empty page with a cursor is the end as well.
    let end = json!({"messages": [], "nextCursor": "again"});
    let pages = [theirs, end].map(|page| Play::Answer(Reply::json(200, &page)));
    server.script(GhlCall::Export, pages);
    assert_eq!(evidence(&server, &attempt).await, Evidence::NotSent);
    assert_eq!(server.requests(GhlCall::Export).len(), 2);
}

#[tokio::test]
async fn the_number_behind_a_contact_can_be_asked_for() {
    let server = FakeGhl::start().await;
    let client = ghl_client(&server.base_url);
    let contact = server.add_contact(Some(PHONE));
    let phone = delivered(client.phone_of(&contact).await);
    assert_eq!(
        phone.map(|phone| phone.reveal().to_owned()).as_deref(),
        Some(PHONE)
    );
    assert_eq!(delivered(client.phone_of("nobody").await), None);
}

#[tokio::test]
async fn a_slow_service_that_cuts_connections_loses_no_text_that_it_took() {
    let server = FakeGhl::start().await;
    server.set_delay(GhlCall::Send, Duration::from_millis(30));
    server.every(3, GhlCall::Send, Play::WorkThenCut);
    let client = ghl_client(&server.base_url);
    let began_at = now();
    let mut found = Vec::new();
    for n in 0..9 {
        let text = text(recipient(PHONE), &format!("Text {n}"));
        let heard = client.send(&text).await;
        let sent = match heard.answer {
            Answer::Unknown { .. } => {
                match evidence(&server, &uncertain(&text, began_at, 5)).await {
                    Evidence::Sent(sent) => sent,
                    other => panic!("text {n} was taken, not {other:?}"),
                }
            }
            _ => delivered(heard),
        };
        found.push(sent.message_id);
    }
    let taken = server.texts();
    assert_eq!(
        found,
        taken.iter().map(|text| text.id.clone()).collect::<Vec<_>>()
    );
    assert!(
        taken
            .iter()
            .all(|text| text.at.elapsed() < Duration::from_secs(60))
    );
}

#[tokio::test]
async fn a_text_to_a_contact_that_was_found_anew_is_found_under_it() {
    let server = FakeGhl::start().await;
    let gone = server.add_contact(Some(PHONE));
    server.delete_contact(&gone);
    server.script(GhlCall::Send, [Play::Normal, Play::WorkThenCut]);
    let text = text(known(&gone), "Hello");
    let began_at = now();
    let heard = ghl_client(&server.base_url).send(&text).await;
    assert_eq!(class(&heard.answer), "Unknown", "{heard:?}");
    let found = evidence(&server, &uncertain(&text, began_at, 5)).await;
    assert!(matches!(found, Evidence::Sent(_)), "{found:?}");
}
