//! A chat model finds the names and companies of notes; what is not in the note is not believed.

use serde_json::{Value, json};

use crate::support::daemon::Rig;
use crate::support::fake_chat::FakeChat;
use crate::support::fake_ghl::FakeGhl;

/// Person 1 notes this, the model finds that; what stands in the note's row, and what was asked.
async fn noted(body: &str, found: &Value) -> (String, Vec<Value>) {
    let (rig, server, chat) = (
        Rig::texting(1).await,
        FakeGhl::start().await,
        FakeChat::start().await,
    );
    rig.event_is_on().await;
    let mut said = json!({
        "wants": "neither", "question": 0, "intent": "unclear", "numbers": [], "certain": true,
    });
    for (list, names) in found.as_object().expect("lists") {
        said[list] = names.clone();
    }
    chat.answer("reply", &said.to_string());
    let daemon = rig.texts_and_asks(&server, &chat).await;
    rig.receives(1, body).await;
    rig.until_heard().await;
    rig.until_asked("reply", 1).await;
    rig.until_heard().await;
    rig.until_idle().await;
    daemon.stop().await;
    let row = rig
        .text(
            "select concat_ws('; ', ai_categorization, extracted_entities ->> 'names', extracted_entities ->> 'companies',
                extracted_entities ->> 'phone_numbers', extracted_entities ->> 'emails', requires_followup)
            from event_notes",
        )
        .await;
    (row, chat.questions())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_without_capitals_are_found_and_change_what_the_note_is() {
    let found = json!({"names": ["maria lopez"], "companies": ["bolt & sons"]});
    let (row, asked) = noted(
        "met maria lopez from bolt & sons, 512-555-0123, maria@example.com",
        &found,
    )
    .await;
    assert_eq!(
        row,
        "model: contact; [\"maria lopez\"]; [\"bolt & sons\"]; [\"+15125550123\"]; [\"maria@example.com\"]; t"
    );
    assert_eq!(asked.len(), 1, "one note, one question to the model");
    let told = asked[0]["messages"][1]["content"].to_string();
    assert!(
        told.contains("maria lopez") && !told.contains("555") && !told.contains('@'),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_note_is_left_out() {
    let found = json!({"names": ["Ana Cole", "Zoe Invented"], "companies": ["Evil Corp"]});
    let (row, _) = noted("Ana Cole had the best slides", &found).await;
    assert_eq!(row, "model: speaker_note; [\"Ana Cole\"]; []; []; []; f");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_names_nobody_takes_no_name_away() {
    let found = json!({"names": [], "companies": ["Acme Corp"]});
    let (row, _) = noted("Met Ana Cole from Acme Corp", &found).await;
    assert_eq!(
        row,
        "model: contact; [\"Ana Cole\"]; [\"Acme Corp\"]; []; []; f"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_leaves_what_rules_have_found() {
    let (row, _) = noted("Met Ana Cole from Acme Corp", &json!({"names": "all"})).await;
    assert_eq!(
        row,
        "rules: contact; [\"Ana Cole\"]; [\"Acme Corp\"]; []; []; f"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cost_is_noted_once() {
    let (rig, server, chat) = (
        Rig::texting(1).await,
        FakeGhl::start().await,
        FakeChat::start().await,
    );
    rig.event_is_on().await;
    let said = json!({
        "wants": "neither", "question": 0, "intent": "unclear", "numbers": [], "certain": true,
        "names": ["Ana Cole"], "companies": [],
    });
    chat.answer("reply", &said.to_string());
    let daemon = rig.texts_and_asks(&server, &chat).await;
    rig.receives(1, "ana cole knows crews").await;
    rig.until("exists (select from event_notes where ai_categorization like 'model: %')")
        .await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(concat_ws(' ', purpose, asked, used, calls), ', ') from vw_chat_costs")
            .await,
        "reply 1 1 1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_changed_meanwhile_stays() {
    let (rig, server, chat) = (
        Rig::texting(1).await,
        FakeGhl::start().await,
        FakeChat::start().await,
    );
    rig.event_is_on().await;
    let said = json!({
        "wants": "neither", "question": 0, "intent": "unclear", "numbers": [], "certain": true,
        "names": ["Ana Cole"], "companies": ["Acme Corp"],
    });
    chat.answer("reply", &said.to_string());
    let daemon = rig.texts_and_asks(&server, &chat).await;
    // The note is written before the model is asked, and changed before its answer is kept.
    rig.run(
        "update pipeline.stages set paused = true where name in ('ask_model', 'name_entities')",
    )
    .await;
    rig.receives(1, "Met Ana Cole from Acme Corp").await;
    rig.until("exists (select from event_notes)").await;
    rig.run("update event_notes set extracted_entities = '{\"names\": [\"Ana B. Cole\"]}'; update pipeline.stages set paused = false where name = 'ask_model'")
        .await;
    rig.until("exists (select from inbound_messages where found_names is not null)")
        .await;
    rig.run("update pipeline.stages set paused = false where name = 'name_entities'")
        .await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select ai_categorization || ' ' || extracted_entities from event_notes")
            .await,
        "rules: contact {\"names\": [\"Ana B. Cole\"]}"
    );
}
