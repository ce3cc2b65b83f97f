//! One text about one thing: for whatever reason and by whomever it is asked for twice.

use crate::support::daemon::Rig;

/// Event 41 of the agenda's tests, its texts planned.
async fn planned() -> Rig {
    let rig = Rig::deployed().await;
    rig.run(include_str!("../agenda/event.sql")).await;
    rig.run("select from public.agenda_sync(41)").await;
    rig
}

const BY_HAND: &str = "insert into public.event_messages (event_id, contractor_id, message_type, agenda_item_id, scheduled_time)
    values (41, 1, 'speaker_alert', 2, '2083-03-14 09:30 America/New_York')";
const OPEN: &str = "select count(*) from public.event_messages
    where contractor_id = 1 and message_type = 'speaker_alert' and agenda_item_id = 2 and status = 'scheduled'";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agenda_has_planned_is_refused_by_hand() {
    let rig = planned().await;
    let error = rig.client.batch_execute(BY_HAND).await.expect_err("twice");
    assert!(format!("{error:?}").contains("dedupe_key"), "{error:?}");
    rig.run(&format!("{BY_HAND} on conflict do nothing")).await;
    assert_eq!(rig.number(OPEN).await, 1);
    // Who has called the agenda's off may write another one.
    rig.run("update public.event_messages set status = 'cancelled' where agenda_item_id = 2")
        .await;
    rig.run(BY_HAND).await;
    assert_eq!(rig.number(OPEN).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_scheduled_by_hand_the_agenda_does_not_plan() {
    let rig = Rig::deployed().await;
    rig.run(include_str!("../agenda/event.sql")).await;
    rig.run(BY_HAND).await;
    rig.run("select from public.agenda_sync(41)").await;
    assert_eq!(rig.number(OPEN).await, 1);
    rig.run("update public.event_messages set status = 'cancelled' where planned_by is null; select from public.agenda_sync(41)")
        .await;
    assert_eq!(rig.number(OPEN).await, 1, "the agenda's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_scheduled_twice_is_there_once() {
    let rig = planned().await;
    let list = "select string_agg(coalesce(id::text, '-'), ' ') from public.schedule_event_messages('[
        {\"event_id\": 41, \"contractor_id\": 1, \"message_type\": \"attendance_check\", \"agenda_item_id\": 2, \"scheduled_time\": \"2083-03-14T10:37:00\"},
        {\"event_id\": 41, \"contractor_id\": 2, \"message_type\": \"attendance_check\", \"agenda_item_id\": 2, \"scheduled_time\": \"2083-03-14T10:37:00\"}]') as id";
    let first = rig.text(list).await;
    assert!(!first.contains('-'), "{first}");
    assert_eq!(rig.text(list).await, "- -");
    let texts =
        "select count(*) from public.event_messages where message_type = 'attendance_check'";
    assert_eq!(rig.number(texts).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_by_hand_about_a_session_are_cancelled_with_it() {
    for end in [
        "update public.event_agenda_items set status = 'cancelled' where id in (2, 5)",
        "delete from public.event_agenda_items where id in (2, 5)",
    ] {
        let rig = planned().await;
        rig.run("insert into public.event_messages (event_id, contractor_id, message_type, agenda_item_id, scheduled_time, message_content)
            select 41, 1, type, 2, '2083-03-14 09:00 America/New_York', 'Bring your questions.'
            from unnest(array['session_hint', 'admin_custom', 'peer_match_reminder']) as type")
            .await;
        rig.run(end).await;
        let left = "select string_agg(message_type, ' ' order by message_type) from public.event_messages where planned_by is null and status = 'scheduled'";
        // The organiser's own words may be about the cancellation.
        assert_eq!(rig.text(left).await, "admin_custom peer_match_reminder");
        let why =
            "select skip_reason from public.event_messages where message_type = 'session_hint'";
        assert_eq!(rig.text(why).await, "The agenda item was cancelled.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_a_caller_gave_is_not_given_again() {
    let rig = planned().await;
    rig.run("select public.schedule_event_messages(jsonb_build_object('id', max(id) + 2, 'event_id', 41, 'contractor_id', 1,
            'message_type', 'admin_custom', 'message_content', 'theirs', 'scheduled_time', now() + interval '1 day'))
        from public.event_messages")
        .await;
    for _ in 0..4 {
        rig.run("select public.schedule_event_messages('{\"event_id\": 41, \"contractor_id\": 2, \"message_type\": \"admin_custom\", \"message_content\": \"ours\"}')")
            .await;
    }
    let texts = "select string_agg(message_content, ' ' order by id) from public.event_messages where message_type = 'admin_custom'";
    assert_eq!(rig.text(texts).await, "theirs ours ours ours ours");
}
