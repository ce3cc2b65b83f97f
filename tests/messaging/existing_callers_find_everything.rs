//! What existing callers name and type works as they know it.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

#[tokio::test(flavor = "multi_thread")]
async fn their_queries_run_as_they_are() {
    let rig = Rig::texting(2).await;
    for n in 0..2 {
        rig.run("select id, contractor_id, scheduled_time, status, personalization_data->>'peer_name' as peer_name,
            personalization_data->>'match_score' as match_score from event_messages
            where event_id = 41 and message_type = 'peer_match_introduction' order by scheduled_time;
            SELECT * FROM event_messages WHERE status = 'failed' AND scheduled_time > NOW() - INTERVAL '24 hours'").await;
        if n == 0 {
            rig.run("insert into event_messages (event_id, contractor_id, message_type, personalization_data)
                values (41, 1, 'peer_match_notification', '{\"peer_name\": \"Sam Sample\", \"match_score\": 0.73}')").await;
        }
    }
    assert_eq!(
        rig.text("select message_type from event_messages").await,
        "peer_match_introduction"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn types_have_their_priorities() {
    let rig = Rig::texting(1).await;
    rig.run("insert into event_messages (event_id, contractor_id, message_type)
        select 41, 1, type from unnest(array['check_in_reminder_event_start', 'speaker_alert', 'check_in_reminder_1_hour',
            'sponsor_recommendation', 'pcr_request', 'check_in_reminder_night_before', 'registration_confirmation', 'whatever']) as type").await;
    let priorities = "select string_agg(event.priority::text, ' ' order by event.id) from marketing.pipeline_events as event
        where event.event_type = 'message_due'";
    assert_eq!(rig.text(priorities).await, "1 2 3 5 7 8 10 10");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_theirs_schedules_by_the_events_clock() {
    let rig = Rig::texting(60).await;
    rig.run("select schedule_event_messages('[{\"id\": 123, \"event_id\": 41, \"contractor_id\": 56, \"message_type\": \"speaker_alert\",
        \"message_category\": \"event_day\", \"scheduled_time\": \"2083-10-17T19:07:00\", \"message_content\": \"Your session starts in 15 minutes!\",
        \"personalization_data\": {\"speaker_name\": \"Jo Doe\"}, \"phone\": \"+15125550175\", \"ghl_contact_id\": \"abc123\", \"ghl_location_id\": \"loc456\"}]')").await;
    assert_eq!(rig.text("select (scheduled_time at time zone 'America/Chicago')::text from event_messages where id = 123").await, "2083-10-17 19:07:00");
    assert_eq!(
        rig.text("select row(s.*)::text from get_queue_stats() as s")
            .await,
        "(0,0,0,0,1,1,0,0)"
    );
    assert_eq!(
        rig.number("select count(*) from get_upcoming_messages('90 years')")
            .await,
        1
    );
    rig.run("select reschedule_event_message(123, '2083-10-17 20:00Z', '{\"message_content\": \"moved\"}')").await;
    assert_eq!(rig.text("select e.run_at::text from marketing.pipeline_events as e join event_messages as m on m.pipeline_event_id = e.id").await, "2083-10-17 20:00:00+00");
    assert_eq!(
        rig.text("select cancel_event_message(123)").await,
        "cancelled"
    );
    assert_eq!(rig.number("select count(*) from pipeline.scheduled as s join marketing.pipeline_events as e on e.id = s.event_id where e.event_type = 'message_due'").await, 0);
    rig.run("update event_messages set status = 'scheduled' where id = 123")
        .await;
    assert_eq!(
        rig.number("select delay_event_messages(41, '20 minutes')")
            .await,
        1
    );
    assert_eq!(
        rig.number("select clear_contractor_messages(41, 56)").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_sent_again_on_demand() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update contractors set phone = null").await;
    let daemon = rig.texts(&server);
    rig.texts_due(1, "again").await;
    rig.until_texted().await;
    assert_eq!(rig.tally().await, "failed 1");
    rig.run("update contractors set phone = '+15125550101'; select retry_message(id) from event_messages").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "sent 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_the_carrier_update_the_text() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.texts_due(2, "reported").await;
    rig.until_texted().await;
    daemon.stop().await;
    rig.run("select record_delivery(ghl_message_id, 'delivered') from event_messages where contractor_id = 1;
        select record_delivery(ghl_message_id, 'sent') from event_messages where contractor_id = 1;
        select record_delivery(ghl_message_id, 'undelivered', '30006', 'Landline', number_unreachable => true) from event_messages where contractor_id = 2").await;
    assert_eq!(rig.tally().await, "delivered 1, failed 1");
    assert_eq!(
        rig.text("select phone_number from sms_subscriptions where undeliverable_at is not null")
            .await,
        "+15125550102"
    );
}
