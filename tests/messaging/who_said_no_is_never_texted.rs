//! Consent: whatever inserted the row, who has not agreed gets nothing, and the row says why.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// The one text's status and reason.
async fn fate(rig: &Rig) -> String {
    rig.text("select string_agg(status || ': ' || coalesce(skip_reason, error_message, ''), '; ' order by id) from event_messages").await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_is_obeyed_wherever_it_was_said() {
    let (rig, server) = (Rig::texting(6).await, FakeGhl::start().await);
    rig.run(
        "update event_attendees set sms_opt_in = false where contractor_id = 1;
        select set_sms_consent('+15125550102', false, 'keyword', 'STOP');
        delete from event_attendees where contractor_id = 3;
        update event_attendees set registration_status = 'cancelled' where contractor_id = 4;
        select block_number('+15125550105', false, 'Unknown destination (30005)');
        select set_sms_consent('+15125550106', false, 'keyword', 'STOP PEER', null, true)",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.texts_due(6, "do you want this").await;
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content)
        values (41, 6, 'peer_match_info', 'somebody to meet');
        insert into event_messages (phone, message_type, message_content) values ('+15125550177', 'admin_custom', 'never agreed')")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    let bodies: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(bodies, ["do you want this 6"]);
    assert_eq!(
        fate(&rig).await,
        "cancelled: The person has not agreed to be texted (sms_opt_in).; \
        cancelled: The number has opted out.; \
        cancelled: The person is not registered for the event.; \
        cancelled: The registration was cancelled, or is on the waiting list.; \
        cancelled: Texts cannot reach the number: Unknown destination (30005); \
        sent: ; \
        cancelled: The number wants no introductions.; \
        cancelled: The number has not agreed to be texted."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_at_the_provider_is_kept_as_ours() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    server.add_contact(Some("+15125550101"));
    server.set_dnd("+15125550101", true);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "first").await;
    rig.until_texted().await;
    rig.texts_due(1, "second").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert!(server.texts().is_empty());
    assert_eq!(
        rig.text(
            "select status || ': ' || skip_reason from event_messages order by id desc limit 1"
        )
        .await,
        "cancelled: The number has opted out."
    );
    assert_eq!(
        rig.number("select count(*) from sms_consents where not granted and source = 'provider'")
            .await,
        1
    );
    // Business as usual, not an incident.
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_errors")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_confirmation_of_an_opt_out_still_goes_out() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.receives(1, "STOP").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_with_one_phone_get_one_reminder() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.run("update contractors set phone = '+15125550101'; update message_types set when_quiet = 'later'").await;
    let daemon = rig.texts(&server);
    rig.run("insert into event_messages (event_id, contractor_id, message_type) values (41, 1, 'check_in_reminder_1_hour')").await;
    rig.until_texted().await;
    rig.run("insert into event_messages (event_id, contractor_id, message_type) values (41, 2, 'check_in_reminder_1_hour')").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "cancelled 1, sent 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_puts_off_what_is_too_much() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update message_caps set most = 2 where period = '1 hour'; update sending_accounts set concurrency = 1").await;
    let daemon = rig.texts(&server);
    for n in 1..=3 {
        rig.run(&format!("insert into event_messages (event_id, contractor_id, message_type, message_content, expires_at)
            values (41, 1, 'admin_custom', 'text {n}', now() + interval '2 hours')")).await;
        rig.until_texted().await;
    }
    daemon.stop().await;
    assert_eq!(server.texts().len(), 2);
    assert_eq!(rig.number("select count(*) from event_messages where status = 'scheduled' and send_at between now() + interval '50 minutes' and now() + interval '1 hour'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_put_off_or_drop_as_the_type_says() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    // Open for a minute in half a day there: quiet now.
    rig.run("insert into quiet_windows (region, opens, closes, source, source_date)
        select region, opens::time, (opens + interval '1 minute')::time, 'a test', current_date
        from unnest('{*,US}'::text[]) as region
        cross join (select date_trunc('hour', (now() at time zone 'America/Chicago') + interval '12 hours') as opens) as later;
        update contractors set timezone = 'America/Chicago'").await;
    let daemon = rig.texts(&server);
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, expires_at)
        select 41, 1, type, 'quiet', now() + interval '20 days' from unnest(array['admin_custom', 'check_in_reminder_event_start', 'reply']) as type").await;
    rig.until_texted().await;
    daemon.stop().await;
    let fates = rig.text("select string_agg(message_type || ' ' || status || ' ' || (send_at > now())::text, ', ' order by message_type) from event_messages").await;
    assert_eq!(
        fates,
        "admin_custom scheduled true, check_in_reminder_event_start cancelled false, reply sent false"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_or_no_in_a_row_leaves_its_proof() {
    let rig = Rig::texting(3).await;
    rig.run("update event_attendees set sms_opt_in = false, sms_opt_in_source = 'desk' where contractor_id = 1;
        update contractors set sms_opt_in = false where id = 2;
        update event_attendees set sms_opt_in = true where contractor_id = 1;
        update contractors set name = name")
        .await;
    let proof = "select string_agg(concat_ws(' ', contractor_id, phone_number, granted, source, wording), '; ' order by id) from sms_consents";
    assert_eq!(
        rig.text(proof).await,
        "1 +15125550101 f desk sms_opt_in for event 41; \
        2 +15125550102 f row sms_opt_in of the contractor; \
        1 +15125550101 t desk sms_opt_in for event 41"
    );
    rig.run("delete from sms_consents; select erase_contractor(3)")
        .await;
    let known = "select count(*) from sms_consents where phone_number = '+15125550103'";
    assert_eq!(rig.number(known).await, 0);
}
