//! Uncertain texts: the provider is asked, then a person; nothing is sent twice.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::fake_http::Play;

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_answer_was_lost_is_found_at_the_provider() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    server.script(GhlCall::Send, [Play::WorkThenCut]);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "lost answer").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
    assert_eq!(rig.text("select message.status || ' ' || message.ghl_message_id || ' ' || attempt.settled_by
        from event_messages as message join message_attempts as attempt on attempt.id = message.attempt_id").await,
        format!("sent {} evidence", server.texts()[0].id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_certainly_was_not_sent_is_sent() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    server.script(GhlCall::Send, [Play::Stall]);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "stalled").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
    assert_eq!(rig.tally().await, "sent 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_tell_waits_for_a_person() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update pipeline.stages set paused = true where name = 'settle_text'")
        .await;
    server.script(GhlCall::Send, [Play::WorkThenCut]);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "ask me").await;
    rig.until("(select status from event_messages) = 'uncertain'")
        .await;
    assert_eq!(
        rig.number("select count(*) from vw_uncertain_messages")
            .await,
        1
    );
    let refused = rig
        .client
        .batch_execute("update event_messages set status = 'scheduled'")
        .await
        .expect_err("refused");
    assert!(
        format!("{refused:?}").contains("may have been sent"),
        "{refused:?}"
    );
    // Of many that are cancelled at once it is the one that stays as it is.
    rig.run("update event_messages set status = 'cancelled'")
        .await;
    assert_eq!(rig.tally().await, "uncertain 1");
    rig.run("select resolve_message(id, 'sent') from event_messages; update pipeline.stages set paused = false").await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "sent 1");
    assert_eq!(server.texts().len(), 1);
}
