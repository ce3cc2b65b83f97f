//! The life of a text, from its row to what became of it.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::fake_http::Play;

#[tokio::test(flavor = "multi_thread")]
async fn an_inserted_row_is_sent_and_says_how() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.run(
        "insert into event_messages (event_id, contractor_id, message_type, message_content)
        values (41, 1, 'admin_custom', 'Hello {firstName}, see you at {eventName}')",
    )
    .await;
    rig.until_texted().await;
    daemon.stop().await;
    let texts = server.texts();
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].body, "Hello Robin, see you at Sample Expo");
    assert_eq!(texts[0].phone, "+15125550101");
    let row = &rig
        .rows(
            "select status, message_content, ghl_message_id, ghl_contact_id, phone, delay_minutes, attempts::integer,
                actual_send_time between scheduled_time and now(), segments::integer, error_message
            from event_messages",
            &[],
        )
        .await[0];
    assert_eq!(row.get::<_, &str>(0), "sent");
    assert_eq!(row.get::<_, &str>(1), texts[0].body);
    assert_eq!(row.get::<_, &str>(2), texts[0].id);
    assert_eq!(row.get::<_, &str>(3), texts[0].contact_id);
    assert_eq!(row.get::<_, &str>(4), "+15125550101");
    assert_eq!(row.get::<_, i32>(5), 0);
    assert_eq!(row.get::<_, i32>(6), 1);
    assert!(row.get::<_, bool>(7));
    assert_eq!(row.get::<_, i32>(8), 1);
    assert_eq!(row.get::<_, Option<&str>>(9), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_template_that_comes_with_the_product_can_be_sent() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update message_types set needs_check_in = false, overrides_opt_out = false")
        .await;
    rig.run(
        "insert into event_messages (event_id, contractor_id, message_type, personalization_data)
        select 41, 1, name, '{\"sponsors\": [{\"name\": \"Acme\", \"booth\": \"12\"}, {\"name\": \"Bolt\"}], \"peer_name\": \"Sam Sample\",
            \"topic\": \"Hiring\", \"peers\": [{\"name\": \"Sam Sample\", \"company\": \"Acme\"}, {\"name\": \"Pat Sample\"}],
            \"choices\": [\"Growing with AI\", \"Hiring 201\"], \"event\": \"Sample Expo\", \"partner_name\": \"Bolt\", \"areas\": \"hiring\"}'
        from message_templates",
    )
    .await;
    let templates = rig.number("select count(*) from message_templates").await;
    // Types that go earlier are looked at long before; their time has come, too.
    let daemon = rig.texts(&server);
    rig.until_texted().await;
    daemon.stop().await;
    let failed = rig
        .text("select string_agg(message_type || ': ' || coalesce(error_message, skip_reason, status), '; ') from event_messages where status <> 'sent'")
        .await;
    assert_eq!(failed, "");
    assert_eq!(
        server.texts().len(),
        usize::try_from(templates).expect("few")
    );
    let odd = |text: &str| {
        text.contains("  ")
            || text.contains("{")
            || text.contains("()")
            || text.contains("undefined")
    };
    let odd: Vec<String> = server
        .texts()
        .into_iter()
        .map(|text| text.body)
        .filter(|body| odd(body))
        .collect();
    assert!(odd.is_empty(), "{odd:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_goes_out_at_its_time_and_never_before() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        values (41, 1, 'admin_custom', 'later', now() + interval '1.5 seconds')")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 1);
    assert_eq!(
        rig.number("select count(*) from event_messages where actual_send_time >= scheduled_time")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_attempt_is_repeated_and_the_last_one_says_why() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    server.script(GhlCall::Search, [Play::Answer(FakeGhl::error(500, "busy"))]);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "once more").await;
    rig.until_texted().await;
    assert_eq!(rig.tally().await, "sent 1");
    assert_eq!(
        rig.number("select attempts::bigint from event_messages")
            .await,
        2
    );
    server.every(
        1,
        GhlCall::Search,
        Play::Answer(FakeGhl::error(500, "busy")),
    );
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content) values (41, 2, 'admin_custom', 'never')")
        .await;
    rig.until("exists (select from marketing.pipeline_events where status = 'failed')")
        .await;
    assert_eq!(rig.tally().await, "failed 1, sent 1");
    assert_eq!(
        rig.number("select attempts::bigint from event_messages where status = 'failed'")
            .await,
        3
    );
    assert_ne!(
        rig.text("select error_message from event_messages where status = 'failed'")
            .await,
        ""
    );
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_errors where not resolved")
            .await,
        1
    );
    // As the error says: its event is set to pending, and it is tried again.
    server.every(usize::MAX, GhlCall::Search, Play::Normal);
    rig.run("update marketing.pipeline_events set status = 'pending' where status = 'failed'")
        .await;
    rig.until("(select count(*) from event_messages where status = 'sent') = 2")
        .await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 2);
}
