//! A text whose notification was lost is found in the provider's list, and acted on once.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use pgcascade::messaging::sms_gateway::SmsGateway;
use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::twilio::{TwilioClient, TwilioConfig};
use serde_json::json;

use crate::support::daemon::Rig;
use crate::support::fake_clock::now;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::fake_http::Play;
use crate::support::fake_twilio::FakeTwilio;

/// A text in the provider's list, of which nobody was told.
fn add_listed(server: &FakeGhl, id: &str, contact: &str, body: &str, at: DateTime<Utc>) {
    server.add_message(json!({
        "id": id, "contactId": contact, "locationId": FakeGhl::LOCATION, "messageType": "TYPE_SMS",
        "direction": "inbound", "status": "delivered", "body": body,
        "dateAdded": at.to_rfc3339_opts(SecondsFormat::Millis, true),
    }));
}

/// Lists are read when a test says so, not every five minutes as well.
const BY_HAND: &str =
    "update pipeline.schedules set cron = '0 0 29 2 *' where name like 'catch_up_%'";

/// One person whom the provider knows, too, and whose texts are read from its list.
async fn watched() -> (Rig, FakeGhl, String) {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let contact = server.add_contact(Some("+15125550101"));
    rig.run("select watch_received_texts('ghl'); update pipeline.stages set backoff = '20 milliseconds' where name = 'catch_up_ghl'")
        .await;
    rig.run(BY_HAND).await;
    (rig, server, contact)
}

