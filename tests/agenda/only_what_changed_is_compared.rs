//! A change of an agenda is carried out for what it concerns, and nothing is forgotten by it.

use super::{event, sync};
use crate::support::daemon::Rig;

/// What the stage does after a change: `planned moved cancelled`.
async fn follow(rig: &Rig) -> String {
    let sql = "select concat_ws(' ', planned, moved, cancelled) from public.agenda_sync_changes(41, now())";
    rig.text(sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_changes_nothing_is_left_for_a_comparison_of_everything() {
    let rig = event().await;
    assert_eq!(follow(&rig).await, "24 0 0");
    for change in [
        "update event_agenda_items set start_time = start_time + '10 minutes', end_time = end_time + '10 minutes' where id = 2",
        "update event_agenda_items set start_time = start_time + '10 minutes', end_time = end_time + '10 minutes' where id = 4",
        "update event_agenda_items set start_time = start_time - interval '20 minutes' where id = 1",
        "update event_agenda_items set status = 'cancelled' where id = 2",
        "update event_agenda_items set status = 'confirmed', location = 'Room B' where id = 2",
        "insert into event_agenda_items (event_id, start_time, end_time, item_type, title) values (41, '2083-03-15 11:00 America/New_York', '2083-03-15 11:20 America/New_York', 'break', 'Coffee')",
        "insert into event_agenda_items (event_id, start_time, end_time, item_type, title) values (41, '2083-03-14 09:15 America/New_York', '2083-03-14 09:30 America/New_York', 'break', 'Early coffee')",
        "delete from event_agenda_items where title = 'Early coffee'",
        "update event_speakers set name = 'Ida Rock' where id = 1",
        "insert into event_speakers (id, event_id, name) values (3, 41, 'Kim Hill')",
        "insert into event_session_speakers (agenda_item_id, speaker_id) values (5, 3)",
        "delete from event_speakers where id = 3",
        "update event_sponsors set booth_number = 'Z' where id = 5",
        "insert into event_sponsors (event_id, sponsor_name) values (41, 'Sponsor 6')",
        "delete from event_sponsors where id < 5",
        "insert into event_days (event_id, day_date, start_time) values (41, '2083-03-14', '07:00')",
        "insert into agenda_rules (message_type, anchor, item_title, time_offset) values ('gala_reminder', 'item_start', 'Lunch%', '-30 minutes')",
        "update agenda_rules set time_offset = '-20 minutes' where name = 'gala_reminder'",
        "insert into agenda_rules (event_id, name, message_type, anchor, enabled) values (41, 'speaker_alert', 'speaker_alert', 'item_start', false)",
        "delete from agenda_rules where event_id = 41 or name = 'gala_reminder'",
        "update events set name = 'Power Days', location = 'Troy, NY'",
        "update events set timezone = 'Asia/Kolkata'",
        "update events set date = '2083-03-21'",
        "update events set status = 'cancelled'",
        "update events set status = 'scheduled'",
        "update events set accelerated = true",
        "update events set accelerated = false",
        "update events set is_active = false",
        "update events set is_active = true",
        "delete from event_agenda_items",
    ] {
        rig.run(&format!("set search_path = public; {change}"))
            .await;
        let done = follow(&rig).await;
        assert_ne!(done, "0 0 0", "{change}: nothing followed");
        assert_eq!(follow(&rig).await, "0 0 0", "{change}: done twice");
        assert_eq!(sync(&rig, 41).await, "0 0 0", "{change}: only {done}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_an_earlier_version_that_kept_no_plan_are_compared_as_a_whole() {
    let rig = event().await;
    sync(&rig, 41).await;
    rig.run(
        "delete from public.agenda_plans; delete from public.agenda_rules where name = 'speaker_alert'",
    )
    .await;
    assert_eq!(follow(&rig).await, "0 0 4");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_moves_leaves_all_other_texts_alone() {
    let rig = event().await;
    sync(&rig, 41).await;
    // Were it compared, it would be put right.
    rig.run("update public.event_messages set priority = 9 where message_type = 'registration_confirmation';
        update public.event_agenda_items set start_time = start_time + '5 minutes' where id = 2")
        .await;
    assert_eq!(follow(&rig).await, "0 2 0");
    let other = "select count(*) from public.event_messages where priority = 9";
    assert_eq!(rig.number(other).await, 3);
}
