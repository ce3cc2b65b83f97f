//! Bad input: nothing stops the others, and each row says what is wrong with it.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

#[tokio::test(flavor = "multi_thread")]
async fn phones_of_every_wrong_kind_fail_with_a_reason() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let wrong = [
        "",
        "   ",
        "abc",
        "123",
        "5550123",
        "911",
        "+1 512 555 0123 and +1 512 555 0124",
        "+999123456789",
        "+15125550123456789",
        "+1 800 555 0199",
        "+1 900 555 0199",
        "5.12555E+09",
        "tel:",
        "'; drop table event_messages; --",
        "٠١٢",
    ];
    let daemon = rig.texts(&server);
    for phone in wrong {
        rig.rows("insert into event_messages (phone, message_type, message_content) values ($1, 'reply', 'hello')", &[&phone]).await;
    }
    rig.until_texted().await;
    daemon.stop().await;
    let odd = rig.text("select string_agg(phone || ' is ' || status, ', ') from event_messages where status <> 'failed' or error_message is null").await;
    assert_eq!(odd, "");
    assert!(server.texts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_values_are_never_evaluated() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let name = "O'Neil \"<b>{{ event_name }}</b>\" {% raw %} {firstName} $1 \\";
    rig.rows(
        "update contractors set first_name = $1 where id = 1",
        &[&name],
    )
    .await;
    let daemon = rig.texts(&server);
    rig.run("insert into message_templates (name, body) values ('other', 'Hi {{ first_name }}!');
        insert into event_messages (event_id, contractor_id, message_type) values (41, 1, 'other');
        insert into event_messages (event_id, contractor_id, message_type, message_content) values (41, 1, 'admin_custom', 'Hi {firstName}!')").await;
    rig.until_texted().await;
    daemon.stop().await;
    let bodies: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(bodies, [format!("Hi {name}!"), format!("Hi {name}!")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_any_kind_are_said_as_they_are_or_refused() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("insert into message_templates (name, body) values ('shown', 'At {{ session_title }}, {{ first_name }}.')")
        .await;
    let daemon = rig.texts(&server);
    let odd = [
        "<script>alert('x')</script> & \"more\"",
        "{{ 7 * 7 }}{% for x in y %}",
        "'; drop table event_messages; --",
        "C:\\new\\table\n\tend",
        "{eventName} {firstName} $$1 %s \u{202e}",
        "\u{0}",
    ];
    let insert = "insert into event_messages (event_id, contractor_id, message_type, personalization_data)
        values (41, 1, 'shown', jsonb_build_object('session_title', $1::text, 'first_name', 'Robin'))";
    for value in &odd[..5] {
        rig.rows(insert, &[value]).await;
    }
    // Neither a text nor JSON of the database can hold it.
    assert!(rig.client.query(insert, &[&odd[5]]).await.is_err());
    for data in ["[1]", "\"text\"", "7", "null"] {
        let odd = rig
            .client
            .query(
                "insert into event_messages (event_id, contractor_id, message_type, personalization_data) values (41, 1, 'shown', $1::text::jsonb)",
                &[&data],
            )
            .await;
        assert!(odd.is_err(), "{data} is no object");
    }
    rig.until_texted().await;
    daemon.stop().await;
    let mut bodies: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    let mut expected: Vec<String> = odd[..4]
        .iter()
        // A tab costs more than a blank and says no more.
        .map(|value| format!("At {value}, Robin.").replace('\t', " "))
        .chain([String::from("At {eventName} {firstName} $$1 %s , Robin.")])
        .collect();
    bodies.sort();
    expected.sort();
    assert_eq!(bodies, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_characters_are_cut_refused_or_never_taken_in() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.run("insert into message_templates (name, body) values ('shown', 'At {{ session_title }} https://example.com/a')").await;
    let own = "insert into event_messages (event_id, contractor_id, message_type, message_content)
        select 41, 1, 'admin_custom', repeat($1, $2::integer)";
    for (word, times) in [
        ("x", 5_000_i32),
        ("\u{1f389}", 5_000),
        ("5 000 characters ", 295),
    ] {
        rig.rows(own, &[&word, &times]).await;
    }
    // Longer than any row may be.
    assert!(rig.client.query(own, &[&"x", &20_001_i32]).await.is_err());
    let template = "insert into message_templates (name, body) values ('long', repeat('x', 5001))";
    assert!(rig.client.batch_execute(template).await.is_err());
    // A template's words are cut, its link is not.
    rig.run(
        "insert into event_messages (event_id, contractor_id, message_type, personalization_data)
        select 41, 1, 'shown', jsonb_build_object('session_title', repeat('long ', 1000))",
    )
    .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "failed 3, sent 1");
    let said = "select count(*) from event_messages where status = 'failed' and error_message like '%1600%shorten it%'";
    assert_eq!(rig.number(said).await, 3);
    let [sent] = server.texts().try_into().expect("one text");
    assert!(sent.body.starts_with("At long long") && sent.body.ends_with("https://example.com/a"));
    assert!(
        rig.number("select max(segments)::bigint from event_messages")
            .await
            <= 10
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_in_the_event_gets_nothing_of_it() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.run("delete from event_attendees where contractor_id = 2")
        .await;
    let daemon = rig.texts(&server);
    rig.texts_due(2, "of this event").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "cancelled 1, sent 1");
    let reason = "select skip_reason from event_messages where contractor_id = 2";
    assert!(rig.text(reason).await.contains("not registered"));
    assert_eq!(server.texts().len(), 1);
    for (event, person) in [(41, 999), (999, 1)] {
        let nobody = format!(
            "insert into event_messages (event_id, contractor_id, message_type) values ({event}, {person}, 'admin_custom')"
        );
        let refused = rig
            .client
            .batch_execute(&nobody)
            .await
            .expect_err("refused");
        assert!(
            format!("{refused:?}").contains("is not present"),
            "{refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_said_is_not_sent() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    for (body, reason) in [
        ("Hi {{ first_name", "does not close"),
        ("Hi {{ nobody }}", "no value called nobody"),
    ] {
        let saved =
            "insert into message_templates (name, event_id, body) values ('speaker_alert', 41, $1)";
        let refused = rig
            .client
            .execute(saved, &[&body])
            .await
            .expect_err("refused");
        assert!(format!("{refused:?}").contains(reason), "{refused:?}");
    }
    rig.run("insert into message_templates (name, body) values ('broken', 'Hi {{ first_name|shout }}'), ('hole', 'Hi {{ nobody }}')").await;
    let daemon = rig.texts(&server);
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content)
        values (41, 1, 'broken', ''), (41, 1, 'hole', ''), (41, 1, 'unheard_of', ''), (41, 1, 'admin_custom', repeat('long ', 1000)),
            (41, 1, 'admin_custom', 'Hi {nickName}')").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "failed 5");
    for word in [
        "broken|template",
        "hole|nobody",
        "unheard_of|no template for unheard_of",
        "admin_custom|1600",
        "admin_custom|nickName",
    ] {
        let (kind, word) = word.split_once('|').expect("two");
        let found = rig.rows("select 1 from event_messages where message_type = $1 and error_message like '%' || $2 || '%'", &[&kind, &word]).await;
        assert!(
            !found.is_empty(),
            "{kind} does not speak of {word}: {}",
            rig.text("select string_agg(error_message, '; ') from event_messages")
                .await
        );
    }
    assert!(server.texts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn times_far_away_do_no_harm() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        values (41, 1, 'admin_custom', 'long ago', '1970-01-01'), (41, 2, 'admin_custom', 'in a while', '9999-12-31')").await;
    rig.texts_due(1, "now").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "cancelled 1, scheduled 1, sent 1");
    let refused = rig.client.batch_execute("insert into event_messages (event_id, contractor_id, message_type, scheduled_time) values (41, 1, 'admin_custom', 'infinity')").await;
    assert!(refused.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_text_is_not_taken_twice() {
    let rig = Rig::texting(1).await;
    let insert = "insert into event_messages (event_id, contractor_id, message_type, scheduled_time) values (41, 1, 'check_in_reminder_1_hour', '2083-01-01 10:00Z')";
    rig.run(insert).await;
    assert!(rig.client.batch_execute(insert).await.is_err());
    rig.run(&format!("{insert} on conflict do nothing")).await;
    assert_eq!(rig.number("select count(*) from event_messages").await, 1);
    assert_eq!(
        rig.number(
            "select count(*) from marketing.pipeline_events where event_type = 'message_due'"
        )
        .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_or_may_have_been_is_not_scheduled_again() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.texts_due(1, "once").await;
    rig.until_texted().await;
    daemon.stop().await;
    let again = rig
        .client
        .batch_execute("update event_messages set status = 'scheduled'")
        .await
        .expect_err("refused");
    assert!(format!("{again:?}").contains("was sent already"));
}
