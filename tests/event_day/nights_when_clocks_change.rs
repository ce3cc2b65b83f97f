//! Times and quiet hours on the whole way, from the agenda's rows to the server that takes the
//! texts: the nights on which New York's clocks change, Phoenix where they never do, Kolkata half an
//! hour off, and people whose phones are of another zone.

use super::venue::Venue;
use crate::faults::books::say;

/// Four Sundays: doors at 10, a talk at 10:30, its end at 11:15. Everybody comes at five past ten.
const EVENTS: &str = "
    insert into public.events (id, name, date, timezone, location)
    values (1, 'Spring Forward', '2027-03-14', 'America/New_York', 'Hall 1'), (2, 'Fall Back', '2027-11-07', 'America/New_York', 'Hall 1'),
        (3, 'Desert Day', '2027-03-14', 'America/Phoenix', 'Hall 1'), (4, 'Half Past', '2027-03-14', 'Asia/Kolkata', 'Hall 1');
    insert into public.event_days (event_id, day_date, start_time, end_time) select id, date, '10:00', '17:00' from public.events;
    insert into public.event_speakers (id, event_id, name) select id, id, 'Ida Stone' from public.events;
    insert into public.event_agenda_items (event_id, item_type, title, start_time, end_time, speaker_id)
    select id, 'session', 'Growing', (date + time '10:30') at time zone timezone, (date + time '11:15') at time zone timezone, id
    from public.events;
    insert into public.contractors (id, name, first_name, phone, focus_areas, revenue_tier, team_size)
    select id, name, name, phone, 'lead_generation', '0_5_million', '5'
    from (values (1, 'Nell', '+1 212 555 0101'), (2, 'Cal', '+1 415 555 0102'), (3, 'Tex', '+1 512 555 0103'), (4, 'Nora', '+1 212 555 0104'),
        (5, 'Ari', '+1 602 555 0105'), (6, 'Noah', '+1 212 555 0106'), (7, 'Indu', '+91 98765 43210'), (8, 'Nat', '+1 212 555 0108'))
        as person (id, name, phone);
    insert into public.event_attendees (event_id, contractor_id, sms_opt_in)
    select event_id, contractor_id, true
    from (values (1, 1), (1, 2), (1, 3), (2, 4), (3, 5), (3, 6), (4, 7), (4, 8)) as coming (event_id, contractor_id)";
/// What became of every text that hangs on the agenda: on the wall of the event.
const FATES: &str = "
    select string_agg(line, E'\\n' order by event_id, contractor_id, due)
    from (
        select message.event_id, message.contractor_id, message.scheduled_time as due,
            person.name || ' ' || message.message_type || ' ' || case message.status
                when 'sent' then to_char(attempt.called_at at time zone event.timezone, 'DD HH24:MI')
                else message.status || ': ' || coalesce(message.skip_reason, message.error_message, '')
            end as line
        from public.event_messages as message
        join public.events as event on event.id = message.event_id
        join public.contractors as person on person.id = message.contractor_id
        left join public.message_attempts as attempt on attempt.id = message.attempt_id
        where message.message_type not in ('registration_confirmation', 'personalized_agenda')
    ) as told";
