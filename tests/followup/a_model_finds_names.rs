//! A chat model finds the names and companies of notes; what is not in the note is not believed.

use serde_json::json;

use crate::support::daemon::Rig;
use crate::support::fake_chat::FakeChat;
use crate::support::fake_ghl::FakeGhl;

/// Person 1 notes this, the model finds that; what stands in the note's row, and what was told.
async fn noted(body: &str, found: &str) -> (String, String) {
    let (rig, server, chat) = (
        Rig::texting(1).await,
        FakeGhl::start().await,
        FakeChat::start().await,
    );
    rig.event_is_on().await;
    chat.answer("entities", found);
    let unclear = json!({
        "wants": "neither", "question": 0, "intent": "unclear", "numbers": [], "certain": true,
    });
    chat.answer("reply", &unclear.to_string());
    let daemon = rig.texts_and_asks(&server, &chat).await;
    rig.receives(1, body).await;
    rig.until_heard().await;
    rig.until_asked("note", 1).await;
    daemon.stop().await;
    let told: String = chat
        .questions()
        .iter()
        .filter(|asked| asked["response_format"]["json_schema"]["name"] == "entities")
        .map(|asked| asked["messages"][1]["content"].to_string())
        .collect();
    let row = rig
        .text(
            "select concat_ws('; ', ai_categorization, extracted_entities ->> 'names', extracted_entities ->> 'companies',
                extracted_entities ->> 'phone_numbers', extracted_entities ->> 'emails', requires_followup)
            from event_notes",
        )
        .await;
    (row, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn names_without_capitals_are_found_and_change_what_the_note_is() {
    let found = json!({"names": ["maria lopez"], "companies": ["bolt & sons"]});
    let (row, told) = noted(
        "met maria lopez from bolt & sons, 512-555-0123, maria@example.com",
        &found.to_string(),
    )
    .await;
    assert_eq!(
        row,
        "model: contact; [\"maria lopez\"]; [\"bolt & sons\"]; [\"+15125550123\"]; [\"maria@example.com\"]; t"
    );
    assert!(
        told.contains("maria lopez") && !told.contains("555") && !told.contains('@'),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_note_is_left_out() {
    let found = json!({"names": ["Ana Cole", "Zoe Invented"], "companies": ["Evil Corp"]});
    let (row, _) = noted("Ana Cole had the best slides", &found.to_string()).await;
    assert_eq!(row, "model: speaker_note; [\"Ana Cole\"]; []; []; []; f");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_leaves_what_rules_have_found() {
    let (row, _) = noted("Met Ana Cole from Acme Corp", "{\"names\": \"all\"}").await;
    assert_eq!(
        row,
        "rules: contact; [\"Ana Cole\"]; [\"Acme Corp\"]; []; []; f"
    );
}
