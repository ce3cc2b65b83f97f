//! Accounts lead to services, and events choose accounts.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;
use crate::support::fake_http::Play;
use crate::support::fake_receiver::{FakeReceiver, body, verify};
use crate::support::messaging::{ghl, webhook};

/// A second account that leads to a webhook, which event 41 chooses.
const CHOOSE: &str = "
    insert into sending_accounts (name, provider, rate, period, sample_numbers) values ('flow', 'webhook', 5000, '10 seconds', true);
    insert into event_messaging (event_id, account) values (41, 'flow')";

#[tokio::test(flavor = "multi_thread")]
async fn a_text_goes_to_a_webhook_where_its_event_says_so() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    let receiver = FakeReceiver::start().await;
    let daemon = rig.texts_through_all([ghl(&server), webhook(&receiver.url)]);
    rig.texts_due(1, "by GoHighLevel").await;
    rig.until_texted().await;
    rig.run(CHOOSE).await;
    rig.texts_due(1, "by the flow").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "sent 2");
    let [text] = server.texts().try_into().expect("one text");
    assert_eq!(text.body, "by GoHighLevel 1");
    let [request] = receiver.requests().try_into().expect("one request");
    verify(&request);
    assert_eq!(body(&request)["send_via_ghl"]["message"], "by the flow 1");
    assert_eq!(body(&request)["data"]["phone"], "+15125550101");
    let kept = "select attempt.reference || ' ' || message.ghl_message_id || ' ' || attempt.provider
        from message_attempts as attempt join event_messages as message on message.attempt_id = attempt.id where attempt.account = 'flow'";
    let reference = request.header("webhook-id").expect("an id");
    assert_eq!(
        rig.text(kept).await,
        format!("{reference} {reference} webhook")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_may_have_sent_waits_for_a_person() {
    let (rig, receiver) = (Rig::texting(1).await, FakeReceiver::start().await);
    rig.run(CHOOSE).await;
    receiver.script([Play::WorkThenCut]);
    let daemon = rig.texts_through(webhook(&receiver.url));
    rig.texts_due(1, "perhaps").await;
    // Nobody can be asked, so the question ends in the log of errors, with what to do.
    rig.until(
        "exists (select from marketing.vw_unresolved_errors where event_type = 'text_uncertain')",
    )
    .await;
    assert_eq!(rig.tally().await, "uncertain 1");
    let said = rig
        .text("select error_message from marketing.pipeline_errors where event_type = 'text_uncertain'")
        .await;
    assert!(
        said.contains("webhook-id") && said.contains("messages resolve"),
        "{said}"
    );
    rig.run("select resolve_message(id, 'not_sent') from event_messages")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        (rig.tally().await.as_str(), receiver.requests().len()),
        ("sent 1", 2)
    );
    let open = "select count(*) from marketing.vw_unresolved_errors";
    assert_eq!(rig.number(open).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_is_not_active_stops_its_account_and_loses_nothing() {
    let (rig, receiver) = (Rig::texting(3).await, FakeReceiver::start().await);
    rig.run(CHOOSE).await;
    receiver.always(crate::support::fake_receiver::status(404));
    let daemon = rig.texts_through(webhook(&receiver.url));
    rig.texts_due(3, "wait").await;
    let paused = "(select paused from pipeline.stages where name = 'send_text_flow')";
    rig.until(paused).await;
    let critical =
        "select count(*) from marketing.vw_unresolved_errors where severity = 'critical'";
    assert_eq!(rig.number(critical).await, 1);
    // An answer that is still under way would pause it once more.
    rig.until("not exists (select from pipeline.inflight)")
        .await;
    receiver.always(Play::Normal);
    rig.run("update pipeline.stages set paused = false where name = 'send_text_flow'")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "sent 3");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_the_sender_is_at_fault_stops_its_account() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "unregistered").await;
    rig.until_texted().await;
    daemon.stop().await;
    let report = "select note_delivery(ghl_message_id, null, 'undelivered', '30034', 'Register the number (error 30034).', null, true)
        from event_messages";
    // Reports come twice.
    rig.run(report).await;
    rig.run(report).await;
    let stage =
        "select paused_reason from pipeline.stages where name = 'send_text_main' and paused";
    assert_eq!(rig.text(stage).await, "Register the number (error 30034).");
    let critical =
        "select count(*) from marketing.vw_unresolved_errors where severity = 'critical'";
    assert_eq!(rig.number(critical).await, 1);
    let text = "select status || ' ' || delivery_code || ' ' || error_message from event_messages";
    assert_eq!(
        rig.text(text).await,
        "failed 30034 Register the number (error 30034)."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_test_mode_every_text_goes_to_one_number() {
    let (rig, server) = (Rig::texting(3).await, FakeGhl::start().await);
    rig.run("update sending_accounts set test_number = '+15125550199'")
        .await;
    let daemon = rig.texts(&server);
    rig.texts_due(3, "rehearsal").await;
    rig.until_texted().await;
    daemon.stop().await;
    let phones: Vec<String> = server.texts().into_iter().map(|text| text.phone).collect();
    assert_eq!(phones, ["+15125550199"; 3]);
}
