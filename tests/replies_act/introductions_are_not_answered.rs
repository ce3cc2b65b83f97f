//! Nobody answers an introduction, or only one of the two, or late.

use super::introductions_are_answered::{introduced, status};
use crate::support::daemon::Rig;

/// The introduction has just been sent, as far as the look at its answers is concerned.
async fn awaited(rig: &Rig) {
    rig.run("select await_answers('{3}')").await;
}

/// The next look is due now; waits until it was done.
async fn looked(rig: &Rig) {
    rig.run(
        "update marketing.pipeline_events set run_at = now() where event_type = 'introduction_unanswered' and status = 'pending'",
    )
    .await;
    rig.until(
        "not exists (select from marketing.pipeline_events
            where event_type = 'introduction_unanswered' and status in ('pending', 'processing') and run_at <= now() + interval '10 minutes')",
    )
    .await;
    rig.until_texted().await;
}

const REMINDED: &str = "select coalesce(string_agg(contractor_id::text || ' ' || status, ', ' order by contractor_id), '')
    from event_messages where message_type = 'peer_match_unanswered'";

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_reminded_once_and_then_the_pair_is_released_in_silence() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    awaited(&rig).await;
    let first = rig
        .number("select extract(epoch from run_at - now())::bigint / 60 from marketing.pipeline_events where event_type = 'introduction_unanswered'")
        .await;
    assert!((90..=120).contains(&first), "in {first} minutes");
    rig.receives(1, "YES").await;
    rig.until_heard().await;
    rig.until_texted().await;
    looked(&rig).await;
    assert_eq!(rig.text(REMINDED).await, "2 sent");
    assert_eq!(status(&rig).await, "accepted_by_one false");
    looked(&rig).await;
    assert_eq!(status(&rig).await, "released false");
    assert_eq!(
        rig.text("select release_reason from event_peer_matches")
            .await,
        "unanswered"
    );
    assert_eq!(rig.text(REMINDED).await, "2 sent");
    let texts = server.texts();
    assert_eq!(texts.len(), 2, "no word of the release: {texts:?}");
    assert!(
        texts[1]
            .body
            .starts_with("Would you still like to meet Robin")
    );

    // Late, but both want to.
    rig.receives(2, "yes").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "connected true");
    let contacts = server.texts().split_off(2);
    assert_eq!(contacts.len(), 2, "{contacts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_says_whether_anybody_is_reminded_or_released() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    rig.run("insert into event_peer_matching (event_id, unanswered) values (41, 'keep')")
        .await;
    awaited(&rig).await;
    let looks = "select count(*) from marketing.pipeline_events where event_type = 'introduction_unanswered'";
    assert_eq!(rig.number(looks).await, 0);
    rig.run("update event_peer_matching set unanswered = 'release' where event_id = 41")
        .await;
    awaited(&rig).await;
    looked(&rig).await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "released false");
    assert!(server.texts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_said_later_is_asked_in_the_break_and_not_reminded_as_well() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    awaited(&rig).await;
    rig.receives(1, "later").await;
    rig.until_heard().await;
    rig.until_texted().await;
    // The prompt of the break waits, and the pair with it.
    looked(&rig).await;
    assert_eq!(status(&rig).await, "later false");
    rig.run("update event_messages set scheduled_time = now() where message_type = 'peer_match_reminder'")
        .await;
    rig.until("(select count(*) from event_messages where message_type = 'peer_match_reminder' and status = 'sent') = 2")
        .await;
    looked(&rig).await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "released false");
    assert_eq!(rig.text(REMINDED).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_again_about_what_the_other_has_declined() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "later").await;
    rig.until_heard().await;
    rig.receives(2, "no").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "declined false");
    assert_eq!(
        rig.text("select string_agg(distinct status, ',') from event_messages where message_type = 'peer_match_reminder'")
            .await,
        "cancelled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn yes_and_then_no_ends_it_unless_contacts_were_exchanged() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "yes").await;
    rig.until_heard().await;
    rig.receives(1, "no").await;
    rig.until_heard().await;
    assert_eq!(status(&rig).await, "declined false");
    rig.run("update event_peer_matches set status = 'introduced', contractor1_response = null")
        .await;
    for person in [1, 2] {
        rig.receives(person, "yes").await;
        rig.until_heard().await;
    }
    rig.until_texted().await;
    let before = server.texts().len();
    rig.run("select set_peer_match_status(3, 1, 'negative')")
        .await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "connected true");
    assert_eq!(server.texts().len(), before, "the other is not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_after_the_event_still_connects_and_promises_nobody_else() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "yes").await;
    rig.until_heard().await;
    rig.until_texted().await;
    rig.run(
        "delete from event_agenda_items;
        update events set date = date - 1, end_date = end_date - 1;
        select await_answers('{3}')",
    )
    .await;
    looked(&rig).await;
    assert_eq!(status(&rig).await, "released false");
    assert_eq!(rig.text(REMINDED).await, "", "it is over");
    rig.receives(2, "yes").await;
    rig.until_heard().await;
    assert_eq!(status(&rig).await, "connected true");
    rig.run(
        "update event_peer_matches set status = 'declined', connection_made = false, contractor1_response = false, contractor2_response = null;
        update event_messages set status = 'cancelled' where status = 'scheduled'",
    )
    .await;
    rig.asked(
        2,
        "peer_match_introduction",
        r#"{"match_id": 3, "peer_contractor_id": 1, "peer_name": "Robin Sample 1"}"#,
        0,
    )
    .await;
    rig.receives(2, "yes please").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    let last = server.texts().pop().map(|text| text.body);
    assert_eq!(
        last.as_deref(),
        Some("That introduction is not open any more.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_after_the_others_no_hears_of_no_rejection() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    for (person, words) in [(2, "yes"), (1, "no"), (2, "yes please")] {
        rig.receives(person, words).await;
        rig.until_heard().await;
        rig.until_texted().await;
    }
    daemon.stop().await;
    assert_eq!(status(&rig).await, "declined false");
    for text in server
        .texts()
        .iter()
        .filter(|text| text.phone.ends_with("02"))
    {
        let said = text.body.to_lowercase();
        assert!(
            !said.contains("declined") && !said.contains("said no") && !said.contains("+1512"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_owes_several_answers_gets_one_reminder_of_the_newest() {
    let (rig, server) = introduced().await;
    rig.run(
        "insert into event_peer_matches (id, event_id, contractor1_id, contractor2_id, match_score, match_reason, status, introduction_sent_time)
        values (4, 41, 1, 3, 0.7, 'Both focused on hiring', 'introduced', now())",
    )
    .await;
    for (person, peer) in [(1, 3), (3, 1)] {
        let data = format!(
            r#"{{"match_id": 4, "peer_contractor_id": {peer}, "peer_name": "Robin Sample {peer}"}}"#
        );
        rig.asked(person, "peer_match_introduction", &data, 5).await;
    }
    let daemon = rig.texts(&server);
    rig.run("select await_answers('{3,4}')").await;
    looked(&rig).await;
    let reminded = "select string_agg(format('%s of %s', contractor_id, personalization_data ->> 'match_id'), ', ' order by contractor_id)
        from event_messages where message_type = 'peer_match_unanswered'";
    assert_eq!(rig.text(reminded).await, "1 of 4, 2 of 3, 3 of 4");
    // The older pair waits for that reminder as if it were its own.
    looked(&rig).await;
    let states = "select string_agg(status, ', ' order by id) from event_peer_matches";
    assert_eq!(rig.text(states).await, "introduced, released");
    rig.run("update event_messages set actual_send_time = actual_send_time - interval '3 hours'")
        .await;
    looked(&rig).await;
    daemon.stop().await;
    assert_eq!(rig.text(states).await, "released, released");
    assert_eq!(server.texts().len(), 3);
}
