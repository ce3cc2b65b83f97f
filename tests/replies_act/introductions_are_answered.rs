//! YES, NO, LATER and TELL ME MORE to an introduction.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// People 1 and 2 were introduced to each other ten minutes ago; there are breaks ahead.
pub(super) async fn introduced() -> (Rig, FakeGhl) {
    let (rig, server) = (Rig::texting(3).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "update event_peer_matching set on_check_in = 'never' where event_id is null;
        update contractors set company_name = 'Company ' || id, email = 'robin' || id || '@example.com';
        insert into event_agenda_items (event_id, start_time, end_time, item_type, title)
        select 41, now() + make_interval(hours => n), now() + make_interval(hours => n, mins => 20), 'break', 'Break ' || n
        from generate_series(1, 3) as n;
        insert into event_peer_matches (id, event_id, contractor1_id, contractor2_id, match_score, match_reason, status, introduction_sent_time)
        values (3, 41, 1, 2, 0.73, 'Both focused on hiring', 'introduced', now())",
    )
    .await;
    rig.asked(
        1,
        "peer_match_introduction",
        r#"{"match_id": 3, "peer_contractor_id": 2, "peer_name": "Robin Sample 2"}"#,
        10,
    )
    .await;
    rig.asked(
        2,
        "peer_match_introduction",
        r#"{"match_id": 3, "peer_contractor_id": 1, "peer_name": "Robin Sample 1"}"#,
        10,
    )
    .await;
    (rig, server)
}

pub(super) async fn status(rig: &Rig) -> String {
    rig.text("select status || ' ' || connection_made from event_peer_matches")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_yes_in_the_same_second_exchange_contacts_exactly_once() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    let (a, b, c) = tokio::join!(
        rig.receives(1, "YES"),
        rig.receives(2, "Sure, why not!"),
        rig.receives(1, "yes")
    );
    assert!(a != b && b != c);
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "connected true");
    let contacts: Vec<_> = server
        .texts()
        .into_iter()
        .filter(|text| text.body.contains("Phone +1512"))
        .map(|text| (text.phone, text.body))
        .collect();
    assert_eq!(contacts.len(), 2, "{contacts:?}");
    for (phone, body) in contacts {
        let other = if phone.ends_with('1') { "02" } else { "01" };
        assert!(body.contains(&format!("+151255501{other}")), "{body}");
    }
    assert_eq!(
        rig.number("select count(*) from event_messages where message_type = 'peer_match_rating' and status = 'scheduled'")
            .await,
        2
    );
    assert!(
        rig.number(
            "select count(*) from ai_learning_events where event_type = 'peer_match_response'"
        )
        .await
            >= 2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_yes_waits_and_gives_nothing_away() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "yes please").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "accepted_by_one false");
    let texts = server.texts();
    assert_eq!(texts.len(), 1);
    assert!(!texts[0].body.contains("+1512") && !texts[0].body.contains('@'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_releases_both_and_the_other_is_not_told() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "no thanks").await;
    rig.until_heard().await;
    rig.receives(2, "YES").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "declined false");
    let second: Vec<String> = server
        .texts()
        .into_iter()
        .filter(|text| text.phone == "+15125550102")
        .map(|text| text.body)
        .collect();
    assert!(second[0].contains("not open any more"), "{second:?}");
    assert_eq!(
        rig.number("select count(*) from event_peer_matching_runs where contractor_ids = '{1,2}'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn later_moves_it_to_a_break_free_for_both_at_most_twice() {
    let (rig, server) = introduced().await;
    // The first break is taken: person 2 meets somebody else then.
    rig.run(
        "insert into event_messages (event_id, contractor_id, message_type, scheduled_time, message_content, personalization_data)
        select 41, 2, 'peer_match_introduction', min(start_time), 'Meet somebody else.', '{\"match_id\": 77}' from event_agenda_items",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.receives(1, "later").await;
    rig.until_heard().await;
    rig.until_texted().await;
    assert!(server.texts()[0].body.contains("check back at"));
    assert_eq!(
        rig.text(
            "select string_agg(contractor_id || ': ' || item.title, ', ' order by contractor_id)
            from event_messages join event_agenda_items as item on item.id = agenda_item_id where message_type = 'peer_match_reminder'"
        )
        .await,
        "1: Break 2, 2: Break 2"
    );
    rig.receives(1, "maybe later").await;
    rig.until_heard().await;
    rig.receives(1, "later").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from peer_match_delays").await,
        2
    );
    assert_eq!(
        rig.text("select string_agg(intent, ', ' order by id) from sms_routing_decisions")
            .await
            .matches("yes")
            .count(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tell_me_more_sends_why_and_no_contact_and_stays_open() {
    let (rig, server) = introduced().await;
    let daemon = rig.texts(&server);
    rig.receives(1, "Tell me more").await;
    rig.until_heard().await;
    rig.until_texted().await;
    let told = server.texts()[0].body.clone();
    assert!(
        told.contains("focused on hiring") && told.contains("Company 2"),
        "{told}"
    );
    assert!(!told.contains("+1512") && !told.contains('@'), "{told}");
    rig.receives(1, "ok yes").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(status(&rig).await, "accepted_by_one false");
}
