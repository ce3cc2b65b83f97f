//! Rows alone: people insert and update, the daemon plans, moves and cancels.

use pgcascade::engine::Registry;

use super::{EVENT, event};
use crate::support::daemon::{Rig, RunningDaemon};

/// Only the stages of this room, and a daemon.
fn daemon(rig: &Rig) -> RunningDaemon {
    rig.daemon(Registry::default())
}

async fn rig() -> Rig {
    let rig = Rig::deployed().await;
    rig.run("delete from pipeline.stages where name not in ('agenda_sync', 'agenda_generate')")
        .await;
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn inserting_is_enough() {
    let rig = rig().await;
    let daemon = daemon(&rig);
    rig.run(EVENT).await;
    rig.until("(select count(*) from public.event_messages where status = 'scheduled') = 22")
        .await;
    rig.run(
        "update public.event_agenda_items set start_time = start_time + '10 minutes' where id = 5",
    )
    .await;
    rig.until("(select min(scheduled_time) = '2083-03-15 09:55 America/New_York' from public.event_messages where agenda_item_id = 5)")
        .await;
    rig.run("update public.event_attendees set check_in_time = now() where contractor_id = 3")
        .await;
    rig.until("(select count(*) = 3 from public.event_messages where contractor_id = 3 and status = 'cancelled')")
        .await;
    rig.run("update public.events set status = 'cancelled'")
        .await;
    rig.until("not exists (select from public.event_messages where status = 'scheduled')")
        .await;
    rig.until_idle().await;
    daemon.stop().await;
    let failed =
        "select coalesce(string_agg(error_message, ', '), '') from marketing.pipeline_errors";
    assert_eq!(rig.text(failed).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mere_check_in_waits_for_others_and_nothing_else_does() {
    let rig = rig().await;
    rig.run(EVENT).await;
    for change in [
        "check_in_time = now() where contractor_id = 3",
        "sms_opt_in = false where contractor_id = 3",
        "check_in_time = now(), registration_status = 'cancelled' where contractor_id = 2",
        // One of them comes, another goes away for good.
        "check_in_time = case when contractor_id = 1 then now() end, sms_opt_in = contractor_id = 1 where contractor_id in (1, 2)",
    ] {
        rig.run(&format!("update public.event_attendees set {change}"))
            .await;
    }
    let due =
        "select string_agg(split_part(payload ->> 'change', ' ', 1) || ' ' || (run_at > created_at), ', ' order by id)
        from marketing.pipeline_events
        where event_type = 'agenda_changed'
        and payload ->> 'change' like '% event_attendees'";
    let told = "insert false, update true, update false, update false, update false";
    assert_eq!(rig.text(due).await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agenda_appears_when_an_event_gets_speakers() {
    let rig = rig().await;
    let daemon = daemon(&rig);
    rig.run("insert into public.events (id, name, date, timezone) values (7, 'Small Day', '2083-05-04', 'America/Phoenix');
        insert into public.event_speakers (event_id, name) values (7, 'Ida Stone'), (7, 'Jon Field')")
        .await;
    rig.until("(select count(*) from public.event_agenda_items where event_id = 7) = 6")
        .await;
    rig.until("exists (select from public.agenda_timers where event_id = 7 and basis = 'lunch')")
        .await;
    rig.run("delete from public.event_speakers where name = 'Jon Field'")
        .await;
    rig.until("(select count(*) from public.event_agenda_items where event_id = 7) = 5")
        .await;
    rig.until_idle().await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agenda_that_was_entered_by_hand_is_left_alone() {
    let rig = event().await;
    rig.run("delete from pipeline.stages where name not in ('agenda_sync', 'agenda_generate')")
        .await;
    let daemon = daemon(&rig);
    rig.run("insert into public.event_speakers (event_id, name) values (41, 'Kim Hill')")
        .await;
    rig.until_idle().await;
    let items = "select count(*) from public.event_agenda_items";
    assert_eq!(rig.number(items).await, 5);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_one_event_for_each_live_event() {
    let rig = event().await;
    rig.run("insert into public.events (id, name, date, timezone) values (42, 'Other Day', '2083-04-01', 'UTC');
        insert into public.event_attendees (event_id, contractor_id) select 42, id from public.contractors;
        delete from marketing.pipeline_events;
        update public.event_attendees set check_in_time = now() where contractor_id < 4")
        .await;
    let emitted =
        "select string_agg(payload::text, ' ' order by id) from marketing.pipeline_events";
    assert_eq!(
        rig.text(emitted).await,
        r#"{"change": "update event_attendees", "event_id": 41, "contractor_ids": [1, 2, 3]} {"change": "update event_attendees", "event_id": 42, "contractor_ids": [1, 2, 3]}"#
    );
    rig.run("delete from marketing.pipeline_events; update public.agenda_rules set priority = 9 where name = 'speaker_alert'")
        .await;
    let whole = "select string_agg(payload ->> 'event_id', ' ' order by id) from marketing.pipeline_events where not payload ? 'contractor_ids'";
    assert_eq!(rig.text(whole).await, "41 42");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_text_says_changes_nothing() {
    let rig = event().await;
    rig.run(
        "delete from marketing.pipeline_events;
        update public.event_attendees set qr_code_data = 'x', custom_responses = '{}';
        update public.contractors set job_title = 'Owner';
        update public.event_agenda_items set synopsis = 'More';
        update public.events set description = 'More', name = name;
        update public.event_speakers set bio = 'More', total_ratings = 3",
    )
    .await;
    let emitted =
        "select coalesce(string_agg(payload::text, ' '), '') from marketing.pipeline_events";
    assert_eq!(rig.text(emitted).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_event_stops_no_other() {
    let rig = event().await;
    rig.run("delete from pipeline.stages where name not in ('agenda_sync', 'agenda_generate');
        update pipeline.stages set backoff = '10 milliseconds', backoff_max = '20 milliseconds';
        insert into marketing.pipeline_events (event_type, payload) values
            ('agenda_changed', '{}'), ('agenda_changed', '{\"event_id\": \"forty-one\"}'), ('agenda_changed', '{\"event_id\": 4711}'),
            ('agenda_changed', '{\"event_id\": 4712, \"contractor_ids\": [\"x\"]}'), ('event_speakers_changed', '{\"event_id\": 4711}')")
        .await;
    let daemon = daemon(&rig);
    rig.until("(select count(*) from public.event_messages) = 22")
        .await;
    rig.until_idle().await;
    daemon.stop().await;
    let failed = "select count(*) from marketing.pipeline_events where status = 'failed'";
    assert_eq!(rig.number(failed).await, 1);
}
