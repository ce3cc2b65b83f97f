//! Texts whose event fails without their stage being asked: they end where somebody sees them.

use std::sync::Arc;
use std::time::Duration;

use crate::support::daemon::Rig;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::gated_gateway::GatedGateway;
use crate::support::messaging::ghl;

/// Fails the event of the only text, as the engine does that gives an event up.
const GIVE_UP: &str = "select marketing.mark_event_failed(pipeline_event_id, 'It took three daemons down.') from event_messages";

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_takes_daemons_down_fails_and_can_be_retried() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.texts_due(1, "poison").await;
    for crashes in 1..=3 {
        let gate = GatedGateway::new(ghl(&server));
        let daemon = rig.texts_through(Arc::clone(&gate) as _);
        gate.until_somebody_waits().await;
        rig.until("(select status from event_messages) = 'sending'")
            .await;
        daemon.crash();
        assert_eq!(rig.tally().await, "sending 1", "after crash {crashes}");
    }
    let daemon = rig.texts(&server);
    rig.until("(select status from event_messages) <> 'sending'")
        .await;
    assert_eq!(rig.tally().await, "failed 1");
    let reason = rig.text("select error_message from event_messages").await;
    assert_ne!(reason, "");
    assert!(server.texts().is_empty());
    rig.run("select retry_message(id) from event_messages")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        (rig.tally().await.as_str(), server.texts().len()),
        ("sent 1", 1)
    );
    let open = "select count(*) from marketing.vw_unresolved_errors";
    assert_eq!(rig.number(open).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_call_had_begun_becomes_uncertain() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update pipeline.stages set paused = true where name = 'settle_text'")
        .await;
    rig.texts_due(1, "perhaps").await;
    let gate = GatedGateway::new(ghl(&server));
    let daemon = rig.texts_through(Arc::clone(&gate) as _);
    gate.until_somebody_waits().await;
    daemon.crash();
    rig.run("update message_attempts set outcome = 'called', called_at = clock_timestamp()")
        .await;
    rig.run(GIVE_UP).await;
    let daemon = rig.texts(&server);
    rig.until("(select count(*) from vw_uncertain_messages) = 1")
        .await;
    rig.run("select resolve_message(id, 'not_sent') from event_messages")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        (rig.tally().await.as_str(), server.texts().len()),
        ("sent 1", 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_given_up_before_it_was_taken_up_fails_and_its_event_can_be_retried() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.texts_due(1, "given up").await;
    rig.run(GIVE_UP).await;
    let daemon = rig.texts(&server);
    rig.until("(select status from event_messages) = 'failed'")
        .await;
    rig.run(
        "update marketing.pipeline_events set status = 'pending'
        where id = (select pipeline_event_id from event_messages)",
    )
    .await;
    rig.until_texted().await;
    rig.until("(select status from event_messages) = 'sent'")
        .await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_ended_as_it_should_is_left_alone() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "sent").await;
    rig.until_texted().await;
    rig.run("insert into marketing.pipeline_errors (event_id, event_type, record_id, error_message)
        select pipeline_event_id, 'text_ready_main', id::text, 'late' from event_messages;
        insert into marketing.pipeline_errors (event_type, record_id, error_message) values ('text_ready_main', 'send_text_main', 'paused')")
        .await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "sent 1");
    let abandoned = "select count(*) from marketing.pipeline_events where event_type = 'text_abandoned' and status = 'processed'";
    assert_eq!(rig.number(abandoned).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_event_somebody_cancels_is_cancelled_with_the_reason() {
    let (rig, server) = (Rig::texting(3).await, FakeGhl::start().await);
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        select 41, n, 'admin_custom', 'later ' || n, now() + interval '1 hour' from generate_series(1, 2) as n;
        update sending_accounts set paused = true")
        .await;
    let daemon = rig.texts(&server);
    rig.rows("insert into event_messages (event_id, contractor_id, message_type, message_content) values (41, 3, 'admin_custom', 'queued')", &[]).await;
    rig.until("(select count(*) from event_messages where queued_at is not null) = 1")
        .await;
    // What `pgcascade cancel` does, of one that waits for its time and of one that waits for its turn.
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled', error_message = 'a mistake'
        where id in (select pipeline_event_id from event_messages where contractor_id in (1, 3))",
    )
    .await;
    rig.until("(select count(*) from event_messages where status = 'cancelled') = 2")
        .await;
    assert_eq!(
        rig.text("select string_agg(distinct skip_reason, '; ') from event_messages where status = 'cancelled'").await,
        "Its event was cancelled: a mistake."
    );
    assert_eq!(rig.tally().await, "cancelled 2, scheduled 1");
    // Cancelling the text itself tells nobody twice.
    rig.run("update event_messages set status = 'cancelled'")
        .await;
    rig.until_idle().await;
    daemon.stop().await;
    let told = "select count(*) from marketing.pipeline_events where event_type = 'text_abandoned'";
    assert_eq!(rig.number(told).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_goes_on_after_its_event_was_cancelled_is_still_answered() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    server.set_delay(GhlCall::Send, Duration::from_millis(600));
    rig.texts_due(1, "under way").await;
    let daemon = rig.texts(&server);
    rig.until("exists (select from message_attempts where outcome = 'called')")
        .await;
    rig.run("update marketing.pipeline_events set status = 'cancelled' where id = (select pipeline_event_id from event_messages)")
        .await;
    rig.until("(select status from event_messages) = 'sent'")
        .await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
}
