//! A chat model words introductions; whatever it does, they are sent.

use std::sync::Arc;

use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::openai::{OpenAiClient, OpenAiConfig};
use serde_json::json;

use super::venue::CHECK_IN;
use crate::support::daemon::Rig;
use crate::support::fake_chat::FakeChat;
use crate::support::fake_ghl::FakeGhl;

/// Both texts after the model said `content`, contractor 1's first, and what was noted of it.
async fn sent_after(content: Option<&str>) -> (Vec<String>, String) {
    crate::support::install_crypto();
    let (rig, server, chat) = (
        Rig::venue(0).await,
        FakeGhl::start().await,
        FakeChat::start().await,
    );
    if let Some(content) = content {
        chat.set_content(content);
    }
    rig.run(CHECK_IN).await;
    let base_url = BaseUrl::parse(&chat.base_url).expect("a URL");
    let config = OpenAiConfig::new(base_url, FakeChat::KEY.into(), FakeChat::MODEL);
    let model = Arc::new(OpenAiClient::new(config).expect("a client"));
    let daemon = rig.host_chatting(&server, model);
    rig.matched().await;
    rig.until("(select outcome <> 'asked' from introduction_wordings)")
        .await;
    rig.introduce_now().await;
    rig.until("(select count(*) from event_messages where status = 'sent') = 2")
        .await;
    daemon.stop().await;
    let mut texts = server.texts();
    texts.sort_by(|a, b| a.phone.cmp(&b.phone));
    let noted = rig
        .text("select outcome || ' ' || coalesce(reason, '') || ' ' || calls || ' ' || (input_tokens > 0) from introduction_wordings")
        .await;
    (texts.into_iter().map(|text| text.body).collect(), noted)
}

#[tokio::test(flavor = "multi_thread")]
async fn good_words_are_sent_and_their_cost_is_noted() {
    let to_john = "Hi John, meet Zeek Test of Zeek Co (Houston, TX). You both work on operational efficiency: ask what worked. Reply YES to get an intro, or LATER.";
    let to_zeek = "Hi Zeek, meet John Sample of Sample Roofing (Austin, TX). You both hire sales leadership. Reply YES to get an intro, or LATER.";
    let content = json!({"message_to_contractor1": to_john, "message_to_contractor2": to_zeek});
    let (texts, noted) = sent_after(Some(&content.to_string())).await;
    assert_eq!(texts, [to_john, to_zeek]);
    assert!(noted.starts_with("used  1 true"), "{noted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_invent_something_are_not_sent() {
    let invented = "Hi John, meet Zeek Test of Zeek Co (Houston, TX), who grew 300 percent. Reply YES or LATER.";
    let content = json!({"message_to_contractor1": invented, "message_to_contractor2": invented});
    let (texts, noted) = sent_after(Some(&content.to_string())).await;
    assert!(
        texts
            .iter()
            .all(|text| text.starts_with("Hey ") && !text.contains("300")),
        "{texts:?}"
    );
    assert!(
        noted.starts_with("refused") && noted.contains("number"),
        "{noted}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_of_a_model_changes_nothing() {
    let (texts, noted) = sent_after(Some("no JSON at all")).await;
    assert!(
        texts.iter().all(|text| text.starts_with("Hey ")),
        "{texts:?}"
    );
    assert!(noted.starts_with("failed"), "{noted}");
}
