//! The event `peer_matching_due`: once for each day of an event, 15 minutes before its lunch or what
//! stands for it.

use super::{event, sync};
use crate::support::daemon::Rig;

/// Each matching in the schedule: `status local time basis lunch item introduction`.
async fn matchings(rig: &Rig) -> String {
    let sql = "select string_agg(concat_ws(' ', due.status, to_char(due.run_at at time zone timezone, 'DD HH24:MI'), due.payload ->> 'basis',
            due.payload ->> 'lunch_item_id', to_char((due.payload ->> 'introduction_time')::timestamptz at time zone timezone, 'HH24:MI')),
            E'\\n' order by due.run_at, due.id)
        from marketing.pipeline_events as due join public.events on events.id = (due.payload ->> 'event_id')::bigint
        where event_type = 'peer_matching_due' and due.payload ->> 'day' = to_char((due.run_at at time zone timezone), 'YYYY-MM-DD')";
    rig.text(sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_day_is_matched_once_fifteen_minutes_before_lunch() {
    let rig = event().await;
    sync(&rig, 41).await;
    sync(&rig, 41).await;
    assert_eq!(
        matchings(&rig).await,
        "pending 14 11:45 lunch 4 12:05\npending 15 10:45 hour_after_start 11:05"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_lunch_a_break_will_do_and_it_says_which() {
    let rig = event().await;
    rig.run("insert into public.event_agenda_items (id, event_id, start_time, end_time, item_type, title) values
            (101, 41, '2083-03-15 09:00 America/New_York', '2083-03-15 10:00 America/New_York', 'networking', 'Coffee'),
            (102, 41, '2083-03-15 11:30 America/New_York', '2083-03-15 11:40 America/New_York', 'break', 'Short'),
            (103, 41, '2083-03-15 14:00 America/New_York', '2083-03-15 14:30 America/New_York', 'break', 'Long')")
        .await;
    sync(&rig, 41).await;
    assert!(
        matchings(&rig)
            .await
            .ends_with("pending 15 13:45 longest_break 103 14:05")
    );
    rig.run("delete from public.event_agenda_items where id in (102, 103)")
        .await;
    sync(&rig, 41).await;
    assert!(
        matchings(&rig)
            .await
            .ends_with("pending 15 08:45 any_break 101 09:05")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_moves_with_lunch_and_is_cancelled_with_the_event() {
    let rig = event().await;
    sync(&rig, 41).await;
    rig.run("update public.event_agenda_items set start_time = start_time + '30 minutes', end_time = end_time + '45 minutes' where id = 4")
        .await;
    sync(&rig, 41).await;
    let moved = "pending 14 12:15 lunch 4 12:35\npending 15 10:45 hour_after_start 11:05";
    assert_eq!(matchings(&rig).await, moved);
    rig.run("update public.events set status = 'cancelled'")
        .await;
    sync(&rig, 41).await;
    assert_eq!(matchings(&rig).await, moved.replace("pending", "cancelled"));
    rig.run("update public.events set status = 'scheduled'")
        .await;
    sync(&rig, 41).await;
    let waiting = "select count(*) from marketing.pipeline_events where event_type = 'peer_matching_due' and status = 'pending'";
    assert_eq!(rig.number(waiting).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_begun_is_not_repeated_and_one_that_was_cancelled_by_hand_stays_so() {
    let rig = event().await;
    sync(&rig, 41).await;
    rig.run("update marketing.pipeline_events set status = 'processed', processed_at = now() where event_type = 'peer_matching_due' and payload ->> 'day' = '2083-03-14';
        update marketing.pipeline_events set status = 'cancelled' where event_type = 'peer_matching_due' and payload ->> 'day' = '2083-03-15';
        update public.event_agenda_items set start_time = start_time + '1 hour', end_time = end_time + '1 hour' where id in (4, 5)")
        .await;
    sync(&rig, 41).await;
    let all =
        "select count(*) from marketing.pipeline_events where event_type = 'peer_matching_due'";
    assert_eq!(rig.number(all).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn offsets_are_rows_and_may_differ_for_an_event() {
    let rig = event().await;
    rig.run("update public.agenda_rules set time_offset = '-20 minutes' where name = 'peer_matching';
        insert into public.agenda_rules (event_id, name, message_type, anchor, time_offset, delivers)
            values (41, 'peer_match_introduction', 'peer_match_introduction', 'lunch', '10 minutes', 'moment')")
        .await;
    sync(&rig, 41).await;
    assert!(
        matchings(&rig)
            .await
            .starts_with("pending 14 11:40 lunch 4 12:10")
    );
    rig.run(
        "insert into public.agenda_rules (event_id, name, message_type, anchor, delivers, enabled)
            values (41, 'peer_matching', 'peer_matching_due', 'lunch', 'event', false)",
    )
    .await;
    assert_eq!(sync(&rig, 41).await, "0 0 2");
}
