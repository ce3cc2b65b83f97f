//! Who works as pgcascade_operator does at psql all that organisers do; who only reads changes
//! nothing.

use super::{event, sync};
use crate::support::daemon::Rig;

async fn as_role(rig: &Rig, role: &str, sql: &str) -> Result<(), String> {
    rig.run(&format!("set role {role}; set search_path = public"))
        .await;
    let done = rig.client.batch_execute(sql).await;
    // What a failed batch left open.
    rig.run("rollback; reset role; reset search_path").await;
    done.map_err(|error| {
        error
            .as_db_error()
            .map_or_else(|| error.to_string(), ToString::to_string)
    })
}

/// What an organiser does, each on its own.
const WORK: &[&str] = &[
    "insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time) values (41, 1, 'admin_custom', 'Come at eight.', now() + interval '1 day')",
    "update event_messages set scheduled_time = scheduled_time + interval '1 hour' where message_type = 'admin_custom'",
    "update event_messages set status = 'cancelled' where message_type = 'admin_custom'",
    "select reschedule_event_message(max(id), now() + interval '2 days') from event_messages where message_type = 'admin_custom'",
    "select cancel_event_message(max(id), 'No more.') from event_messages where message_type = 'admin_custom'",
    "select retry_message(max(id)) from event_messages where message_type = 'admin_custom'",
    "delete from event_messages where message_type = 'admin_custom'",
    "select schedule_event_messages('[{\"event_id\": 41, \"contractor_id\": 1, \"message_type\": \"admin_custom\", \"message_content\": \"x\", \"scheduled_time\": \"2083-03-13T19:07:00\"}]')",
    "select * from get_queue_stats()",
    "select * from get_upcoming_messages()",
    "select * from sending_forecast()",
    "select clear_contractor_messages(41, 1)",
    "select clear_event_messages(41)",
    "select schedule_messages_for_contractor(41, 1)",
    "select schedule_all_event_messages(41)",
    "select delay_event_messages(41, '5 minutes', 'admin_custom')",
    "insert into agenda_rules (message_type, anchor, item_title, time_offset) values ('gala_reminder', 'item_start', 'Gala%', '-30 minutes')",
    "update agenda_rules set enabled = false where name = 'gala_reminder'",
    "delete from agenda_rules where name = 'gala_reminder'",
    "insert into message_types (message_type, category, description) values ('gala_reminder', 'event_day', 'The gala.')",
    "insert into message_templates (name, event_id, body) values ('speaker_alert', 41, 'Soon: {{ session_title }}')",
    "update message_templates set body = 'Soon: {{ session_title }}!' where event_id = 41",
    "delete from message_templates where event_id = 41",
    "insert into message_caps (period, most) values ('2 hours', 20)",
    "update quiet_windows set opens = '09:00' where region = '*'",
    "update sending_accounts set paused = true",
    "update sending_accounts set paused = false, rate = 30",
    "insert into event_messaging (event_id, paused) values (41, true)",
    "update event_messaging set paused = false",
    "insert into event_agenda_items (event_id, start_time, end_time, item_type, title) values (41, '2083-03-14 19:00 America/New_York', '2083-03-14 22:00 America/New_York', 'networking', 'Gala')",
    "update event_agenda_items set start_time = start_time + interval '5 minutes' where title = 'Gala'",
    "delete from event_agenda_items where title = 'Gala'",
    "insert into contractors (name, phone) values ('Zoe Sample', '(512) 555-0144')",
    "insert into event_attendees (event_id, contractor_id, sms_opt_in) select 41, id, true from contractors where name = 'Zoe Sample'",
    "update event_attendees set check_in_time = now() where contractor_id = 2",
    "update event_attendees set check_out_time = now() where contractor_id = 2",
    "update event_attendees set registration_status = 'cancelled' where contractor_id = 3",
    "update contractors set sms_opt_in = true where id = 2",
    "update contractors set sms_opt_in = false, phone = '512 555 0155' where id = 2",
    "delete from contractors where name = 'Zoe Sample'",
    "insert into event_speakers (event_id, name) values (41, 'Kim Hill')",
    "insert into event_session_speakers (agenda_item_id, speaker_id) select 2, id from event_speakers where name = 'Kim Hill'",
    "delete from event_speakers where name = 'Kim Hill'",
    "insert into event_sponsors (event_id, sponsor_name) values (41, 'Sponsor 9')",
    "insert into event_days (event_id, day_date, start_time) values (41, '2083-03-14', '07:30')",
    "select agenda_delay(41, '5 minutes')",
    "select * from agenda_generate(41)",
    "select * from agenda_sync(41)",
    "select * from agenda_texts(41)",
    "insert into sms_subscriptions (phone_number, opted_in, subscription_source, opted_out_at) values ('+15125550161', false, 'operator', now())",
    "update sms_subscriptions set opted_in = true where phone_number = '+15125550161'",
    "select set_sms_consent('+15125550162', false, 'operator', 'asked on the phone')",
    "select opt_out('+15125550163', 'operator')",
    "insert into event_peer_matching_runs (event_id, dry_run) values (41, true)",
    "insert into event_peer_rules (event_id, rule, contractor1_id, contractor2_id) values (41, 'forbid', 1, 2)",
    "insert into event_peer_matching (event_id, approval) values (41, true)",
    "select approve_peer_matches(41)",
    "select * from vw_peer_match_metrics",
    "insert into strategic_partners (id, name, focus_areas_served) values (1, 'Acme', '[\"hiring\"]')",
    "insert into event_followup_settings (event_id, recommend_partners, ask_which_session) values (41, true, true)",
    "update followup_settings set recommend_partners = true, check_in_after_days = 3",
    "select * from partners_to_recommend()",
    "insert into partner_recommendations (event_id, contractor_id, partner_id, shared_areas, send_at) values (41, 1, 1, '{hiring}', now() + interval '1 day')",
    "update partner_recommendations set status = 'approved'",
    "update strategic_partners set is_active = false",
    "delete from strategic_partners",
    "delete from event_followup_settings",
    "insert into event_summary_requests (contractor_id, event_id) values (1, 41)",
    "select * from vw_summaries_to_email",
    "select event_summary(1, 41)",
    "update event_summary_requests set sent_at = now()",
    "update events set timezone = 'America/Chicago'",
    "update events set date = '2083-03-21'",
    "update events set status = 'cancelled'",
    "insert into events (id, name, date, timezone) values (77, 'Next', '2083-05-01', 'UTC')",
    "delete from events where id = 77",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_does_all_that_organisers_do() {
    let rig = event().await;
    sync(&rig, 41).await;
    let mut refused = Vec::new();
    for work in WORK {
        if let Err(error) = as_role(&rig, "pgcascade_operator", work).await {
            refused.push(format!("{work}: {error}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_everything_and_changes_nothing() {
    let rig = event().await;
    sync(&rig, 41).await;
    let mut done = Vec::new();
    for work in WORK {
        let reads = work.starts_with("select * from get_")
            || work.starts_with("select * from sending_forecast")
            || work.starts_with("select * from agenda_texts")
            || work.starts_with("select * from vw_")
            || work.starts_with("select event_summary(");
        let result = as_role(&rig, "pgcascade_reader", work).await;
        if reads {
            assert_eq!(result, Ok(()), "{work}");
        } else if !result.is_err_and(|error| error.contains("permission denied")) {
            done.push(*work);
        }
    }
    assert!(done.is_empty(), "{}", done.join("\n"));
    let hidden = "select coalesce(string_agg(class.relname, ', ' order by class.relname), '') from pg_class as class
        where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'v')
        and class.relname not in ('suppressed_numbers', 'suppression_salt')
        and not has_table_privilege('pgcascade_reader', class.oid, 'select')";
    assert_eq!(rig.text(hidden).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_neither_forges_proof_nor_redirects_an_account() {
    let rig = event().await;
    for forbidden in [
        "update sending_accounts set provider = 'webhook'",
        "insert into sending_accounts (name, provider) values ('mine', 'webhook')",
        "update message_attempts set outcome = 'accepted'",
        "delete from sms_consents",
        "insert into sms_consents (phone_number, granted, source) values ('+15125550199', true, 'form')",
        "select begin_text_call(1)",
        "select cancel_message_events(array[1]::bigint[], 'x')",
        "select agenda_sync_texts(41, null, null, now())",
        "insert into agenda_plans values (41, 'x', 'y')",
        "update event_messages set pipeline_event_id = 4711",
        "update event_messages set attempts = 0, attempt_id = null",
    ] {
        let error = as_role(&rig, "pgcascade_operator", forbidden)
            .await
            .expect_err(forbidden);
        assert!(error.contains("permission denied"), "{forbidden}: {error}");
    }
}
