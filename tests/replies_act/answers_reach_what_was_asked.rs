//! An answer goes to the newest question that it answers; what answers nothing is a note or a
//! person's to read.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// Where a received text went, and what it was read as.
async fn route(rig: &Rig, inbound: i64) -> String {
    rig.text(&format!(
        "select string_agg(route_to || ' ' || coalesce(intent, ''), '; ' order by id) from sms_routing_decisions where inbound_message_id = {inbound}"
    ))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_there_is_asked_for_a_rating_which_is_kept() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "insert into event_speakers (id, event_id, name) values (7, 41, 'Pat Speaker');
        insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title, speaker_id)
        values (9, 41, now() - interval '1 hour', now() - interval '10 minutes', 'session', 'Growing with AI', 7)",
    )
    .await;
    let question = rig
        .asked(
            1,
            "attendance_check",
            r#"{"session_title": "Growing with AI"}"#,
            3,
        )
        .await;
    rig.run(&format!(
        "update event_messages set agenda_item_id = 9 where id = {question}"
    ))
    .await;
    let daemon = rig.texts(&server);
    rig.receives(1, "yep 👍").await;
    rig.until_heard().await;
    rig.until_texted().await;
    assert!(server.texts()[0].body.contains("from 1 to 10"));
    rig.receives(1, "9/10, loved it").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(message_type || ': ' || response_received || ' → ' || action_taken, '; ' order by id) from event_messages")
            .await,
        "attendance_check: yep 👍 → attended; pcr_request: 9/10, loved it → rated_session"
    );
    // The whole conversation, as it went.
    assert_eq!(
        rig.text("select string_agg(direction, ' ') from vw_conversation where contractor_id = 1")
            .await,
        "to from to from to"
    );
    assert_eq!(
        rig.text("select string_agg(pcr_type || ' ' || explicit_score, ', ' order by pcr_type) from event_pcr_scores")
            .await,
        "session 9, speaker 9"
    );
    let speaker = &rig
        .rows(
            "select average_rating::float8, total_ratings, pcr_score > 80 from event_speakers",
            &[],
        )
        .await[0];
    assert!((speaker.get::<_, f64>(0) - 9.0).abs() < 0.01);
    assert_eq!(speaker.get::<_, i32>(1), 1);
    assert!(speaker.get::<_, bool>(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_may_come_with_the_answer_and_be_corrected() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.asked(1, "attendance_check", r#"{"session_title": "A"}"#, 3)
        .await;
    let daemon = rig.texts(&server);
    rig.receives(1, "yes, 7/10").await;
    rig.until_heard().await;
    rig.receives(1, "oops, no").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(intent, ', ' order by id) from sms_routing_decisions")
            .await,
        "yes, no"
    );
    assert_eq!(
        rig.text("select action_taken from event_messages where message_type = 'attendance_check'")
            .await,
        "not_attended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_questions_the_newest_that_fits_is_meant() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.asked(1, "attendance_check", r#"{"session_title": "A"}"#, 30)
        .await;
    rig.asked(1, "pcr_request", r#"{"session_title": "B"}"#, 5)
        .await;
    let daemon = rig.texts(&server);
    let yes = rig.receives(1, "yes").await;
    let nine = rig.receives(1, "9").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(route(&rig, yes).await, "attendance yes");
    assert_eq!(route(&rig, nine).await, "rating rating");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_were_asked_together_the_person_is_asked_which() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    let first = rig
        .asked(1, "attendance_check", r#"{"session_title": "Pricing"}"#, 5)
        .await;
    rig.asked(1, "attendance_check", r#"{"session_title": "Hiring"}"#, 5)
        .await;
    let daemon = rig.texts(&server);
    let unclear = rig.receives(1, "YES").await;
    rig.until_heard().await;
    rig.until_texted().await;
    let asked = server.texts()[0].body.clone();
    assert!(
        asked.contains("1. Hiring") && asked.contains("2. Pricing"),
        "{asked}"
    );
    rig.receives(1, "2").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        route(&rig, unclear).await,
        "clarification comment; attendance yes"
    );
    assert_eq!(
        rig.text(&format!(
            "select action_taken from event_messages where id = {first}"
        ))
        .await,
        "attended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn last_weeks_question_is_not_answered_by_a_reply_of_today() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.asked(
        1,
        "attendance_check",
        r#"{"session_title": "A"}"#,
        7 * 24 * 60,
    )
    .await;
    let daemon = rig.texts(&server);
    let late = rig.receives(1, "yes").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(route(&rig, late).await, "person comment");
    assert_eq!(
        rig.text("select why from vw_unanswered_messages").await,
        "It answers nothing that was asked."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_knows_its_session_and_whom_it_names() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "insert into event_speakers (id, event_id, name) values (7, 41, 'Pat Speaker');
        insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title, location, speaker_id)
        values (9, 41, now() - interval '10 minutes', now() + interval '20 minutes', 'session', 'Growing with AI', 'Main Stage', 7)",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.receives(
        1,
        "Met John Smith - amazing insights on AI automation. 555-1234, john@example.com",
    )
    .await;
    rig.until_heard().await;
    daemon.stop().await;
    let note = &rig
        .rows(
            "select note_type, extracted_entities, ai_tags, ai_priority_score::float8, requires_followup, session_context, speaker_id
            from event_notes",
            &[],
        )
        .await[0];
    assert_eq!(note.get::<_, &str>(0), "contact");
    let entities: serde_json::Value = note.get(1);
    assert_eq!(entities["names"][0], "John Smith");
    assert_eq!(entities["phone_numbers"][0], "555-1234");
    assert_eq!(entities["emails"][0], "john@example.com");
    assert_eq!(
        note.get::<_, serde_json::Value>(2),
        serde_json::json!(["networking", "follow-up-required", "ai-topic"])
    );
    assert!((note.get::<_, f64>(3) - 0.85).abs() < 0.001);
    assert!(note.get::<_, bool>(4));
    let context: &str = note.get(5);
    assert!(
        context.starts_with("Growing with AI - ") && context.ends_with("M Main Stage"),
        "{context}"
    );
    assert_eq!(note.get::<_, i64>(6), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_at_once_leave_the_context_empty() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "insert into event_agenda_items (event_id, start_time, end_time, item_type, title)
        select 41, now() - interval '10 minutes', now() + interval '20 minutes', 'session', 'Track ' || n from generate_series(1, 2) as n",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.receives(1, "Crews like checklists on paper").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select coalesce(session_context, 'none') from event_notes")
            .await,
        "none"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_unknown_or_shares_a_number_is_listed_for_a_person() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.run("update contractors set phone = '+15125550101' where id = 2")
        .await;
    let daemon = rig.texts(&server);
    rig.receives(1, "hello there").await;
    rig.run(
        "insert into inbound_messages (phone_number, body) values ('+15125550199', 'who is this?')",
    )
    .await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(why, ' | ' order by id) from vw_unanswered_messages")
            .await,
        "Several people have this number, and nothing was asked that it answers. | Nobody here has this number."
    );
}
