//! Which texts, for whom, when, and what they may say.

use super::{event, sync, waiting};
use crate::support::daemon::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_gives_each_person_one_text_at_its_time() {
    let rig = event().await;
    // 9 and 9 for complete profiles, 4 for none, and the matching of two days.
    assert_eq!(sync(&rig, 41).await, "24 0 0");
    assert_eq!(
        waiting(&rig, 1).await,
        "personalized_agenda\nregistration_confirmation\n\
         check_in_reminder_night_before 13 20:00\ncheck_in_reminder_1_hour 14 07:00\n\
         check_in_reminder_event_start 14 08:00\nspeaker_alert 14 09:30\n\
         sponsor_recommendation 14 10:32\nsponsor_recommendation 14 12:02\nspeaker_alert 15 09:45"
    );
    assert_eq!(
        waiting(&rig, 3).await,
        "registration_confirmation\ncheck_in_reminder_night_before 13 20:00\n\
         check_in_reminder_1_hour 14 07:00\ncheck_in_reminder_event_start 14 08:00"
    );
    let others = "select count(*) from public.event_messages where contractor_id in (4, 5)";
    assert_eq!(rig.number(others).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn priorities_and_deadlines_are_those_of_the_rule() {
    let rig = event().await;
    sync(&rig, 41).await;
    let told = "select string_agg(message_type || ' ' || priority || to_char(expires_at at time zone 'America/New_York', ' DD HH24:MI'),
            E'\\n' order by scheduled_time)
        from public.event_messages where contractor_id = 1 and scheduled_time > '2083-01-01'";
    assert_eq!(
        rig.text(told).await,
        "check_in_reminder_night_before 8 14 00:00\ncheck_in_reminder_1_hour 3 14 08:00\n\
         check_in_reminder_event_start 1 14 09:00\nspeaker_alert 2 14 09:45\n\
         sponsor_recommendation 5 14 10:45\nsponsor_recommendation 5 14 13:00\nspeaker_alert 2 15 10:00"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_on_which_the_clocks_change_shifts_no_text() {
    let rig = event().await;
    sync(&rig, 41).await;
    // 8 PM is winter time, an hour before 8 AM is summer time: ten hours of clock between them.
    let between = "select (max(scheduled_time) - min(scheduled_time))::text from public.event_messages
        where contractor_id = 1 and message_type in ('check_in_reminder_night_before', 'check_in_reminder_1_hour')";
    assert_eq!(rig.text(between).await, "10:00:00");
    // A rule that falls into the hour that is not there comes right after it.
    rig.run(
        "insert into public.agenda_rules (message_type, anchor, local_time, expires_after)
        values ('too_early', 'day_start', '02:30', '1 hour')",
    )
    .await;
    sync(&rig, 41).await;
    let early = "select to_char(min(scheduled_time) at time zone 'America/New_York', 'DD HH24:MI')
        from public.event_messages where message_type = 'too_early'";
    assert_eq!(rig.text(early).await, "14 03:30");
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_those_on_the_wall_of_the_event() {
    for (zone, eight_pm, seven_am) in [
        ("America/Phoenix", "2083-03-14 03:00", "2083-03-14 14:00"),
        ("Asia/Kolkata", "2083-03-13 14:30", "2083-03-14 01:30"),
        ("America/New_York", "2083-03-14 01:00", "2083-03-14 11:00"),
    ] {
        let rig = event().await;
        rig.run(&format!("update public.events set timezone = '{zone}'"))
            .await;
        sync(&rig, 41).await;
        let told = "select string_agg(to_char(scheduled_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ' ' order by scheduled_time)
            from public.event_messages
            where contractor_id = 1 and message_type in ('check_in_reminder_night_before', 'check_in_reminder_1_hour')";
        assert_eq!(
            rig.text(told).await,
            format!("{eight_pm} {seven_am}"),
            "{zone}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_before_are_counted_on_the_wall_and_hours_by_the_clock() {
    let rig = Rig::deployed().await;
    for (by, expected) in [
        ("-1 day", "13 09:00"),
        ("-24 hours", "13 08:00"),
        ("-1 day -2 hours", "13 07:00"),
        ("90 minutes", "14 10:30"),
    ] {
        let sql = format!(
            "select to_char(public.shift_in_zone('2083-03-14 09:00 America/New_York', '{by}', 'America/New_York')
                at time zone 'America/New_York', 'DD HH24:MI')"
        );
        assert_eq!(rig.text(&sql).await, expected, "{by}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_knows_session_speaker_and_room() {
    let rig = event().await;
    sync(&rig, 41).await;
    let said = "select concat_ws(', ', data ->> 'first_name', data ->> 'session_title', data ->> 'speaker_name', data ->> 'speaker_company',
            data ->> 'session_location', data ->> 'session_time', data ->> 'minutes_before', data ->> 'event_name')
        from (select personalization_data as data from public.event_messages
            where contractor_id = 2 and agenda_item_id = 2) as text";
    assert_eq!(
        rig.text(said).await,
        "Ben, Growing with AI, Ida Stone, Stone Co, Main Stage, 9:45 AM, 15, Power Day"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_break_recommends_other_sponsors_those_in_common_first() {
    let rig = event().await;
    sync(&rig, 41).await;
    let named = "select string_agg(names, ' | ' order by scheduled_time) from (
            select scheduled_time, (select string_agg(sponsor ->> 'name', ', ') from jsonb_array_elements(personalization_data -> 'sponsors') as sponsor) as names
            from public.event_messages where contractor_id = 1 and message_type = 'sponsor_recommendation'
        ) as breaks";
    assert_eq!(
        rig.text(named).await,
        "Sponsor 5, Sponsor 1, Sponsor 2 | Sponsor 3, Sponsor 4"
    );
    rig.run("delete from public.event_sponsors").await;
    // Nothing to recommend: no text with a hole.
    assert!(sync(&rig, 41).await.ends_with(" 4"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_checked_in_gets_no_reminder_but_is_asked_and_thanked() {
    let rig = event().await;
    sync(&rig, 41).await;
    rig.run("update public.event_attendees set check_in_time = '2083-03-14 08:20 America/New_York' where contractor_id = 1")
        .await;
    assert_eq!(sync(&rig, 41).await, "3 0 3");
    let told = waiting(&rig, 1).await;
    assert!(!told.contains("check_in"), "{told}");
    assert!(
        told.contains("attendance_check 14 10:37\n")
            && told.contains("attendance_check 15 11:07\n")
            && told.ends_with("post_event_wrap_up 15 13:00"),
        "{told}"
    );
    let why = "select string_agg(distinct skip_reason, ',') from public.event_messages where contractor_id = 1 and status = 'cancelled'";
    assert_eq!(rig.text(why).await, "The person has checked in.");
    // Gone before the second day: nobody asks how it was.
    rig.run("update public.event_attendees set check_out_time = '2083-03-14 18:00 America/New_York' where contractor_id = 1")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 0 1");
    assert!(!waiting(&rig, 1).await.contains("attendance_check 15"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_takes_a_minute_for_an_hour() {
    let rig = event().await;
    rig.run("update public.events set accelerated = true").await;
    sync(&rig, 41).await;
    let times = "select string_agg(message_type || to_char(scheduled_time at time zone 'America/New_York', ' HH24:MI:SS'), E'\\n' order by scheduled_time)
        from public.event_messages where contractor_id = 1 and scheduled_time between '2083-03-14' and '2083-03-15'";
    assert_eq!(
        rig.text(times).await,
        "check_in_reminder_night_before 07:58:00\ncheck_in_reminder_1_hour 07:59:00\n\
         check_in_reminder_event_start 08:00:00\nspeaker_alert 09:44:45\n\
         sponsor_recommendation 10:30:02\nsponsor_recommendation 12:00:02"
    );
}
