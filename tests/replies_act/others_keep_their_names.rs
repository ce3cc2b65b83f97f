//! Erasing one person finds every spelling in JSON and leaves alone whoever is like that person.

use serde_json::Value;

use crate::support::daemon::Rig;

/// The notes that were written, in order.
async fn notes(rig: &Rig) -> String {
    rig.text("select string_agg(note_text, '; ' order by id) from event_notes")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_at_the_beginning_of_a_line_leaves_json_too() {
    let rig = Rig::texting(2).await;
    rig.run(
        "update contractors set first_name = 'Ann', last_name = 'Lee', name = 'Ann Lee', email = 'ann@example.com' where id = 1;
        insert into event_notes (contractor_id, event_id, note_text, conversation_context)
        values (2, 41, 'x', jsonb_build_object('said', E'Contacts:\\nAnn Lee\\nann@example.com\\tAnn\\nLee\\r\\u001fAnn Lee \"Ann Lee\" \\\\Ann Lee'));
        select pipeline.emit('crm_push', jsonb_build_object('text', E'Contacts:\\nAnn Lee'));
        select pipeline.emit('crm_push', jsonb_build_object('text', E'Contacts:\\nann@example.com'))",
    )
    .await;
    rig.run("select erase_contractor(1)").await;
    assert_eq!(
        rig.text("select translate(conversation_context ->> 'said', E'\\n\\t\\r\\u001f', '||||') from event_notes")
            .await,
        "Contacts:|[erased]|[erased]|[erased]||[erased] \"[erased]\" \\[erased]"
    );
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events where payload::text ~* 'ann'")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tells_namesakes_apart_is_found_at_the_beginning_of_a_line() {
    let rig = Rig::texting(3).await;
    rig.run(
        "update contractors set first_name = 'Ann', last_name = 'Lee', name = 'Ann Lee', email = 'ann' || id || '@example.com' where id <= 2;
        insert into event_notes (contractor_id, event_id, note_text) values
            (3, 41, E'Ann Lee:\\nann1@example.com'), (3, 41, E'Ann Lee:\\nann2@example.com')",
    )
    .await;
    rig.run("select erase_contractor(1)").await;
    assert_eq!(
        notes(&rig).await,
        "[erased]:\n[erased]; Ann Lee:\nann2@example.com"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_longer_name_keeps_it() {
    let rig = Rig::texting(3).await;
    rig.run(
        "update contractors set first_name = 'Ann', last_name = 'Lee', name = 'Ann Lee', email = 'ann@example.com' where id = 1;
        update contractors set first_name = 'Mary Ann', last_name = 'Lee', name = 'Mary Ann  Lee' where id = 2;
        insert into event_notes (contractor_id, event_id, note_text) values
            (3, 41, 'Met Mary Ann Lee'), (3, 41, 'Met Ann Lee, ann@example.com')",
    )
    .await;
    rig.run("select erase_contractor(1)").await;
    assert_eq!(
        notes(&rig).await,
        "Met Mary Ann Lee; Met [erased], [erased]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_number_does_not_keep_an_address_from_telling_namesakes_apart() {
    let rig = Rig::texting(3).await;
    rig.run(
        "update contractors set first_name = 'John', last_name = 'Smith', name = 'John Smith', phone = '+15125550101',
            email = 'john' || id || '@example.com', ghl_contact_id = 'crm-john-' || id
        where id <= 2;
        insert into event_notes (contractor_id, event_id, note_text) values
            (3, 41, 'Met John Smith, 512-555-0101'), (3, 41, 'Met John Smith, john1@example.com'),
            (3, 41, 'Met John Smith, john2@example.com'), (3, 41, 'John Smith is crm-john-1')",
    )
    .await;
    rig.run("select erase_contractor(1)").await;
    assert_eq!(
        notes(&rig).await,
        "Met John Smith, 512-555-0101; Met [erased], [erased]; Met John Smith, john2@example.com; [erased] is [erased]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_somebody_else_gave_for_an_event_is_not_the_persons_alone() {
    let rig = Rig::texting(3).await;
    rig.run(
        "update event_attendees set real_phone = '+15125550101' where contractor_id = 2;
        insert into inbound_messages (phone_number, body, contractor_id) values ('+15125550101', 'It is Two', 2);
        insert into event_notes (contractor_id, event_id, note_text) values (3, 41, 'Two is at 512-555-0101')",
    )
    .await;
    let export: Value = rig.rows("select export_contractor(1)", &[]).await[0].get(0);
    assert!(!export.to_string().contains("It is Two"), "{export}");
    rig.run("select erase_contractor(1)").await;
    assert_eq!(
        rig.text("select phone_number || ' ' || body from inbound_messages")
            .await,
        "+15125550101 It is Two"
    );
    assert_eq!(notes(&rig).await, "Two is at 512-555-0101");
    assert_eq!(
        rig.number("select count(*) from suppressed_numbers").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_is_still_the_writer_afterwards() {
    let rig = Rig::texting(1).await;
    rig.run(
        "begin;
        select set_config('pgcascade.writer', 'agenda_sync', true);
        select erase_contractor(1)",
    )
    .await;
    let writer = rig.text("select current_setting('pgcascade.writer')").await;
    assert_eq!(writer, "agenda_sync");
    rig.run("rollback").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_else_gave_for_an_event_tells_nobody() {
    let rig = Rig::texting(3).await;
    rig.run(
        "update contractors set name = 'Ann Lee', first_name = 'Ann', last_name = 'Lee', email = 'Office@example.com' where id = 1;
        update event_attendees set real_email = 'office@example.com' where contractor_id in (1, 2);
        insert into event_notes (contractor_id, event_id, note_text) values
            (1, 41, 'Write to kim@example.com'), (3, 41, 'Met Ann Lee, office@example.com'), (2, 41, 'mail office@example.com');
        select pipeline.emit('crm_push', '{\"to\": \"office@example.com\"}')",
    )
    .await;
    rig.run("select erase_contractor(1)").await;
    assert_eq!(
        notes(&rig).await,
        "[erased]; Met [erased], office@example.com; mail office@example.com"
    );
    assert_eq!(
        rig.text("select real_email from event_attendees where contractor_id = 2")
            .await,
        "office@example.com"
    );
    assert_eq!(
        rig.text(
            "select payload ->> 'to' from marketing.pipeline_events where event_type = 'crm_push'"
        )
        .await,
        "office@example.com"
    );
}
