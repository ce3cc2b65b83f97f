//! Emoji that would double a text's price are left out where template or account say so.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// 135 characters without the emoji: one segment, with it three.
const WORDS: &str = "Lunch is served in the great hall of the east wing, second floor, until half past one; \
    please bring your badge and find your own table.";

#[tokio::test(flavor = "multi_thread")]
async fn a_text_loses_emoji_only_where_it_may_and_where_that_saves_money() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let template = "insert into message_templates (name, body, keeps_emoji) values ($1, $2, $3)";
    let long = format!("\u{1f389} {WORDS}");
    for (name, body, keeps) in [
        ("costly", long.as_str(), false),
        ("kept", long.as_str(), true),
        ("short", "Lunch! \u{1f389}", false),
    ] {
        rig.rows(template, &[&name, &body, &keeps]).await;
    }
    let own = "insert into event_messages (event_id, contractor_id, message_type, message_content) values (41, 1, 'admin_custom', $1)";
    let daemon = rig.texts(&server);
    rig.run("insert into event_messages (event_id, contractor_id, message_type) values (41, 1, 'costly'), (41, 1, 'kept'), (41, 1, 'short')").await;
    rig.rows(own, &[&long]).await;
    rig.until_texted().await;
    rig.run("update sending_accounts set keeps_emoji = false")
        .await;
    rig.rows(own, &[&format!("{long} ")]).await;
    rig.until_texted().await;
    daemon.stop().await;
    let said = "select string_agg(message_type || ' ' || segments || ' ' || (message_content like '%' || chr(127881) || '%'), ', ' order by id)
        from event_messages where status = 'sent'";
    assert_eq!(
        rig.text(said).await,
        "costly 1 false, kept 3 true, short 1 true, admin_custom 3 true, admin_custom 1 false"
    );
}
