//! Everything about one person, exported; then erased everywhere, while counts and audit stay true.

use serde_json::Value;

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// Every row of every table of ours that still holds a pattern, as `table: count`.
const FOUND: &str = "do $$
    declare v_table regclass; v_count bigint;
    begin
        create temp table found (relation text, rows bigint);
        for v_table in
            select oid::regclass from pg_class
            where relkind in ('r', 'p') and not relispartition and relnamespace in ('public'::regnamespace, 'marketing'::regnamespace, 'pipeline'::regnamespace)
        loop
            execute format('select count(*) from %s as row where row::text ~* %L', v_table, 'Quill|Quimby|5125550101|quill@example|John Hancock')
            into v_count;
            if v_count > 0 then insert into found values (v_table::text, v_count); end if;
        end loop;
    end $$";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_exported_whole_and_erased_everywhere() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "update contractors set first_name = 'Quill', last_name = 'Quimby', name = 'Quill Quimby', email = 'quill@example.com', company_name = 'Quimby Roofing' where id = 1;
        update event_attendees set custom_responses = '{\"diet\": \"Quill eats no nuts\"}' where contractor_id = 1;
        insert into event_peer_matches (id, event_id, contractor1_id, contractor2_id, status, introduction_message)
        values (3, 41, 1, 2, 'introduced', 'Meet Quill Quimby')",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.texts_due(2, "hello").await;
    rig.asked(1, "post_event_wrap_up", "{}", 5).await;
    rig.asked(2, "peer_match_introduction", r#"{"match_id": 3, "peer_contractor_id": 1, "peer_name": "Quill Quimby", "peer_company": "Quimby Roofing"}"#, 5)
        .await;
    rig.receives(1, "1. call John Hancock 2. fix Quimby Roofing")
        .await;
    rig.receives(2, "tell me more").await;
    rig.until_heard().await;
    // What is answered, company and all, is kept with the note that comes next.
    rig.until_texted().await;
    rig.receives(2, "Met Quill Quimby at lunch, (512) 555-0101")
        .await;
    rig.until_heard().await;
    rig.until_texted().await;
    rig.run(
        "select pipeline.emit('crm_push', '{\"who\": \"Quill Quimby\", \"phone\": \"+15125550101\", \"digits\": 15125550101}');
        insert into marketing.pipeline_errors (event_type, record_id, error_message, error_details)
        values ('crm_push', '1', 'No contact for quill@example.com', '{\"phone\": \"512-555-0101\"}')",
    )
    .await;
    daemon.stop().await;

    let export: Value = rig.rows("select export_contractor(1)", &[]).await[0].get(0);
    for table in [
        "contractors",
        "event_attendees",
        "event_messages",
        "inbound_messages",
        "contractor_action_items",
        "action_item_updates",
        "contractor_followup_schedules",
        "event_peer_matches",
        "message_attempts",
    ] {
        assert!(
            !export[table].as_array().expect(table).is_empty(),
            "{table}"
        );
    }
    assert!(!export.to_string().contains("5550102"));

    let counts = "select concat_ws(' ', (select count(*) from event_messages), (select count(*) from inbound_messages), (select count(*) from event_notes),
        (select count(*) from contractor_action_items), (select count(*) from event_attendees), (select count(*) from message_attempts where outcome = 'accepted'))";
    let before = rig.text(counts).await;
    rig.run("select erase_contractor(1)").await;
    assert_eq!(rig.text(counts).await, before);
    rig.run(FOUND).await;
    assert_eq!(
        rig.text("select string_agg(relation || ': ' || rows, ', ') from found")
            .await,
        ""
    );
    assert_eq!(
        rig.number("select count(*) from check_action_item_updates()")
            .await,
        0
    );
    // Whoever brings the number in again does not get it texted.
    rig.run("insert into contractors (id, name, phone, sms_opt_in) values (9, 'Back Again', '512 555 0101', true);
        insert into event_attendees (event_id, contractor_id, sms_opt_in) values (41, 9, true);
        insert into event_messages (event_id, contractor_id, message_type, message_content) values (41, 9, 'admin_custom', 'hello again')")
        .await;
    let sent = server.texts().len();
    let daemon = rig.texts(&server);
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namesake_keeps_the_name() {
    let rig = Rig::texting(4).await;
    rig.run(
        "update contractors set first_name = 'Quill', last_name = 'Quimby', name = 'Quill Quimby', email = 'quill@example.com' where id = 1;
        update contractors set first_name = 'Quill', last_name = 'Quimby', name = 'Quill Quimby', email = 'mary.quill@example.com' where id = 2;
        insert into event_peer_matches (event_id, contractor1_id, contractor2_id, introduction_message) values
            (41, 1, 3, 'Meet Quill Quimby'), (41, 2, 3, 'Meet Quill Quimby');
        insert into event_notes (contractor_id, event_id, note_text) values
            (3, 41, 'Met Quill Quimby, (512) 555-0102'),
            (3, 41, 'Met Quill Quimby, (512) 555-0101'),
            (3, 41, 'Met Quill Quimby'),
            (3, 41, 'Write to mary.quill@example.com, or quill@example.community');
        select pipeline.emit('crm_push', '{\"contractor_id\": 1, \"who\": \"Quill Quimby\"}');
        select pipeline.emit('crm_push', '{\"contractor_id\": 2, \"who\": \"Quill Quimby\"}')",
    )
    .await;
    let done: Value = rig.rows("select erase_contractor(1)", &[]).await[0].get(0);
    assert!(done["namesakes"].is_string(), "{done}");
    assert_eq!(
        rig.text(
            "select string_agg(name || ' ' || coalesce(email, '-'), ', ' order by id) from contractors where id <= 2"
        )
        .await,
        "Erased 1 -, Quill Quimby mary.quill@example.com"
    );
    assert_eq!(
        rig.text(
            "select string_agg(introduction_message, ', ' order by id) from event_peer_matches"
        )
        .await,
        "Meet [erased], Meet Quill Quimby"
    );
    assert_eq!(
        rig.text("select string_agg(note_text, '; ' order by id) from event_notes")
            .await,
        "Met Quill Quimby, (512) 555-0102; Met [erased], ([erased]; Met Quill Quimby; Write to mary.quill@example.com, or quill@example.community"
    );
    assert_eq!(
        rig.text("select string_agg(payload ->> 'who', ', ' order by id) from marketing.pipeline_events where event_type = 'crm_push'")
            .await,
        "[erased], Quill Quimby"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_within_a_longer_one_is_another_name() {
    let rig = Rig::texting(2).await;
    rig.run(
        "update contractors set first_name = 'Ann', last_name = 'Lee', name = 'Ann Lee' where id = 1;
        update contractors set first_name = 'Joann', last_name = 'Leeds', name = 'Joann Leeds' where id = 2;
        insert into event_notes (contractor_id, event_id, note_text) values (2, 41, 'Joann Leeds met Ann  Lee''s crew');
        insert into contractor_action_items (contractor_id, title) values (2, 'Rest');
        update contractor_action_items set status = 'in_progress'",
    )
    .await;
    let changes = "select count(*) from action_item_updates where erased_at is null";
    let before = rig.number(changes).await;
    rig.run("select erase_contractor(1)").await;
    assert_eq!(
        rig.text("select note_text from event_notes").await,
        "Joann Leeds met [erased]'s crew"
    );
    assert_eq!(rig.number(changes).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_two_have_stays_the_others_and_an_operator_can_be_erased() {
    let rig = Rig::texting(3).await;
    rig.run(
        "update contractors set name = 'Quill Quimby', first_name = 'Quill', last_name = 'Quimby' where id = 1;
        update contractors set phone = '+15125550101', email = 'office@example.com' where id in (1, 2);
        insert into admin_users (name, admin_phone) values ('Sam', '+15125550103');
        insert into inbound_messages (phone_number, body, contractor_id) values ('+15125550101', 'Hi, it is me', 2);
        insert into event_notes (contractor_id, event_id, note_text) values (2, 41, 'office@example.com, 512-555-0101 are ours')",
    )
    .await;
    let export: Value = rig.rows("select export_contractor(1)", &[]).await[0].get(0);
    assert!(!export.to_string().contains("it is me"), "{export}");
    rig.run("select erase_contractor(1); select erase_contractor(3)")
        .await;
    assert_eq!(
        rig.text("select phone_number || ' ' || body from inbound_messages")
            .await,
        "+15125550101 Hi, it is me"
    );
    assert_eq!(
        rig.text("select note_text from event_notes").await,
        "office@example.com, 512-555-0101 are ours"
    );
    assert_eq!(
        rig.text("select phone || ' ' || email from contractors where id = 2")
            .await,
        "+15125550101 office@example.com"
    );
    assert_eq!(rig.number("select count(*) from admin_users").await, 0);
}
