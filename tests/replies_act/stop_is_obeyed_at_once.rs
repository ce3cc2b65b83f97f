//! STOP, STOP PEER, START, HELP: obeyed at once, confirmed once, and never gone around.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// What the phone of a person has shown.
fn shown(server: &FakeGhl, phone: &str) -> Vec<String> {
    let texts = server.texts().into_iter();
    texts
        .filter(|text| text.phone == phone)
        .map(|text| text.body)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_cancels_what_is_planned_and_is_confirmed_once() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.run(
        "insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        select 41, n % 2 + 1, 'admin_custom', 'later ' || n, now() + interval '1 day' from generate_series(1, 20) as n",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.receives(1, "Stop please").await;
    rig.receives(1, "STOP").await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "cancelled 10, scheduled 10, sent 1");
    let shown = shown(&server, "+15125550101");
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].contains("unsubscribed"), "{shown:?}");
    // The opt-out and the cancellations are one transaction.
    assert_eq!(
        rig.number(
            "select count(distinct xmin::text) from (
                select xmin from event_messages where status = 'cancelled'
                union all select xmin from sms_subscriptions where not opted_in
            ) as written"
        )
        .await,
        1
    );
    assert_eq!(
        rig.text(
            "select string_agg(granted || ' ' || source || ' ' || wording, '; ') from sms_consents"
        )
        .await,
        "false keyword Stop please"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn start_undoes_it_and_yes_never_does() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.receives(1, "unsubscribe").await;
    rig.until_heard().await;
    rig.receives(1, "YES").await;
    rig.until_heard().await;
    rig.texts_due(1, "before").await;
    rig.until_texted().await;
    rig.receives(1, "UNSTOP").await;
    rig.until_heard().await;
    rig.texts_due(1, "after").await;
    rig.until_texted().await;
    daemon.stop().await;
    let shown = shown(&server, "+15125550101");
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert!(shown[1].contains("again"), "{shown:?}");
    assert_eq!(shown[2], "after 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_was_sent_before_a_stop_is_not_obeyed_after_it() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.run("select receive_text('ghl', 'STOP', '+15125550101', 'M2', received_at => now())")
        .await;
    rig.until_heard().await;
    rig.run("select receive_text('ghl', 'START', '+15125550101', 'M1', received_at => now() - interval '5 seconds')")
        .await;
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from sms_subscriptions where not opted_in")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_peer_ends_introductions_only_and_help_is_answered() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.receives(1, "stop peer").await;
    rig.receives(1, "HELP").await;
    rig.until_heard().await;
    rig.until_texted().await;
    rig.texts_due(1, "an organiser's words").await;
    rig.run(
        "insert into event_messages (event_id, contractor_id, message_type, message_content)
        values (41, 1, 'peer_match_info', 'somebody to meet')",
    )
    .await;
    rig.until_texted().await;
    daemon.stop().await;
    let shown = shown(&server, "+15125550101").join(" | ");
    assert!(shown.contains("no more introductions"), "{shown}");
    assert!(shown.contains("Reply STOP to end them"), "{shown}");
    assert!(shown.contains("an organiser's words"), "{shown}");
    assert!(!shown.contains("somebody to meet"), "{shown}");
}

/// Every type of text, every way to name the recipient, every status that can be inserted, before
/// and after the STOP, by SQL that does not care.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_reaches_a_number_that_said_stop_whatever_inserted_it() {
    let (rig, server) = (Rig::texting(3).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "update event_attendees set real_phone = '+15125550101' where contractor_id = 3;
        insert into inbound_messages (phone_number, body, status, wish, handled_at) values ('+15125550102', 'HELP', 'obeyed', 'help', now())",
    )
    .await;
    let insert = "do $$
        declare v_row record;
        begin
            for v_row in
                select type.message_type, person.id as contractor_id, person.phone, at.after, answers.id as inbound_id
                from message_types as type
                cross join (values (1, null), (null, '+15125550101'), (3, null), (1, '+15125550102')) as person (id, phone)
                cross join (values (interval '0'), (interval '300 milliseconds')) as at (after)
                cross join (select id from inbound_messages union all select null) as answers (id)
            loop
                begin
                    insert into event_messages (event_id, contractor_id, phone, message_type, message_content, scheduled_time, inbound_message_id)
                    values (41, v_row.contractor_id, v_row.phone, v_row.message_type, 'forbidden', now() + v_row.after, v_row.inbound_id);
                exception when check_violation or unique_violation then null;
                end;
            end loop;
        end $$";
    // Held back, so that none goes before the word is there.
    rig.run("update sending_accounts set paused = true").await;
    rig.run(insert).await;
    let daemon = rig.texts(&server);
    rig.receives(1, "please stop texting me").await;
    rig.until_heard().await;
    rig.run("update sending_accounts set paused = false").await;
    rig.run(insert).await;
    rig.run("update event_messages set status = 'scheduled' where status in ('cancelled', 'failed') and message_content = 'forbidden'")
        .await;
    rig.run("insert into contractor_followup_schedules (contractor_id, scheduled_time, message_template) values (1, now(), 'forbidden')")
        .await;
    rig.until_texted().await;
    rig.until_idle().await;
    daemon.stop().await;
    let shown = shown(&server, "+15125550101");
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(!shown[0].contains("forbidden"), "{shown:?}");
    assert!(
        rig.number("select count(*) from event_messages where message_content = 'forbidden' and status = 'cancelled'")
            .await
            > 100
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_a_refusal_holds_everything_until_a_person_has_decided() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    let id = rig.receives(1, "can we end this at 5 or what? stop").await;
    rig.until_heard().await;
    let wish = rig
        .text(&format!(
            "select coalesce(wish, 'none') || ' ' || status from inbound_messages where id = {id}"
        ))
        .await;
    if wish == "maybe_stop for_a_person" {
        rig.texts_due(1, "promotion").await;
        rig.until_texted().await;
        assert!(server.texts().is_empty());
        rig.run(&format!("select settle_inbound_message({id}, 'none')"))
            .await;
        rig.texts_due(1, "wanted").await;
        // What was held back goes, too: it still makes sense.
        rig.until("(select count(*) = 2 from event_messages where status = 'sent')")
            .await;
        assert_eq!(server.texts().len(), 2);
    } else {
        assert!(wish.starts_with("stop_all"), "{wish}");
    }
    daemon.stop().await;
}
