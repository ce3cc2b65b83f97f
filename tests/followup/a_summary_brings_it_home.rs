//! What somebody noted, met and means to do comes back as one text or an e-mail.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// Person 1 has notes, a peer who said yes (2), one who did not (3), and something to do.
async fn after_an_event() -> (Rig, FakeGhl) {
    let (rig, server) = (Rig::texting(4).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "update contractors set email = 'p' || id || '@example.com', company_name = 'Company ' || id;
        insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title)
        values (9, 41, now() - interval '2 hours', now() - interval '1 hour', 'session', 'Growing with AI');
        insert into event_notes (event_id, contractor_id, note_text, note_type, agenda_item_id, extracted_entities) values
            (41, 1, 'Answer leads in five minutes', 'insight', 9, '{}'),
            (41, 1, 'Met John Smith', 'contact', null, '{\"names\": [\"John Smith\"], \"emails\": [\"john@example.com\"]}'),
            (41, 2, 'Somebody else''s note', 'general', null, '{}');
        insert into event_peer_matches (event_id, contractor1_id, contractor2_id, connection_made)
        values (41, 1, 2, true), (41, 1, 3, false);
        insert into contractor_action_items (contractor_id, event_id, title, contractor_priority) values (1, 41, 'Hire a dispatcher', 1);
        update event_messages set status = 'cancelled' where status = 'scheduled'",
    )
    .await;
    (rig, server)
}

fn told(server: &FakeGhl, phone: &str) -> Vec<String> {
    let texts = server.texts().into_iter();
    texts
        .filter(|text| text.phone == phone)
        .map(|text| text.body)
        .collect()
}

const FIRST: &str = "+15125550101";

#[tokio::test(flavor = "multi_thread")]
async fn who_texts_summary_gets_his_own_in_one_text() {
    let (rig, server) = after_an_event().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "SUMMARY please").await;
    rig.receives(4, "my notes").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        told(&server, FIRST),
        [
            "Your Sample Expo. Met: Robin Sample 2 (Company 2) +15125550102 p2@example.com, John Smith. \
        To do: Hire a dispatcher. Sessions: Growing with AI (Answer leads in five minutes). Notes: Met John Smith."
        ]
    );
    assert_eq!(
        told(&server, "+15125550104"),
        ["You have no notes from Sample Expo yet. Text one, and it is in your summary."]
    );
    assert_eq!(
        rig.number("select count(*) from event_notes where note_text ilike '%summary%' or contractor_id = 4")
            .await,
        0,
        "to ask is no note"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_asking_is_left_to_a_person() {
    let (rig, server) = after_an_event().await;
    let daemon = rig.texts(&server);
    for words in ["SUMMARY", "summary please", "my notes", "Summary!", "recap"] {
        rig.receives(1, words).await;
        rig.until_heard().await;
    }
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(told(&server, FIRST).len(), 3, "each costs segments");
    assert_eq!(
        rig.text("select string_agg(distinct handling_note, '; ') from inbound_messages where status = 'for_a_person'")
            .await,
        "Has had 3 summaries within an hour, and asks for one more."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_no_contact_of_who_has_not_said_yes() {
    let (rig, _server) = after_an_event().await;
    let text = rig
        .text("select event_summary(1, 41)::text || (select body from draft_summary(1, 41))")
        .await;
    assert!(
        text.contains("p2@example.com") && text.contains("John Smith"),
        "{text}"
    );
    for untold in ["Sample 3", "p3@", "john@", "Somebody else"] {
        assert!(!text.contains(untold), "{untold}: {text}");
    }
    let refused = rig
        .client
        .batch_execute("select event_summary(1, 999)")
        .await;
    let error = refused.expect_err("there is no such event");
    assert_eq!(error.code().map(|code| code.code()), Some("PC001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn by_email_it_waits_for_whoever_sends_it_and_is_a_text_where_nobody_does() {
    let (rig, server) = after_an_event().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "email me my notes").await;
    rig.until_heard().await;
    rig.until_texted().await;
    assert!(told(&server, FIRST)[0].starts_with("Your Sample Expo."));
    rig.run(
        "update followup_settings set summaries_by_email = true;
        update contractors set email = null where id = 4",
    )
    .await;
    rig.receives(1, "Summary by e-mail").await;
    rig.receives(4, "summary by email").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        told(&server, FIRST)[1],
        "Your summary comes to your e-mail address."
    );
    assert!(told(&server, "+15125550104")[0].starts_with("We have no e-mail address of yours"));
    assert_eq!(
        rig.text("select concat_ws('|', contractor_id, send_to, subject, body like '%Hire a dispatcher%') from vw_summaries_to_email")
            .await,
        "1|p1@example.com|Your notes from Sample Expo|t"
    );
    rig.run("update event_summary_requests set sent_at = now()")
        .await;
    assert_eq!(
        rig.number("select count(*) from vw_summaries_to_email")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_sends_it_to_everybody_who_has_one_where_that_is_wanted() {
    let (rig, server) = after_an_event().await;
    assert_eq!(
        rig.number("select count(*) from agenda_rules where name = 'event_recap' and not enabled")
            .await,
        1,
        "off until an organiser wants it"
    );
    rig.run("select set_agenda_rule(41, 'event_recap', true)")
        .await;
    let daemon = rig.texts(&server);
    rig.until("exists (select from agenda_timers where rule_name = 'event_recap')")
        .await;
    rig.run("update event_attendees set sms_opt_in = false where contractor_id = 2;
        update marketing.pipeline_events set run_at = now() where event_type = 'event_recap_due' and status = 'pending'")
        .await;
    rig.until("exists (select from event_messages where message_type = 'event_recap' and status = 'sent')")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        server.texts().len(),
        1,
        "nobody without consent, nobody without notes"
    );
    assert!(told(&server, FIRST)[0].contains("Hire a dispatcher"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_gone_from_others_summaries() {
    let (rig, server) = after_an_event().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "summary").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    rig.run("insert into event_messages (event_id, contractor_id, message_type, personalization_data, scheduled_time) values
            (41, 1, 'event_recap', '{\"template\": \"event_summary\", \"event\": \"Sample Expo\", \"people\": \"Robin Sample 2 (Company 2)\"}', now() + interval '1 hour')")
        .await;
    rig.run("select erase_contractor(2)").await;
    assert_eq!(
        rig.number("select count(*) from event_messages as message left join message_attempts as attempt on attempt.message_id = message.id
            where concat_ws(' ', message.personalization_data, message.message_content, attempt.body) ~ 'Sample 2|Company 2|p2@|0102'")
            .await,
        0
    );
    assert_eq!(
        rig.text("select status from event_messages where message_type = 'event_recap'")
            .await,
        "cancelled"
    );
    assert!(
        !rig.text("select event_summary(1, 41)::text")
            .await
            .contains("Erased")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_gone_from_what_went_to_a_number_given_for_the_event_too() {
    let (rig, server) = after_an_event().await;
    rig.run("update event_attendees set real_phone = '+15125550171' where contractor_id = 1")
        .await;
    let daemon = rig.texts(&server);
    rig.run("insert into inbound_messages (phone_number, body) values ('+15125550171', 'summary')")
        .await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert!(told(&server, "+15125550171")[0].contains("Company 2"));
    rig.run("select erase_contractor(2)").await;
    assert_eq!(
        rig.number("select count(*) from event_messages as message left join message_attempts as attempt on attempt.message_id = message.id
            where concat_ws(' ', message.personalization_data, message.message_content, attempt.body) ~ 'Sample 2|Company 2|p2@|0102'")
            .await,
        0
    );
}
