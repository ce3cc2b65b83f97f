//! Two replies in a second, two events in a day, one number for two people: each text is for what
//! it was meant for, or a person is shown it.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_and_a_rating_in_the_same_second_are_both_kept() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run("insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title)
        values (9, 41, now() - interval '1 hour', now() - interval '10 minutes', 'session', 'Growing with AI')")
        .await;
    let question = rig
        .asked(
            1,
            "attendance_check",
            r#"{"session_title": "Growing with AI"}"#,
            5,
        )
        .await;
    rig.run(&format!(
        "update event_messages set agenda_item_id = 9 where id = {question}"
    ))
    .await;
    // Both are there before either is read; and once more in the other order.
    rig.receives(1, "yes").await;
    rig.receives(1, "9/10").await;
    let daemon = rig.texts(&server);
    rig.until_heard().await;
    rig.receives(1, "yes!").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    let asked_again = server.texts().into_iter().map(|text| text.body);
    assert_eq!(asked_again.collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(
        rig.text("select string_agg(explicit_score::text, ' ') from event_pcr_scores where pcr_type = 'session'")
            .await,
        "9"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn at_two_events_in_a_day_an_answer_goes_to_its_question_and_a_note_to_where_its_writer_is() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "insert into events (id, name, date, end_date, timezone)
            select 42, 'Evening Expo', date, end_date, timezone from events where id = 41;
        insert into event_attendees (event_id, contractor_id, sms_opt_in, sms_opt_in_at, check_in_time)
            values (42, 1, true, now(), now() - interval '10 minutes')",
    )
    .await;
    let of_the_first = rig
        .asked(1, "pcr_request", r#"{"session_title": "Morning"}"#, 30)
        .await;
    let daemon = rig.texts(&server);
    let note = rig.receives(1, "Met Kim Example at the bar").await;
    rig.until_heard().await;
    let rating = rig.receives(1, "7").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.number(&format!(
            "select event_id from event_notes where inbound_message_id = {note}"
        ))
        .await,
        42
    );
    assert_eq!(
        rig.text(&format!(
            "select event_id || ' ' || pending_message_id from sms_routing_decisions where inbound_message_id = {rating}"
        ))
        .await,
        format!("41 {of_the_first}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn yes_and_stop_in_the_same_second_end_all_texts() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.asked(
        1,
        "attendance_check",
        r#"{"session_title": "Growing with AI"}"#,
        5,
    )
    .await;
    rig.receives(1, "STOP").await;
    rig.receives(1, "yes").await;
    let daemon = rig.texts(&server);
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    let shown: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].contains("unsubscribed"), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_short_codes_and_letters_are_stored_and_shown() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run(
        "select receive_text('twilio', 'Your code is 1234', '72975', 'SM1'), receive_text('twilio', 'hello?', 'ACME', 'SM2'),
            receive_text('twilio', 'STOP', '+447700900123', 'SM3'), receive_text('twilio', 'STOP', '72975', 'SM4')",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(provider_message_id || ' ' || status, ', ' order by provider_message_id) from inbound_messages")
            .await,
        "SM1 for_a_person, SM2 for_a_person, SM3 obeyed, SM4 for_a_person"
    );
    assert_eq!(
        rig.text("select string_agg(phone_number, ' ') from sms_subscriptions where not opted_in")
            .await,
        "+447700900123"
    );
}
