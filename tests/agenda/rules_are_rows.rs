//! What is scheduled is rows: added, replaced for one event, switched off.

use super::{event, sync, waiting};

#[tokio::test(flavor = "multi_thread")]
async fn thirty_minutes_before_the_gala_is_an_insert() {
    let rig = event().await;
    rig.run("insert into public.event_agenda_items (event_id, start_time, end_time, item_type, title)
            values (41, '2083-03-14 19:00 America/New_York', '2083-03-14 23:00 America/New_York', 'networking', 'Gala dinner');
        insert into public.agenda_rules (message_type, anchor, item_title, time_offset, template)
            values ('gala_reminder', 'item_start', 'gala%', '-30 minutes', 'gala')")
        .await;
    sync(&rig, 41).await;
    assert!(waiting(&rig, 3).await.contains("gala_reminder 14 18:30"));
    let template = "select personalization_data ->> 'template' from public.event_messages where message_type = 'gala_reminder' limit 1";
    assert_eq!(rig.text(template).await, "gala");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_event_replaces_the_general_rule() {
    let rig = event().await;
    sync(&rig, 41).await;
    rig.run("insert into public.agenda_rules (event_id, message_type, anchor, time_offset, item_types, requires, expires_from, expires_after)
            values (41, 'speaker_alert', 'item_start', '-5 minutes', '{session}', '{speaker}', 'anchor', '0')")
        .await;
    // The same texts, moved: and for everybody, since the row does not say profile_complete.
    assert_eq!(sync(&rig, 41).await, "2 4 0");
    assert!(waiting(&rig, 1).await.contains("speaker_alert 14 09:40"));
    rig.run("update public.agenda_rules set enabled = false where event_id = 41")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 0 6");
    rig.run("delete from public.agenda_rules where event_id = 41")
        .await;
    assert_eq!(sync(&rig, 41).await, "4 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_may_ask_for_the_rating_at_once() {
    let rig = event().await;
    rig.run("insert into public.agenda_rules (event_id, name, message_type, category, anchor, time_offset, item_types, who, requires, priority, expires_after, enabled)
            select 41, name, message_type, category, anchor, time_offset, item_types, who, requires, priority, expires_after, not enabled
            from public.agenda_rules where name in ('attendance_check', 'pcr_request');
        update public.event_attendees set check_in_time = '2083-03-14 08:20 America/New_York'")
        .await;
    sync(&rig, 41).await;
    let told = waiting(&rig, 1).await;
    assert!(
        told.contains("pcr_request 14 10:37") && !told.contains("attendance_check"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_cannot_be_is_refused_with_a_reason() {
    let rig = event().await;
    for (columns, values, reason) in [
        ("anchor", "'noon'", "anchor_must_be_known"),
        (
            "anchor, who",
            "'item_start', '{everybody}'",
            "who_must_be_known",
        ),
        (
            "anchor, who",
            "'item_start', '{checked_in,not_checked_in}'",
            "who_must_not_contradict_itself",
        ),
        (
            "anchor, local_time",
            "'item_start', '20:00'",
            "local_time_must_belong_to_a_day",
        ),
        (
            "anchor, item_title",
            "'event_start', 'Gala'",
            "item_filter_must_belong_to_items",
        ),
        (
            "anchor, expires_from, expires_after, time_offset",
            "'item_start', 'anchor', '0', '5 minutes'",
            "would be too late before they are due",
        ),
        (
            "anchor, priority",
            "'item_start', 11",
            "rule_priority_must_be_1_to_10",
        ),
    ] {
        let sql = format!(
            "insert into public.agenda_rules (message_type, {columns}) values ('x', {values})"
        );
        let error = rig.client.batch_execute(&sql).await.expect_err(&sql);
        let said = format!("{error:?}");
        assert!(said.contains(reason), "{values}: {said}");
    }
}
