//! Sessions, lunch, day and zone move; sessions, registrations and events are cancelled; twice is
//! nothing, and what was sent is never touched.

use super::{event, sync, waiting};
use crate::support::daemon::Rig;

async fn planned() -> Rig {
    let rig = event().await;
    sync(&rig, 41).await;
    rig
}

async fn settled(rig: &Rig) {
    assert_eq!(sync(rig, 41).await, "0 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn doing_it_twice_changes_nothing() {
    let rig = planned().await;
    let before = "select md5(string_agg(message::text, '' order by id)) from public.event_messages as message";
    let rows = rig.text(before).await;
    settled(&rig).await;
    // Nor does it in a session of another zone.
    rig.run("set timezone = 'Asia/Tokyo'").await;
    settled(&rig).await;
    rig.run("set timezone = 'UTC'").await;
    assert_eq!(rig.text(before).await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_moves_takes_its_texts_along() {
    let rig = planned().await;
    rig.run("update public.event_agenda_items set start_time = start_time + '35 minutes', end_time = end_time + '35 minutes' where id = 2")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 2 0");
    assert!(waiting(&rig, 1).await.contains("speaker_alert 14 10:05"));
    let deadline = "select to_char(expires_at at time zone 'America/New_York', 'HH24:MI') from public.event_messages where agenda_item_id = 2 limit 1";
    assert_eq!(rig.text(deadline).await, "10:20");
    settled(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_day_moves_agenda_days_and_texts_on_the_wall() {
    let rig = planned().await;
    rig.run("insert into public.event_days (event_id, day_date, start_time) values (41, '2083-03-14', '08:00'), (41, '2083-03-15', '09:00');
        update public.events set date = '2083-03-15'")
        .await;
    sync(&rig, 41).await;
    let days = "select string_agg(to_char(day_date, 'DD'), ' ' order by day_date) || to_char((select end_date from public.events), ' DD')
        from public.event_days";
    assert_eq!(rig.text(days).await, "15 16 16");
    // The first day lost its change of clocks, and 9:45 AM is still 9:45 AM.
    let told = waiting(&rig, 1).await;
    assert!(
        told.contains("check_in_reminder_night_before 14 20:00")
            && told.contains("speaker_alert 15 09:30"),
        "{told}"
    );
    let by_hand = "select count(*) from public.event_agenda_items where origin <> 'manual'";
    assert_eq!(rig.number(by_hand).await, 0);
    settled(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_on_which_clocks_change_turns_nothing_round() {
    let rig = event().await;
    rig.run("insert into public.event_agenda_items (event_id, start_time, end_time, item_type, title) values
            (41, '2083-03-15 02:10 America/New_York', '2083-03-15 03:05 America/New_York', 'break', 'Night watch'),
            (41, '2083-03-15 00:00 America/New_York', '2083-03-16 00:00 America/New_York', 'networking', 'Hackathon')")
        .await;
    let lengths = "select string_agg((end_time - start_time)::text, ' ' order by title desc) from public.event_agenda_items where title in ('Night watch', 'Hackathon')";
    // The clocks of New York change on 14 March and on 7 November.
    for (day, expected) in [
        ("2083-03-13", "00:55:00 23:00:00"),
        ("2083-11-06", "00:55:00 23:00:00"),
    ] {
        rig.run(&format!("update public.events set date = '{day}'"))
            .await;
        assert_eq!(rig.text(lengths).await, expected, "{day}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_zone_keeps_the_hours_on_the_wall() {
    let rig = planned().await;
    let before = waiting(&rig, 1).await;
    rig.run("update public.events set timezone = 'Asia/Kolkata'")
        .await;
    sync(&rig, 41).await;
    assert_eq!(waiting(&rig, 1).await, before);
    let start = "select to_char(start_time at time zone 'UTC', 'HH24:MI') from public.event_agenda_items where id = 2";
    assert_eq!(rig.text(start).await, "04:15");
    settled(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_session_cancels_its_texts_and_a_restored_one_has_them_again() {
    let rig = planned().await;
    rig.run("update public.event_agenda_items set status = 'cancelled' where id = 2")
        .await;
    // 5 that count the sessions say one less.
    assert_eq!(sync(&rig, 41).await, "0 5 2");
    let why = "select string_agg(distinct skip_reason, ',') from public.event_messages where status = 'cancelled'";
    assert_eq!(rig.text(why).await, "The agenda item was cancelled.");
    settled(&rig).await;
    rig.run("update public.event_agenda_items set status = 'confirmed' where id = 2")
        .await;
    assert_eq!(sync(&rig, 41).await, "2 5 0");
    rig.run("delete from public.event_agenda_items where id = 2")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 5 2");
    assert_eq!(rig.text(why).await, "The agenda item was cancelled.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_registration_cancels_its_texts() {
    let rig = planned().await;
    rig.run("update public.event_attendees set registration_status = 'cancelled' where contractor_id = 1;
        delete from public.event_attendees where contractor_id = 3")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 0 13");
    assert_eq!(waiting(&rig, 1).await + &waiting(&rig, 3).await, "");
    assert_ne!(waiting(&rig, 2).await, "");
    let why = "select string_agg(distinct skip_reason, ',') from public.event_messages where status = 'cancelled'";
    assert_eq!(rig.text(why).await, "The registration was cancelled.");
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_taken_back_cancels_and_given_again_plans() {
    let rig = planned().await;
    rig.run("update public.event_attendees set sms_opt_in = false where contractor_id = 3")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 0 4");
    rig.run("update public.event_attendees set sms_opt_in = true where contractor_id = 3")
        .await;
    assert_eq!(sync(&rig, 41).await, "4 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_event_cancels_everything() {
    for cancel in [
        "status = 'cancelled'",
        "is_active = false",
        "status = 'draft'",
    ] {
        let rig = planned().await;
        rig.run(&format!("update public.events set {cancel}")).await;
        assert_eq!(sync(&rig, 41).await, "0 0 24", "{cancel}");
        let due = "select count(*) from marketing.pipeline_events where status = 'pending' and event_type in ('message_due', 'peer_matching_due')";
        assert_eq!(rig.number(due).await, 0, "{cancel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_deleted_leaves_nothing_behind() {
    let rig = planned().await;
    rig.run("delete from public.events").await;
    let left = "select (select count(*) from public.event_messages) + (select count(*) from marketing.pipeline_events
        where status = 'pending' and event_type in ('message_due', 'peer_matching_due'))";
    assert_eq!(rig.number(left).await, 0);
    assert_eq!(sync(&rig, 41).await, "0 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_or_cancelled_by_a_person_is_never_touched_nor_replaced() {
    let rig = planned().await;
    rig.run("set session_replication_role = replica;
        update public.event_messages set status = 'sent', actual_send_time = now() where agenda_item_id = 2 and contractor_id = 1;
        set session_replication_role = origin;
        update public.event_messages set status = 'cancelled', error_message = 'Not this one.' where agenda_item_id = 2 and contractor_id = 2")
        .await;
    let rows = "select string_agg(md5(message::text), ' ' order by id) from public.event_messages as message where agenda_item_id = 2";
    let before = rig.text(rows).await;
    rig.run(
        "update public.event_agenda_items set start_time = start_time + '20 minutes' where id = 2",
    )
    .await;
    assert_eq!(sync(&rig, 41).await, "0 0 0");
    assert_eq!(rig.text(rows).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_a_new_name_and_another_speaker_reach_the_texts() {
    let rig = planned().await;
    rig.run(
        "update public.contractors set phone = '(512) 555-0177', first_name = 'Adele' where id = 1;
        update public.event_agenda_items set speaker_id = 2 where id = 2",
    )
    .await;
    sync(&rig, 41).await;
    let text = "select concat_ws(', ', phone, personalization_data ->> 'first_name', personalization_data ->> 'speaker_name')
        from public.event_messages where contractor_id = 1 and agenda_item_id = 2";
    assert_eq!(rig.text(text).await, "+15125550177, Adele, Jon Field");
    settled(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agenda_that_is_put_off_takes_everything_along_and_is_noted() {
    let rig = planned().await;
    let moved = "select public.agenda_delay(41, '20 minutes')::bigint";
    assert_eq!(rig.number(moved).await, 4);
    sync(&rig, 41).await;
    let told = waiting(&rig, 1).await;
    assert!(
        told.contains("check_in_reminder_event_start 14 08:20")
            && told.contains("speaker_alert 14 09:50")
            && told.contains("speaker_alert 15 09:45"),
        "{told}"
    );
    rig.run("select public.agenda_delay(41, '-5 minutes')")
        .await;
    let noted = "select delay_minutes || ' ' || jsonb_array_length(ceo_override_log) || to_char(day_date, ' DD') from public.event_timeline";
    assert_eq!(rig.text(noted).await, "15 2 14");
    let error = rig
        .client
        .batch_execute("select public.agenda_delay(41, '2 days')")
        .await
        .expect_err("too long");
    assert!(format!("{error:?}").contains("at most a day"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_a_person_moved_stays_until_the_agenda_moves_it() {
    let rig = planned().await;
    rig.run("update public.event_messages set scheduled_time = scheduled_time + '5 minutes' where agenda_item_id = 2 and contractor_id = 1")
        .await;
    settled(&rig).await;
    rig.run("update public.event_agenda_items set location = 'Room B' where id = 2")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 2 0");
    assert!(waiting(&rig, 1).await.contains("speaker_alert 14 09:35"));
    rig.run(
        "update public.event_agenda_items set start_time = start_time + '10 minutes' where id = 2",
    )
    .await;
    sync(&rig, 41).await;
    assert!(waiting(&rig, 1).await.contains("speaker_alert 14 09:40"));
    rig.run("update public.event_messages set scheduled_time = scheduled_time + '5 minutes' where contractor_id = 1;
        update public.events set status = 'cancelled'")
        .await;
    sync(&rig, 41).await;
    assert_eq!(waiting(&rig, 1).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_plan_each_text_once() {
    let rig = event().await;
    let (one, other) = (rig.session().await, rig.session().await);
    let plan = "select planned from public.agenda_sync(41)";
    let (one, other) = tokio::join!(one.query_one(plan, &[]), other.query_one(plan, &[]));
    let planned: Vec<i32> = [one, other]
        .into_iter()
        .map(|row| row.expect("a plan").get(0))
        .collect();
    assert_eq!(planned.iter().sum::<i32>(), 24, "{planned:?}");
}
