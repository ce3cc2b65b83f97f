//! What an introduction tells of the other before both have said yes is the event's to say.

use serde_json::json;

use super::venue::CHECK_IN;
use crate::support::daemon::Rig;
use crate::support::fake_chat::FakeChat;
use crate::support::fake_ghl::FakeGhl;
use crate::support::messaging::plain_model;

const PRIVATE: &str = "
    update contractors set email = 'someone' || id || '@example.com';
    insert into event_peer_matching (event_id, introductions_show, wording) values (41, '{first_name,location}', ";

#[tokio::test(flavor = "multi_thread")]
async fn templates_tell_no_more_than_the_event_shows_until_both_say_yes() {
    let (rig, server) = (Rig::venue(0).await, FakeGhl::start().await);
    rig.run(&format!("{PRIVATE} 'template')")).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.matched().await;
    rig.introduce_now().await;
    rig.until("(select count(*) from event_messages where status = 'sent') = 2")
        .await;
    rig.run(
        "insert into inbound_messages (phone_number, body, provider_message_id)
        select phone, 'Tell me more', 'more' from contractors where id = 1",
    )
    .await;
    rig.until("(select count(*) from event_messages where message_type = 'peer_match_info' and status = 'sent') = 1")
        .await;
    let told = server.texts();
    assert_eq!(told.len(), 3);
    for text in &told {
        for hidden in ["Test", "Sample", "Zeek Co", "Roofing", "@", "555"] {
            let said = text.body.replace("Sample Expo", "");
            assert!(!said.contains(hidden), "{hidden}: {said}");
        }
    }
    assert!(told.iter().any(|text| text.body.contains("Zeek (Houston")));

    rig.run("select set_peer_match_status(id, 1, 'positive'), set_peer_match_status(id, 56, 'positive') from event_peer_matches")
        .await;
    rig.until("(select count(*) from event_messages where message_type = 'peer_match_contact' and status = 'sent') = 2")
        .await;
    daemon.stop().await;
    let contacts = server.texts().split_off(3);
    for whole in ["Zeek Test", "Zeek Co", "someone56@example.com", "0156"] {
        assert!(
            contacts.iter().any(|text| text.body.contains(whole)),
            "{whole}: {contacts:?}"
        );
    }
}

/// What was noted of a model that says this of Zeek Test to John.
async fn noted_of(about: &str) -> String {
    let (rig, server, chat) = (
        Rig::venue(0).await,
        FakeGhl::start().await,
        FakeChat::start().await,
    );
    rig.run(&format!("{PRIVATE} 'model')")).await;
    let to_john = format!("Hi John, meet {about} (Houston, TX). Reply YES or LATER.");
    let to_zeek = "Hi Zeek, meet John (Austin, TX). Reply YES or LATER.";
    let content = json!({"message_to_contractor1": to_john, "message_to_contractor2": to_zeek});
    chat.set_content(&content.to_string());
    rig.run(CHECK_IN).await;
    let daemon = rig.host_chatting(&server, plain_model(&chat));
    rig.matched().await;
    rig.until("(select outcome <> 'asked' from introduction_wordings)")
        .await;
    daemon.stop().await;
    rig.text("select outcome || ' ' || coalesce(reason, '') from introduction_wordings")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_tells_more_than_the_event_shows_is_not_sent() {
    assert_eq!(noted_of("Zeek").await, "used ");
    for about in ["Zeek Test", "Zeek of ZEEK CO"] {
        let noted = noted_of(about).await;
        assert!(
            noted.starts_with("refused") && noted.contains("does not show"),
            "{about}: {noted}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_shown_no_sentence_has_a_hole() {
    let (rig, server) = (Rig::venue(0).await, FakeGhl::start().await);
    rig.run("insert into event_peer_matching (event_id, introductions_show, wording) values (41, '{}', 'template')")
        .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.matched().await;
    rig.introduce_now().await;
    rig.until("(select count(*) from event_messages where status = 'sent') = 2")
        .await;
    daemon.stop().await;
    for text in server.texts() {
        assert!(
            text.body.contains("meet: a fellow contractor"),
            "{}",
            text.body
        );
    }
    let client = rig.session().await;
    let row =
        "insert into event_peer_matching (event_id, introductions_show) values (null, '{phone}')";
    let refused = client.execute(row, &[]).await.map_err(|error| {
        let error = error
            .as_db_error()
            .and_then(|error| error.constraint().map(str::to_owned));
        error.unwrap_or_default()
    });
    assert_eq!(refused, Err("introductions_show_must_be_known".to_owned()));
}
