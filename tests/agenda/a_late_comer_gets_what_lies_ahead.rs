//! Registering, completing a profile or checking in late; a session moved into the past; a daemon
//! that was away.

use super::{event, sync, waiting};
use crate::support::daemon::Rig;

/// Event 41 began an hour ago: its registration is over, the first session begins in 45 minutes.
async fn running() -> Rig {
    let rig = event().await;
    rig.run(
        "update public.events set timezone = 'UTC';
        update public.event_agenda_items set
            start_time = date_trunc('minute', now()) + (start_time - '2083-03-14 09:00 UTC'),
            end_time = date_trunc('minute', now()) + (end_time - '2083-03-14 09:00 UTC');
        update public.events set name = 'Power Day'",
    )
    .await;
    rig.run("update public.event_attendees set created_at = now() - interval '2 days', registration_date = now() - interval '2 days',
            profile_completion_time = case when profile_completion_time is not null then now() - interval '2 days' end;
        set session_replication_role = replica;
        update public.events set date = current_date, end_date = current_date + 1;
        set session_replication_role = origin")
        .await;
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_late_gives_no_reminder_of_what_has_passed() {
    let rig = running().await;
    rig.run("insert into public.contractors (id, name, phone, focus_areas, revenue_tier, team_size)
            values (6, 'Flo Sample', '+15125550126', 'hiring', '1m_2m', '3');
        insert into public.event_attendees (event_id, contractor_id, sms_opt_in) values (41, 6, true)")
        .await;
    sync(&rig, 41).await;
    let types = "select string_agg(distinct message_type, ' ' order by message_type) from public.event_messages where contractor_id = 6";
    assert_eq!(
        rig.text(types).await,
        "personalized_agenda registration_confirmation speaker_alert sponsor_recommendation"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_old_registrations_confirms_none_of_them() {
    let rig = running().await;
    sync(&rig, 41).await;
    let confirmed = "select count(*) from public.event_messages where message_type in ('registration_confirmation', 'personalized_agenda')";
    assert_eq!(rig.number(confirmed).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_moved_into_the_past_alerts_nobody() {
    let rig = running().await;
    sync(&rig, 41).await;
    assert!(waiting(&rig, 1).await.contains("speaker_alert"));
    rig.run("update public.event_agenda_items set start_time = now() - interval '10 minutes' where id = 2")
        .await;
    sync(&rig, 41).await;
    let why = "select string_agg(distinct skip_reason, ',') from public.event_messages where message_type = 'speaker_alert' and status = 'cancelled'";
    assert_eq!(rig.text(why).await, "It would come too late.");
    assert_eq!(sync(&rig, 41).await, "0 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_moved_nearer_than_its_alert_is_alerted_at_once() {
    let rig = running().await;
    sync(&rig, 41).await;
    rig.run("update public.event_agenda_items set start_time = now() + interval '5 minutes' where id = 2")
        .await;
    sync(&rig, 41).await;
    let due = "select count(*) from public.event_messages where agenda_item_id = 2 and status = 'scheduled' and scheduled_time < now()";
    assert_eq!(rig.number(due).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_due_while_no_daemon_ran_is_planned_until_its_deadline() {
    let rig = running().await;
    // The session begins in 5 minutes; people registered and the change was made long before.
    rig.run("update public.event_agenda_items set start_time = now() + interval '5 minutes' where id = 2")
        .await;
    let late = "select count(*) from public.event_messages where agenda_item_id = 2";
    sync(&rig, 41).await;
    assert_eq!(rig.number(late).await, 0);
    rig.run("select from public.agenda_sync(41, null, now() - interval '1 hour')")
        .await;
    assert_eq!(rig.number(late).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_off_the_waiting_list_is_confirmed_then() {
    let rig = running().await;
    rig.run("update public.event_attendees set registration_status = 'waitlisted' where contractor_id = 3")
        .await;
    sync(&rig, 41).await;
    assert_eq!(waiting(&rig, 3).await, "");
    rig.run("update public.event_attendees set registration_status = 'registered' where contractor_id = 3")
        .await;
    sync(&rig, 41).await;
    assert!(
        waiting(&rig, 3)
            .await
            .starts_with("registration_confirmation")
    );
}