/// New York's number has the event's own hours. California's may be in California, where it is three
/// hours earlier and texts may come from nine on; Texas allows none before noon on a Sunday. Of
/// what would wake somebody, reminders go the evening before, questions later, and alerts not.
const EXPECTED: &str = "\
Nell check_in_reminder_night_before 13 20:00
Nell check_in_reminder_1_hour 14 09:00
Nell check_in_reminder_event_start 14 10:00
Nell speaker_alert 14 10:15
Nell attendance_check 14 11:22
Nell post_event_wrap_up 14 13:15
Cal check_in_reminder_night_before 13 20:00
Cal check_in_reminder_1_hour 13 23:55
Cal check_in_reminder_event_start cancelled: Quiet hours where the recipient may be; afterwards it would be pointless.
Cal speaker_alert cancelled: Quiet hours where the recipient may be; afterwards it would be pointless.
Cal attendance_check 14 12:00
Cal post_event_wrap_up 14 13:15
Tex check_in_reminder_night_before 13 20:00
Tex check_in_reminder_1_hour 13 21:55
Tex check_in_reminder_event_start cancelled: Quiet hours where the recipient may be; afterwards it would be pointless.
Tex speaker_alert cancelled: Quiet hours where the recipient may be; afterwards it would be pointless.
Tex attendance_check 14 13:00
Tex post_event_wrap_up 14 13:15
Nora check_in_reminder_night_before 06 20:00
Nora check_in_reminder_1_hour 07 09:00
Nora check_in_reminder_event_start 07 10:00
Nora speaker_alert 07 10:15
Nora attendance_check 07 11:22
Nora post_event_wrap_up 07 13:15
Ari check_in_reminder_night_before 13 20:00
Ari check_in_reminder_1_hour 14 09:00
Ari check_in_reminder_event_start 14 10:00
Ari speaker_alert 14 10:15
Ari attendance_check 14 11:22
Ari post_event_wrap_up 14 13:15
Noah check_in_reminder_night_before 13 18:55
Noah check_in_reminder_1_hour 14 09:00
Noah check_in_reminder_event_start 14 10:00
Noah speaker_alert 14 10:15
Noah attendance_check 14 11:22
Noah post_event_wrap_up 14 13:15
Indu check_in_reminder_night_before 13 20:00
Indu check_in_reminder_1_hour 14 09:00
Indu check_in_reminder_event_start 14 10:00
Indu speaker_alert 14 10:15
Indu attendance_check 14 11:22
Indu post_event_wrap_up 14 13:15
Nat check_in_reminder_night_before 13 20:00
Nat check_in_reminder_1_hour 14 07:25
Nat check_in_reminder_event_start cancelled: Quiet hours where the recipient may be; afterwards it would be pointless.
Nat speaker_alert cancelled: Quiet hours where the recipient may be; afterwards it would be pointless.
Nat attendance_check cancelled: Quiet hours where the recipient may be; afterwards it would be pointless.
Nat post_event_wrap_up 14 17:30";

#[tokio::test(flavor = "multi_thread")]
async fn texts_keep_the_events_clock_and_the_hours_of_each_phone() {
    let Some(venue) = Venue::open("2027-03-01T17:00:00Z").await else {
        say("skipped: this needs libfaketime: scripts/install-faketime.sh");
        return;
    };
    venue.rig.run(EVENTS).await;
    let daemon = venue.rig.texts(&venue.server);
    // Five past ten in Kolkata, New York, Phoenix, and in New York again, by their own clocks.
    for (event, at) in [
        (4, "2027-03-14T10:05:00+05:30"),
        (1, "2027-03-14T10:05:00-04:00"),
        (3, "2027-03-14T10:05:00-07:00"),
        (2, "2027-11-07T10:05:00-05:00"),
    ] {
        venue.live_until(at).await;
        let come = "update public.event_attendees set check_in_time = clock_timestamp() where event_id = $1::bigint";
        venue.rig.rows(come, &[&i64::from(event)]).await;
    }
    venue.live_until("2027-11-09T12:00:00Z").await;
    daemon.stop().await;
    assert_eq!(venue.rig.text(FATES).await, EXPECTED);
    let sent = "select count(*) from event_messages where status = 'sent'";
    let sent = venue.rig.number(sent).await;
    assert_eq!(
        venue.server.texts().len(),
        usize::try_from(sent).expect("few")
    );
    say(&format!("{sent} texts in four events, each at its minute"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_goes_the_evening_before_does_not_say_in_an_hour() {
    let Some(venue) = Venue::open("2027-03-13T12:00:00Z").await else {
        say("skipped: this needs libfaketime: scripts/install-faketime.sh");
        return;
    };
    venue.rig.run(EVENTS).await;
    let daemon = venue.rig.texts(&venue.server);
    venue.live_until("2027-03-14T10:05:00-04:00").await;
    daemon.stop().await;
    let said = "select message_content from event_messages where message_type = 'check_in_reminder_1_hour' and status = 'sent' and contractor_id = ";
    let early = venue.rig.text(&format!("{said} 2")).await;
    assert!(
        early.contains("10:00") && !early.contains("in an hour"),
        "{early}"
    );
    let on_time = venue.rig.text(&format!("{said} 1")).await;
    assert!(on_time.contains("in an hour"), "{on_time}");
}
