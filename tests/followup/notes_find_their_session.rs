//! A note that is taken while several sessions are on: its writer is asked which, once, if an
//! organiser wants that, and never is a session invented.

use serde_json::json;

use crate::support::daemon::Rig;
use crate::support::fake_chat::FakeChat;
use crate::support::fake_ghl::FakeGhl;

/// Two sessions on at once, and whether it is asked which.
async fn two_tracks(asks: bool) -> (Rig, FakeGhl) {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(&format!(
        "insert into event_speakers (id, event_id, name) values (7, 41, 'Pat Speaker'), (8, 41, 'Kim Talker');
        insert into event_sponsors (id, event_id, sponsor_name) values (5, 41, 'Acme');
        insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title, location, speaker_id, sponsor_id) values
            (9, 41, now() - interval '20 minutes', now() + interval '40 minutes', 'session', 'Growing with AI', 'Main Stage', 7, null),
            (10, 41, now() - interval '10 minutes', now() + interval '30 minutes', 'sponsor_session', 'Hiring 201', 'Room B', 8, 5);
        insert into event_followup_settings (event_id, ask_which_session) values (41, {asks})"
    ))
    .await;
    (rig, server)
}

/// Each note with its session, in the order in which they were taken.
async fn notes(rig: &Rig) -> String {
    rig.text(
        "select string_agg(concat_ws('|', note_text, split_part(session_context, ' - ', 1), speaker_id, sponsor_id, agenda_item_id), '; ' order by id)
        from event_notes",
    )
    .await
}