/// The list is read now, to its end.
async fn read_now(rig: &Rig, provider: &str) {
    let before = rig
        .text("select coalesce(max(read_at), '-infinity')::text from inbound_readings")
        .await;
    rig.run(&format!(
        "update pipeline.schedules set next_at = now() where name = 'catch_up_{provider}'"
    ))
    .await;
    rig.until(&format!(
        "(select read_at > '{before}'::timestamptz from inbound_readings where provider = '{provider}')"
    ))
    .await;
    rig.until_heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_of_which_nobody_was_told_is_obeyed_once() {
    let (rig, server, contact) = watched().await;
    let daemon = rig.texts(&server);
    add_listed(&server, "M1", &contact, "STOP", now());
    read_now(&rig, "ghl").await;
    // Told of it at last, by both ways; and it is still in the list.
    rig.rows(
        "select receive_text('ghl', 'STOP', null, 'M1', provider_contact_id => $1), receive_text('ghl', 'STOP', '512 555 0101', provider_contact_id => $1)",
        &[&contact],
    )
    .await;
    read_now(&rig, "ghl").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(body || ' ' || status || ' ' || phone_number, '; ') from inbound_messages")
            .await,
        "STOP obeyed +15125550101"
    );
    let confirmations = server.texts();
    assert_eq!(confirmations.len(), 1, "{confirmations:?}");
    assert_eq!(
        rig.text("select missed || ' ' || coalesce(problem, '-') from inbound_readings")
            .await,
        "1 -"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_workflow_has_brought_without_an_id_is_not_found_again() {
    let (rig, server, contact) = watched().await;
    rig.event_is_on().await;
    let daemon = rig.texts(&server);
    let by_workflow = "select receive_text('ghl', $2, '512 555 0101', provider_contact_id => $1)";
    // Told, then listed.
    rig.rows(by_workflow, &[&contact, &"Met Kim Example"]).await;
    add_listed(&server, "M1", &contact, "Met Kim Example ", now());
    // The same words again, ten minutes before, which nobody was told of.
    let before = now() - TimeDelta::minutes(10);
    add_listed(&server, "M0", &contact, "Met Kim Example", before);
    read_now(&rig, "ghl").await;
    // Listed, then told, twice.
    add_listed(&server, "M2", &contact, "Met Lee Sample", now());
    read_now(&rig, "ghl").await;
    for _ in 0..2 {
        rig.rows(by_workflow, &[&contact, &"Met Lee Sample"]).await;
    }
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(btrim(body) || ' ' || provider_message_id, '; ' order by provider_message_id) from inbound_messages")
            .await,
        "Met Kim Example M0; Met Kim Example M1; Met Lee Sample M2"
    );
    assert_eq!(rig.number("select count(*) from event_notes").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_read_in_parts_and_what_was_read_is_remembered() {
    let (rig, server, contact) = watched().await;
    rig.event_is_on().await;
    server.set_page(2);
    for n in 0..45 {
        add_listed(
            &server,
            &format!("M{n}"),
            &contact,
            &format!("Note {n}"),
            now(),
        );
    }
    // Older than the first day of all this: not ours to act on.
    add_listed(&server, "M99", &contact, "STOP", now() - TimeDelta::days(1));
    let daemon = rig.texts(&server);
    let began = rig.text("select read_to::text from inbound_readings").await;
    read_now(&rig, "ghl").await;
    assert_eq!(rig.number("select count(*) from event_notes").await, 45);
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events where event_type = 'catch_up_ghl' and status = 'processed'")
            .await,
        3
    );
    assert!(
        rig.rows(
            "select from inbound_readings where read_to > $1::text::timestamptz",
            &[&began]
        )
        .await
        .len()
            == 1
    );
    let asked_from = server.requests(GhlCall::Export).len();
    read_now(&rig, "ghl").await;
    daemon.stop().await;
    let since = server.requests(GhlCall::Export)[asked_from]
        .param("startDate")
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .expect("a date");
    assert!(now() - since.to_utc() < TimeDelta::minutes(16), "{since}");
    assert_eq!(rig.number("select missed from inbound_readings").await, 45);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_read_says_so_and_loses_nothing() {
    let (rig, server, contact) = watched().await;
    let refused = FakeGhl::error(500, "Internal Server Error");
    let plays = std::iter::repeat_n(Play::Answer(refused), 3);
    server.script(GhlCall::Export, plays);
    add_listed(&server, "M1", &contact, "STOP", now());
    let began = rig.text("select read_to::text from inbound_readings").await;
    let daemon = rig.texts(&server);
    rig.run("update pipeline.schedules set next_at = now()")
        .await;
    rig.until("(select problem is not null from inbound_readings)")
        .await;
    assert_eq!(
        rig.text("select read_to::text from inbound_readings").await,
        began
    );
    read_now(&rig, "ghl").await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select coalesce(problem, '-') || ' ' || missed from inbound_readings")
            .await,
        "- 1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_not_read_the_list_stops_the_reading_once_and_nothing_else() {
    let (rig, server, _) = watched().await;
    let refused = FakeGhl::error(403, "The token does not have access to this location.");
    server.script(GhlCall::Export, [Play::Answer(refused)]);
    let daemon = rig.texts(&server);
    rig.run("update pipeline.schedules set next_at = now()")
        .await;
    rig.until(
        "(select paused and paused_reason <> '' from pipeline.stages where name = 'catch_up_ghl')",
    )
    .await;
    rig.texts_due(1, "hello").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_errors")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_answers_what_was_asked_before_it_was_written() {
    let (rig, server, contact) = watched().await;
    rig.event_is_on().await;
    rig.run("update inbound_readings set read_to = now() - interval '2 hours'")
        .await;
    let earlier = rig
        .asked(1, "attendance_check", r#"{"session_title": "Earlier"}"#, 60)
        .await;
    rig.asked(1, "attendance_check", r#"{"session_title": "Later"}"#, 10)
        .await;
    add_listed(
        &server,
        "M1",
        &contact,
        "yes",
        now() - TimeDelta::minutes(40),
    );
    let daemon = rig.texts(&server);
    read_now(&rig, "ghl").await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select pending_message_id from sms_routing_decisions")
            .await,
        earlier
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_does_not_come_back_from_the_list() {
    let (rig, server, contact) = watched().await;
    let daemon = rig.texts(&server);
    add_listed(&server, "M1", &contact, "I am Robin Sample 1", now());
    read_now(&rig, "ghl").await;
    rig.run("select erase_contractor(1); update inbound_readings set read_to = now() - interval '1 hour'")
        .await;
    read_now(&rig, "ghl").await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg('[' || body || ']', ' ') from inbound_messages")
            .await,
        "[]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn twilio_is_read_alike_and_a_sandbox_not_at_all() {
    let (rig, server) = (Rig::texting(1).await, FakeTwilio::start().await);
    rig.run("select watch_received_texts('twilio'); select watch_received_texts('ghl')")
        .await;
    rig.run(BY_HAND).await;
    server.add_inbound("SM1", "+15125550101", "stop", now() + TimeDelta::seconds(1));
    let base_url = BaseUrl::parse(&server.base_url).expect("a URL");
    let config = TwilioConfig::new(
        base_url,
        FakeTwilio::ACCOUNT,
        FakeTwilio::TOKEN.into(),
        FakeTwilio::FROM,
    );
    let client: Arc<dyn SmsGateway> = Arc::new(TwilioClient::new(config).expect("a client"));
    let daemon = rig.texts_through(client);
    read_now(&rig, "twilio").await;
    rig.run("update pipeline.schedules set next_at = now() where name = 'catch_up_ghl'")
        .await;
    rig.until("exists (select from marketing.pipeline_events where event_type = 'catch_up_ghl' and status = 'cancelled')")
        .await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(phone_number, ', ') from sms_subscriptions where not opted_in")
            .await,
        "+15125550101"
    );
}
