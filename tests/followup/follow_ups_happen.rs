//! Follow-ups schedule themselves, go out when they should, and end.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// One person at an event of today, and one action item with its follow-up.
async fn with_item() -> (Rig, FakeGhl) {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run("insert into contractor_action_items (id, contractor_id, event_id, title) values (1, 1, 41, 'Call John Smith')")
        .await;
    (rig, server)
}

async fn statuses(rig: &Rig) -> String {
    rig.text("select string_agg(status, ', ' order by id) from contractor_followup_schedules")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_item_is_asked_about_three_days_after_the_event_at_ten_local() {
    let (rig, _server) = with_item().await;
    assert_eq!(
        rig.text(
            "select (scheduled_time at time zone (select timezone from events where id = 41))::time || ' ' ||
                ((scheduled_time at time zone (select timezone from events where id = 41))::date - (select end_date from events where id = 41)) || ' ' || followup_type
            from contractor_followup_schedules"
        )
        .await,
        "10:00:00 3 check_in"
    );
    // The person's own clock beats the event's; the due date, the rule.
    rig.run("update contractors set timezone = 'America/New_York';
        insert into contractor_action_items (id, contractor_id, event_id, title, due_date) values (2, 1, 41, 'Book a demo', current_date + 10);
        update contractor_action_items set due_date = due_date + 2 where id = 2")
        .await;
    assert_eq!(
        rig.text(
            "select (scheduled_time at time zone 'America/New_York')::time || ' ' || ((scheduled_time at time zone 'America/New_York')::date - due_date)
            from contractor_followup_schedules join contractor_action_items as item on item.id = action_item_id
            where action_item_id = 2"
        )
        .await,
        "10:00:00 -1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_due_follow_up_is_sent_with_its_hints_and_says_so() {
    let (rig, server) = with_item().await;
    let daemon = rig.texts(&server);
    rig.run("update contractor_followup_schedules
        set scheduled_time = now(), message_template = 'Have you reached out to John Smith yet?',
            ai_context_hints = '{\"mention_event\": \"Sample Expo\", \"reference_note\": \"AI automation\"}'")
        .await;
    rig.until("exists (select from contractor_followup_schedules where status = 'sent' and sent_at is not null and sent_by = 'scheduler')")
        .await;
    daemon.stop().await;
    assert_eq!(
        server.texts()[0].body,
        "Have you reached out to John Smith yet? (from Sample Expo, you noted: AI automation)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_item_is_not_asked_about() {
    let (rig, server) = with_item().await;
    let daemon = rig.texts(&server);
    // Due already, but held back: finished in the meantime.
    rig.run("update sending_accounts set paused = true; update contractor_followup_schedules set scheduled_time = now()")
        .await;
    rig.until("exists (select from contractor_followup_schedules where message_id is not null)")
        .await;
    rig.run("update contractor_action_items set status = 'completed'; update sending_accounts set paused = false")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert!(server.texts().is_empty());
    assert_eq!(statuses(&rig).await, "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recurring_follow_up_makes_its_next_and_no_chain_is_for_ever() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    let refused = rig
        .client
        .batch_execute("insert into contractor_followup_schedules (contractor_id, scheduled_time, message_template, is_recurring, recurrence_interval_days, max_occurrences)
            values (1, now(), 'How is it going?', true, 7, 1000000)")
        .await;
    assert!(refused.is_err());
    rig.run("insert into contractor_followup_schedules (contractor_id, scheduled_time, message_template, is_recurring, recurrence_interval_days, max_occurrences)
            values (1, now() - interval '30 days', 'How is it going?', true, 7, 4)")
        .await;
    let daemon = rig.texts(&server);
    for sent in 1..=4_i64 {
        rig.until(&format!(
            "(select count(*) = {sent} from contractor_followup_schedules where status = 'sent')"
        ))
        .await;
        rig.run("update contractor_followup_schedules set scheduled_time = now() where status = 'scheduled' and message_id is null")
            .await;
    }
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(statuses(&rig).await, "sent, sent, sent, sent");
    assert_eq!(server.texts().len(), 4);
    assert_eq!(
        rig.number("select count(*) from contractor_followup_schedules as a join contractor_followup_schedules as b on a.next_occurrence_id = b.id where b.occurrence = a.occurrence + 1")
            .await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_occurrences_are_left_out_and_the_hour_is_kept() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    let daemon = rig.texts(&server);
    // Where the clocks change twice a year.
    rig.run("update contractors set timezone = 'America/Chicago';
        insert into contractor_followup_schedules (contractor_id, event_id, scheduled_time, message_template, is_recurring, recurrence_interval_days)
            values (1, 41, now() - interval '30 days', 'How is it going?', true, 7)")
        .await;
    rig.until("exists (select from contractor_followup_schedules where occurrence = 2 and scheduled_time between now() and now() + interval '8 days')")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
    assert_eq!(
        rig.number("select count(distinct (scheduled_time at time zone 'America/Chicago')::time) from contractor_followup_schedules")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn next_week_puts_it_off_not_yet_asks_again_and_done_ends_it() {
    let (rig, server) = with_item().await;
    let daemon = rig.texts(&server);
    let now = "update contractor_followup_schedules set scheduled_time = now() where status = 'scheduled'";
    rig.run(now).await;
    rig.until("exists (select from contractor_followup_schedules where status = 'sent')")
        .await;
    rig.receives(1, "not yet").await;
    rig.until_heard().await;
    assert_eq!(statuses(&rig).await, "responded, scheduled");
    rig.run(now).await;
    rig.until("exists (select from contractor_followup_schedules where status = 'sent')")
        .await;
    rig.receives(1, "next week please").await;
    rig.until_heard().await;
    assert_eq!(statuses(&rig).await, "responded, deferred, scheduled");
    assert_eq!(
        rig.text("select status from contractor_action_items").await,
        "deferred"
    );
    assert_eq!(
        rig.text("select to_char(scheduled_time at time zone (select timezone from events where id = 41), 'FMDay HH24:MI') from contractor_followup_schedules where status = 'scheduled'")
            .await,
        "Monday 10:00"
    );
    rig.run(now).await;
    rig.run("update contractor_action_items set reminder_time = now()")
        .await;
    rig.until("exists (select from contractor_followup_schedules where status = 'sent')")
        .await;
    rig.receives(1, "done!").await;
    rig.until_heard().await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select status from contractor_action_items").await,
        "completed"
    );
    assert_eq!(statuses(&rig).await, "responded, deferred, responded");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_items_are_answered_by_their_numbers() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.asked(1, "post_event_wrap_up", "{}", 1).await;
    let daemon = rig.texts(&server);
    rig.receives(1, "call Sam; book a demo; fix the website")
        .await;
    rig.until_heard().await;
    rig.run("update contractor_followup_schedules set scheduled_time = now() where id = (select min(id) from contractor_followup_schedules)")
        .await;
    rig.until("exists (select from contractor_followup_schedules where status = 'sent')")
        .await;
    rig.receives(1, "1 and 3 done").await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(contractor_priority || ' ' || status, ', ' order by contractor_priority) from contractor_action_items")
            .await,
        "1 completed, 2 pending, 3 completed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_or_cancelled_item_takes_its_follow_ups_along() {
    let (rig, _server) = with_item().await;
    rig.run("insert into contractor_action_items (id, contractor_id, event_id, title) values (2, 1, 41, 'Another')")
        .await;
    rig.run("update contractor_action_items set status = 'cancelled' where id = 1; delete from contractor_action_items where id = 2")
        .await;
    assert_eq!(statuses(&rig).await, "cancelled");
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events where event_type = 'followup_due' and status = 'pending'")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_introduction_by_mail_is_drafted_and_tells_no_address_that_was_not_given() {
    let rig = Rig::texting(3).await;
    rig.run(
        "update contractors set name = 'Robin Sample', first_name = 'Robin', company_name = 'Sample & Söhne' where id = 1;
        update contractors set name = 'Kim Example', email = 'kim@example.com' where id = 2;
        insert into event_notes (id, contractor_id, event_id, note_text, extracted_entities)
        values (7, 1, 41, 'Met John Smith', '{\"names\": [\"John Smith\"], \"emails\": [\"john@example.com\"]}');
        insert into contractor_action_items (id, contractor_id, event_id, title, action_type, related_note_id, related_peer_contractor_id) values
            (1, 1, 41, 'Write to John', 'email_intro', 7, null), (2, 1, 41, 'Write to Kim', 'email_intro', null, 2),
            (3, 3, 41, 'Not my note', 'email_intro', 7, null)",
    )
    .await;
    let draft = |id: i64| {
        format!(
            "select concat_ws('|', send_to, subject, replace(body, E'\\n', ' ')) from draft_introduction({id})"
        )
    };
    let first = rig.text(&draft(1)).await;
    assert!(
        first.starts_with("john@example.com|Good to meet you at Sample Expo|Hi John,  this is Robin Sample of Sample & Söhne."),
        "{first}"
    );
    let link = rig.text("select mailto from draft_introduction(1)").await;
    assert!(
        link.starts_with("mailto:john%40example.com?subject=Good%20to%20meet%20you")
            && link.contains("%26%20S%C3%B6hne")
            && link.contains("%2C%0D%0A%0D%0Athis"),
        "{link}"
    );
    assert!(!rig.text(&draft(2)).await.contains("kim@"));
    assert!(!rig.text(&draft(3)).await.contains("john"));
    rig.run("insert into event_peer_matches (event_id, contractor1_id, contractor2_id, connection_made) values (41, 1, 2, true)")
        .await;
    // Somebody else's address beside the peer: the name is not the peer's.
    rig.run(
        "insert into event_notes (id, contractor_id, event_id, note_text, extracted_entities) values
            (8, 1, 41, 'sales@example.com', '{\"names\": [], \"emails\": [\"sales@example.com\"]}'),
            (9, 1, 41, 'Met Zoe', '{\"names\": [\"Zoe\"], \"emails\": []}');
        insert into contractor_action_items (id, contractor_id, event_id, title, action_type, related_note_id, related_peer_contractor_id) values
            (4, 1, 41, 'Write to sales', 'email_intro', 8, 2), (5, 1, 41, 'Write to Zoe', 'email_intro', 9, 2)",
    )
    .await;
    let fourth = rig.text(&draft(4)).await;
    assert!(
        fourth.starts_with("sales@example.com|") && fourth.contains("|Hi there,"),
        "{fourth}"
    );
    let fifth = rig.text(&draft(5)).await;
    assert!(
        !fifth.contains("kim@") && fifth.contains("|Hi Zoe,"),
        "{fifth}"
    );
    rig.run("set role pgcascade_operator; select mailto from draft_introduction(4); reset role")
        .await;
    let second = rig.text(&draft(2)).await;
    assert!(second.starts_with("kim@example.com|"), "{second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn weekends_and_days_off_are_left_out_where_that_is_wanted() {
    let rig = Rig::texting(1).await;
    // 2087-07-04 is a Friday.
    let on = |day: &str| {
        format!(
            "select to_char(local_hour_after(1, 41, '{day}', '10:00', true) at time zone zone_of(1, 41), 'YYYY-MM-DD HH24:MI')"
        )
    };
    rig.run("insert into followup_days_off values ('2087-07-04', 'Independence Day')")
        .await;
    assert_eq!(rig.text(&on("2087-07-03")).await, "2087-07-03 10:00");
    assert_eq!(rig.text(&on("2087-07-04")).await, "2087-07-07 10:00");
    rig.run(
        "update followup_settings set skip_weekends = true;
        insert into contractor_followup_schedules (contractor_id, event_id, scheduled_time, message_template, is_recurring, recurrence_interval_days)
        values (1, 41, '2087-07-03 15:00Z', 'How is it going?', true, 1);
        select next_followup(followup) from contractor_followup_schedules as followup",
    )
    .await;
    assert_eq!(
        rig.text("select string_agg((scheduled_time at time zone 'UTC')::text, ', ' order by id) from contractor_followup_schedules")
            .await,
        "2087-07-03 15:00:00, 2087-07-07 15:00:00"
    );
}
