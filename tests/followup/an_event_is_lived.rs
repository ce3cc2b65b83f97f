//! A whole event, as one attendee lives it.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// What the phone of person 1 shows.
fn phone(server: &FakeGhl) -> Vec<String> {
    let texts = server.texts().into_iter();
    texts
        .filter(|text| text.phone == "+15125550101")
        .map(|text| text.body)
        .collect()
}

async fn shown(rig: &Rig, server: &FakeGhl, words: &str) {
    crate::support::wait::until(words, async || {
        phone(server)
            .iter()
            .any(|text| text.contains(words))
            .then_some(())
    })
    .await;
    // The phone rings before the sender has written down that it does; nobody answers sooner.
    let written = words.replace('\'', "''");
    rig.until(&format!(
        "exists (select from event_messages where phone = '+15125550101' and status = 'sent' and message_content like '%{written}%')"
    ))
    .await;
    rig.until_heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_registration_to_stop() {
    let (rig, server) = (Rig::texting(0).await, FakeGhl::start().await);
    // The event is in an hour and a few seconds; later its clock is set on by moving the event.
    rig.run(
        "update agenda_rules set enabled = true where name in
            ('registration_confirmation', 'check_in_reminder_1_hour', 'attendance_check', 'post_event_wrap_up');
        update event_peer_matching set on_check_in = 'never' where event_id is null;
        update events set timezone = 'Etc/GMT' || to_char(extract(hour from now() at time zone 'UTC') - 12, 'SGFM90') where id = 41;
        update events set date = (now() at time zone timezone)::date, end_date = (now() at time zone timezone)::date + 1 where id = 41;
        insert into event_speakers (id, event_id, name) values (7, 41, 'Pat Speaker');
        insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title, location, speaker_id)
        values (9, 41, now() + interval '61 minutes', now() + interval '101 minutes', 'session', 'Growing with AI', 'Main Stage', 7);
        insert into event_agenda_items (event_id, start_time, end_time, item_type, title)
        values (41, now() + interval '110 minutes', now() + interval '120 minutes', 'break', 'Coffee')",
    )
    .await;
    let daemon = rig.texts(&server);
    // Registers, is confirmed.
    rig.run(
        "insert into contractors (id, name, phone, email, company_name, service_area, focus_areas, revenue_tier) values
            (1, 'Robin Sample', '512 555 0101', 'robin@example.com', 'Sample Roofing', 'Austin, TX', 'operational_efficiency, hiring_sales_leadership', '31_50_million'),
            (2, 'Kim Example', '512 555 0102', 'kim@example.com', 'Example HVAC', 'Houston, TX', 'hiring_sales_leadership, operational_efficiency', '31_50_million');
        insert into event_attendees (event_id, contractor_id, sms_opt_in) values (41, 1, true), (41, 2, true)",
    )
    .await;
    shown(&rig, &server, "you are registered for Sample Expo").await;
    // Is reminded an hour before: the session moves to an hour and a moment from now.
    rig.run("update event_agenda_items set start_time = now() + interval '60 minutes 4 seconds' where id = 9")
        .await;
    shown(&rig, &server, "starts in an hour").await;
    // Checks in; the session begins.
    rig.run("update event_attendees set check_in_time = now() - interval '1 hour';
        update event_agenda_items set start_time = now() - interval '10 minutes', end_time = now() + interval '30 minutes' where id = 9")
        .await;
    // Is matched, answers YES; the other does, too.
    rig.run("insert into event_peer_matching_runs (event_id, send_immediately, force) values (41, true, true)")
        .await;
    shown(&rig, &server, "Reply YES to get an intro").await;
    rig.receives(1, "YES!").await;
    shown(&rig, &server, "As soon as the other says yes").await;
    rig.until("exists (select from event_messages where contractor_id = 2 and message_type = 'peer_match_introduction' and status = 'sent')").await;
    rig.receives(2, "sure").await;
    shown(&rig, &server, "kim@example.com").await;
    // Takes five notes.
    for note in [
        "Met John Smith - amazing insights on AI automation. 555-1234, john@example.com",
        "Crews that see their numbers daily stay longer",
        "Check out the new estimating app",
        "Acme booth 12 gives a discount until Friday",
        "Pat Speaker: answer every lead in five minutes",
    ] {
        rig.receives(1, note).await;
    }
    rig.until_heard().await;
    assert_eq!(
        rig.number("select count(*) from event_notes where contractor_id = 1 and session_context like 'Growing with AI%'")
            .await,
        5
    );
    // Has them summed up, with whom he was put in touch.
    rig.receives(1, "Summary please").await;
    shown(&rig, &server, "Met: Kim Example (Example HVAC)").await;
    // The session is over: was there, rates it.
    rig.run("update event_agenda_items set end_time = now() - interval '6 minutes 56 seconds' where id = 9")
        .await;
    shown(&rig, &server, "Were you at Growing with AI").await;
    rig.receives(1, "yes").await;
    shown(&rig, &server, "from 1 to 10").await;
    rig.receives(1, "nine").await;
    rig.until_heard().await;
    assert_eq!(
        rig.number(
            "select explicit_score::bigint from event_pcr_scores where pcr_type = 'speaker'"
        )
        .await,
        9
    );
    // The event is over: what matters most?
    rig.run("update events set end_date = date where id = 41;
        delete from event_agenda_items where id <> 9;
        update event_agenda_items set start_time = now() - interval '3 hours', end_time = now() - interval '119 minutes 56 seconds' where id = 9")
        .await;
    shown(&rig, &server, "top three").await;
    rig.receives(
        1,
        "1) follow up with John Smith\n2) try the estimating app\n3) hire a dispatcher",
    )
    .await;
    shown(&rig, &server, "3 priorities").await;
    // Is followed up twice, and finishes one: its next follow-up is skipped.
    let due = |priority: i32, more: &str| {
        format!(
            "update contractor_followup_schedules set scheduled_time = now(){more}
            where action_item_id in (select id from contractor_action_items where contractor_priority = {priority})"
        )
    };
    rig.run(&due(1, "")).await;
    shown(&rig, &server, "checking in: follow up with John Smith").await;
    rig.receives(1, "not yet").await;
    rig.until_heard().await;
    let weekly = ", is_recurring = true, recurrence_interval_days = 7";
    rig.run(&due(2, weekly)).await;
    shown(&rig, &server, "checking in: try the estimating app").await;
    rig.receives(1, "Done!! It saves us an hour a day").await;
    rig.until_heard().await;
    assert_eq!(
        rig.text("select string_agg(item.contractor_priority || ' ' || item.status || ' ' || followup.status, ', ' order by followup.id)
            from contractor_followup_schedules as followup join contractor_action_items as item on item.id = action_item_id
            where contractor_priority < 3").await,
        "1 pending responded, 2 completed responded, 1 pending scheduled, 2 completed skipped"
    );
    // Did the two meet? They did.
    rig.run(
        "update events set date = date - 1, end_date = end_date - 1 where id = 41;
        update followup_settings set ask_whether_they_met = true;
        update pipeline.schedules set next_at = now()",
    )
    .await;
    shown(&rig, &server, "get to meet at Sample Expo").await;
    rig.receives(1, "we did").await;
    rig.until_heard().await;
    assert_eq!(
        rig.text("select concat_ws(' ', connection_made, contractor1_met, meeting_scheduled) from event_peer_matches")
            .await,
        "t t t"
    );
    // Says STOP: nothing follows.
    rig.receives(1, "STOP").await;
    shown(&rig, &server, "unsubscribed").await;
    let before = phone(&server).len();
    rig.run("update contractor_followup_schedules set scheduled_time = now(), status = 'scheduled' where status <> 'sent';
        update event_messages set scheduled_time = now() where status = 'scheduled';
        insert into event_messages (event_id, contractor_id, message_type, message_content) values (41, 1, 'admin_custom', 'one more thing')")
        .await;
    rig.until_texted().await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(phone(&server).len(), before);
    assert_eq!(
        rig.number("select count(*) from check_action_item_updates()")
            .await,
        0
    );
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events where status = 'failed'")
            .await,
        0
    );
}