async fn takes(rig: &Rig, text: &str) {
    rig.receives(1, text).await;
    rig.until_heard().await;
    rig.until_texted().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_once_and_the_answer_counts_for_all_notes_of_the_slot() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Crews that see their numbers stay longer").await;
    takes(&rig, "2 new ideas: raise prices, answer leads").await;
    assert_eq!(
        notes(&rig).await,
        "Crews that see their numbers stay longer; 2 new ideas: raise prices, answer leads",
        "a note with a number is no answer"
    );
    takes(&rig, "the hiring one").await;
    takes(&rig, "Pay referrals at once").await;
    daemon.stop().await;
    let asked: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(
        asked,
        [
            "Noted. Which session are you in? 1. Growing with AI 2. Hiring 201. Reply with its number or name."
        ]
    );
    assert_eq!(
        notes(&rig).await,
        "Crews that see their numbers stay longer|Hiring 201|8|5|10; \
        2 new ideas: raise prices, answer leads|Hiring 201|8|5|10; \
        Pay referrals at once|Hiring 201|8|5|10"
    );
    assert_eq!(
        rig.text("select action_taken from event_messages where message_type = 'session_question'")
            .await,
        "session_named"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_corrected() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    takes(&rig, "2").await;
    takes(&rig, "1").await;
    daemon.stop().await;
    assert_eq!(notes(&rig).await, "Raise prices|Growing with AI|7|9");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_unless_an_organiser_wants_it() {
    let (rig, server) = two_tracks(false).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    rig.run("delete from event_followup_settings").await;
    takes(&rig, "Answer leads").await;
    daemon.stop().await;
    assert!(server.texts().is_empty());
    assert_eq!(notes(&rig).await, "Raise prices; Answer leads");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_alone_needs_no_question() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    rig.run("update event_agenda_items set status = 'cancelled' where id = 10")
        .await;
    takes(&rig, "Raise prices").await;
    daemon.stop().await;
    assert!(server.texts().is_empty());
    assert_eq!(notes(&rig).await, "Raise prices|Growing with AI|7|9");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_slot_is_asked_about_anew() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    takes(&rig, "AI").await;
    rig.run(
        "update event_agenda_items set end_time = now() - interval '1 second' where id = 9;
        insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title)
        values (11, 41, now() - interval '1 second', now() + interval '40 minutes', 'panel', 'Margins')",
    )
    .await;
    takes(&rig, "Answer leads").await;
    takes(&rig, "margins").await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 2);
    assert_eq!(
        notes(&rig).await,
        "Raise prices|Growing with AI|7|9; Answer leads|Margins|11"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_agreed_to_texts_is_not_asked() {
    let (rig, server) = two_tracks(true).await;
    rig.run("update event_attendees set sms_opt_in = false")
        .await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    daemon.stop().await;
    assert!(server.texts().is_empty());
    assert_eq!(notes(&rig).await, "Raise prices");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_cancelled_meanwhile_is_nobodys() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    rig.run("update event_agenda_items set status = 'cancelled' where id = 10")
        .await;
    takes(&rig, "2").await;
    daemon.stop().await;
    assert_eq!(notes(&rig).await, "Raise prices");
    assert_eq!(
        rig.text("select action_taken from event_messages where message_type = 'session_question'")
            .await,
        "session_gone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agenda_that_is_late_is_not_asked_about_again() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    takes(&rig, "2").await;
    rig.run(
        "update event_agenda_items set start_time = start_time + interval '5 minutes', end_time = end_time + interval '5 minutes'
        where id in (9, 10)",
    )
    .await;
    takes(&rig, "Answer leads").await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1, "{:?}", server.texts());
    assert_eq!(
        notes(&rig).await,
        "Raise prices|Hiring 201|8|5|10; Answer leads|Hiring 201|8|5|10"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_has_its_session_is_left_alone() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    takes(&rig, "2").await;
    let placed = "select updated_at::text from event_notes order by id limit 1";
    let before = rig.text(placed).await;
    takes(&rig, "Answer leads").await;
    daemon.stop().await;
    assert_eq!(rig.text(placed).await, before);
}

/// A model says this of the words after the question; what the session question did, and the notes.
async fn read_by_model(said: &serde_json::Value) -> (String, String) {
    let ((rig, server), chat) = (two_tracks(true).await, FakeChat::start().await);
    let daemon = rig.texts_and_asks(&server, &chat).await;
    let nothing = json!({
        "wants": "neither", "question": 0, "intent": "unclear", "numbers": [], "certain": true,
        "names": [], "companies": [],
    });
    chat.answer("reply", &nothing.to_string());
    rig.receives(1, "Raise prices").await;
    rig.until_heard().await;
    rig.until_asked("reply", 1).await;
    rig.until_texted().await;
    chat.answer("reply", &said.to_string());
    rig.receives(1, "The room where they speak about new people")
        .await;
    rig.until_heard().await;
    rig.until_asked("reply", 2).await;
    rig.until_heard().await;
    rig.until_idle().await;
    daemon.stop().await;
    let done = rig
        .text("select coalesce(action_taken, '') from event_messages where message_type = 'session_question'")
        .await;
    (done, notes(&rig).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_may_tell_which_session_is_meant() {
    let said = json!({
        "wants": "neither", "question": 1, "intent": "choices", "numbers": [2], "certain": true,
        "names": [], "companies": [],
    });
    let (done, notes) = read_by_model(&said).await;
    assert_eq!(done, "session_named");
    assert!(
        notes.starts_with("Raise prices|Hiring 201|8|5|10"),
        "{notes}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_means_several_sessions_names_none() {
    let said = json!({
        "wants": "neither", "question": 1, "intent": "choices", "numbers": [1, 2], "certain": true,
        "names": [], "companies": [],
    });
    let (done, notes) = read_by_model(&said).await;
    assert_eq!(done, "none_chosen");
    assert_eq!(
        notes,
        "Raise prices; The room where they speak about new people"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_comes_while_the_answer_is_written_is_placed() {
    let (rig, server) = two_tracks(true).await;
    let daemon = rig.texts(&server);
    takes(&rig, "Raise prices").await;
    daemon.stop().await;
    let inbound = rig.receives(1, "Answer leads").await;
    let (answering, noting) = (rig.session().await, rig.session().await);
    answering
        .batch_execute(
            "begin; select answer_session(asked, 2) from event_messages as asked where message_type = 'session_question'",
        )
        .await
        .expect("an answer");
    let note = async {
        noting
            .batch_execute(&format!(
                "insert into event_notes (event_id, contractor_id, note_text, note_type, inbound_message_id)
                values (41, 1, 'Answer leads', 'general', {inbound})"
            ))
            .await
            .expect("a note");
    };
    let answer = async {
        rig.until("exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
            .await;
        answering.batch_execute("commit").await.expect("committed");
    };
    tokio::join!(note, answer);
    assert_eq!(
        notes(&rig).await,
        "Raise prices|Hiring 201|8|5|10; Answer leads|Hiring 201|8|5|10"
    );
}
