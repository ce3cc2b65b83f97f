//! A rule of everybody's, switched on or off for one event.

use super::{event, sync, waiting};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_asks_for_the_rating_at_once() {
    let rig = event().await;
    rig.run("select public.set_agenda_rule(41, 'pcr_request', true); select public.set_agenda_rule(41, 'attendance_check', false);
        update public.event_attendees set check_in_time = '2083-03-14 08:00 America/New_York' where contractor_id = 1")
        .await;
    sync(&rig, 41).await;
    let told = waiting(&rig, 1).await;
    assert!(
        told.contains("pcr_request 14 10:37") && !told.contains("attendance_check"),
        "{told}"
    );
    // As the general one is, but for this event; twice is once.
    rig.run("select public.set_agenda_rule(41, 'pcr_request', true)")
        .await;
    let alike = "select count(*) from public.agenda_rules as own join public.agenda_rules as general using (
            name, message_type, category, anchor, time_offset, item_types, who, requires, priority, expires_from, expires_after, delivers)
        where own.event_id = 41 and general.event_id is null";
    assert_eq!(rig.number(alike).await, 2);
    let error = rig
        .client
        .batch_execute("select public.set_agenda_rule(41, 'pcr_reqest', true)")
        .await
        .expect_err("no such rule");
    assert!(
        format!("{error:?}").contains("There is no rule pcr_reqest"),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_before_its_moment_is_pointless_after_it() {
    let rig = event().await;
    rig.run("insert into public.event_agenda_items (event_id, start_time, end_time, item_type, title)
            values (41, '2083-03-14 19:00 America/New_York', '2083-03-14 22:00 America/New_York', 'networking', 'Gala dinner');
        insert into public.agenda_rules (message_type, anchor, item_title, time_offset) values ('gala_reminder', 'item_start', 'Gala%', '-30 minutes');
        insert into public.agenda_rules (message_type, anchor, item_title, time_offset) values ('gala_photos', 'item_end', 'Gala%', '5 minutes');
        insert into public.agenda_rules (message_type, anchor, item_title, time_offset, expires_after) values ('gala_hint', 'item_start', 'Gala%', '-1 hour', '20 minutes')")
        .await;
    sync(&rig, 41).await;
    let deadlines = "select string_agg(message_type || to_char(expires_at at time zone 'America/New_York', ' HH24:MI'), ', ' order by message_type)
        from public.event_messages where contractor_id = 1 and message_type like 'gala%'";
    assert_eq!(
        rig.text(deadlines).await,
        "gala_hint 18:20, gala_photos 23:05, gala_reminder 19:00"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_template_of_a_rule_is_checked_when_it_is_saved() {
    let rig = event().await;
    rig.run("insert into public.agenda_rules (message_type, anchor, item_title, time_offset) values ('gala_reminder', 'item_start', 'Gala%', '-30 minutes')")
        .await;
    for (body, said) in [
        ("Soon: {{ sesion_title }}", "no value called sesion_title"),
        (
            "Soon: {{ session_title|shout }}",
            "There is no filter shout",
        ),
        (
            "Soon{% if session_location|uper %}: there{% endif %}",
            "There is no filter uper",
        ),
    ] {
        let error = rig
            .client
            .execute(
                "insert into public.message_templates (name, body) values ('gala_reminder', $1)",
                &[&body],
            )
            .await
            .expect_err(body);
        assert!(format!("{error:?}").contains(said), "{body}: {error:?}");
    }
    rig.run("insert into public.message_templates (name, body)
        values ('gala_reminder', 'In {{ minutes_before }} minutes, {{ first_name|default(\"friend\")|upper }}: {{ session_title }} | {{ session_location|default(''the hall'') }}')")
        .await;
}
