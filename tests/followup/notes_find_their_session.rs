//! A note that is taken while several sessions are on: its writer is asked which, once, if an
//! organiser wants that, and never is a session invented.

use crate::support::daemon::Rig;
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
