//! Operators of an event order things by text; nobody else does, and STOP is STOP for them, too.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// What was answered to the last order of person 1.
async fn ordered(rig: &Rig, order: &str) -> String {
    let id = rig.receives(1, order).await;
    rig.until_heard().await;
    rig.text(&format!(
        "select message_content from event_messages where inbound_message_id = {id} and message_type = 'operator_reply'"
    ))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_puts_off_tells_counts_checks_in_and_cancels() {
    let (rig, server) = (Rig::texting(4).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "insert into admin_users (name, admin_phone) values ('Robin', '(512) 555-0101');
        update events set sms_event_code = 'SMP2026' where id = 41;
        update event_attendees set check_in_time = null, check_in_method = null where contractor_id in (2, 3);
        update contractors set name = 'Ana Cole' where id = 2;
        insert into event_agenda_items (id, event_id, start_time, end_time, item_type, title)
        values (9, 41, now() + interval '30 minutes', now() + interval '60 minutes', 'session', 'Growing')",
    )
    .await;
    let daemon = rig.texts(&server);
    let status = ordered(&rig, "STATUS").await;
    assert!(
        status.starts_with("Sample Expo: 2 of 4 checked in. ") && status.contains(" to come"),
        "{status}"
    );
    assert_eq!(
        ordered(&rig, "checkin cole SMP2026").await,
        "Sample Expo: Ana Cole is checked in."
    );
    assert!(
        ordered(&rig, "checkin sample")
            .await
            .contains("several are called so: Robin Sample 1, ")
    );
    let start = "select start_time::text from event_agenda_items where id = 9";
    let before = rig.text(start).await;
    assert_eq!(
        ordered(&rig, "DELAY 20").await,
        "Sample Expo: 1 items of the agenda moved by 20 minutes."
    );
    assert_ne!(rig.text(start).await, before);
    assert_eq!(
        ordered(&rig, "MSG PENDING: Doors {open} at 9: come in").await,
        "Sample Expo: your text goes to 1 people."
    );
    rig.until_texted().await;
    let told: Vec<String> = server
        .texts()
        .into_iter()
        .filter(|text| text.body.contains("Doors"))
        .map(|text| format!("{} {}", text.phone, text.body))
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("+15125550103 Doors (open) at 9: come in"),
        "{told:?}"
    );
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        values (41, 4, 'admin_custom', 'later', now() + interval '2 hours'), (41, 4, 'attendance_check', 'later', now() + interval '2 hours')")
        .await;
    assert_eq!(
        ordered(&rig, "CANCEL admin_custom").await,
        "Sample Expo: 1 texts cancelled."
    );
    assert!(ordered(&rig, "help").await.starts_with("DELAY [minutes]"));
    assert_eq!(
        ordered(&rig, "STATUS ABC1234").await,
        "Nothing was done: no such event is on or to come."
    );
    // Orders are no notes, and STOP, or a bare CANCEL, is no order.
    assert_eq!(rig.number("select count(*) from event_notes").await, 0);
    let id = rig.receives(1, "CANCEL").await;
    rig.until_heard().await;
    assert_eq!(
        rig.text(&format!(
            "select wish from inbound_messages where id = {id}"
        ))
        .await,
        "stop_all"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_orders_anything() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "insert into admin_users (admin_phone, sms_admin_access) values ('+15125550102', false)",
    )
    .await;
    let daemon = rig.texts(&server);
    for person in [1, 2] {
        rig.receives(person, "MSG ALL: free beer").await;
        rig.receives(person, "CANCEL ALL").await;
    }
    // Not by a decision that somebody enters, either.
    rig.run("insert into sms_routing_decisions (inbound_message_id, phone, route_to, routing_method, intents)
        select min(id), '+15125550101', 'operator', 'operator', '[{\"intent\": \"msg\", \"argument\": \"\", \"words\": \"free beer\"}]' from inbound_messages")
        .await;
    rig.until_heard().await;
    rig.until_texted().await;
    daemon.stop().await;
    assert!(
        server
            .texts()
            .iter()
            .all(|text| !text.body.contains("beer")),
        "{:?}",
        server.texts()
    );
}

/// Person 1 orders for event 41, which is on, and has nothing planned.
async fn operator_at_an_event() -> Rig {
    let rig = Rig::texting(4).await;
    rig.event_is_on().await;
    rig.run(
        "insert into admin_users (name, admin_phone) values ('Robin', '+15125550101');
        update events set sms_event_code = 'SMP2026' where id = 41;
        update event_attendees set check_in_time = null, check_in_method = null",
    )
    .await;
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_for_the_event_that_was_on_and_done_once() {
    let (rig, server) = (operator_at_an_event().await, FakeGhl::start().await);
    let daemon = rig.texts(&server);
    rig.run("insert into inbound_messages (phone_number, body, provider_message_id, received_at)
        select phone, 'MSG: Doors open', 'late-1', now() - interval '20 minutes' from contractors where id = 1")
        .await;
    rig.until_heard().await;
    let answer = "select message_content from event_messages where message_type = 'operator_reply' order by id desc limit 1";
    assert!(
        rig.text(answer).await.contains("came too late"),
        "{}",
        rig.text(answer).await
    );
    let said = "select count(*) from event_messages where message_content like '%Doors%'";
    assert_eq!(rig.number(said).await, 0);

    assert_eq!(
        ordered(&rig, "MSG: Doors open").await,
        "Sample Expo: your text goes to 4 people."
    );
    // Somebody queues the event again.
    rig.run("update marketing.pipeline_events set status = 'pending', processed_at = null, run_at = now() where event_type = 'reply_operator'")
        .await;
    rig.until_heard().await;
    assert_eq!(rig.number(said).await, 4);

    // The event is over: what changes something needs its code, and minutes.
    rig.run(
        "update event_messages set status = 'cancelled' where status = 'scheduled';
        update events set date = date + 3, end_date = end_date + 3 where id = 41",
    )
    .await;
    for order in ["DELAY 10", "MSG: hello", "CHECKIN Robin", "CANCEL ALL"] {
        let answer = ordered(&rig, order).await;
        assert!(answer.contains("add its code"), "{order}: {answer}");
    }
    assert!(ordered(&rig, "STATUS").await.starts_with("Sample Expo: "));
    assert!(
        ordered(&rig, "DELAY SMP2026")
            .await
            .contains("how many minutes")
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_somebody_whose_access_ended_meanwhile_is_a_persons_to_read() {
    let (rig, server) = (operator_at_an_event().await, FakeGhl::start().await);
    rig.run("insert into inbound_messages (id, phone_number, body, provider_message_id, status, handled_at) values (7, '+15125550101', 'STATUS', 'x', 'routed', now());
        update admin_users set sms_admin_access = false;
        insert into sms_routing_decisions (inbound_message_id, phone, route_to, routing_method, intents)
        values (7, '+15125550101', 'operator', 'operator', '[{\"intent\": \"status\", \"argument\": \"\", \"words\": \"\"}]')")
        .await;
    let daemon = rig.texts(&server);
    rig.until_heard().await;
    daemon.stop().await;
    assert_eq!(
        rig.number(
            "select count(*) from inbound_messages where id = 7 and status = 'for_a_person'"
        )
        .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_name_is_found_though_it_is_part_of_another() {
    let (rig, server) = (operator_at_an_event().await, FakeGhl::start().await);
    rig.run(
        "update contractors set name = 'Ann Lee' where id = 2;
        update contractors set name = 'Mary Ann Lee' where id = 3;
        update contractors set name = 'Joann Leeds' where id = 4",
    )
    .await;
    let daemon = rig.texts(&server);
    for (order, answer) in [
        ("CHECKIN ann  lee", "Sample Expo: Ann Lee is checked in."),
        (
            "CHECKIN lee",
            "Sample Expo: several are called so: Ann Lee, Joann Leeds, Mary Ann Lee. Write the whole name.",
        ),
        ("CHECKIN leeds", "Sample Expo: Joann Leeds is checked in."),
        ("CHECKIN oann", "Sample Expo: nobody is called so: oann."),
    ] {
        assert_eq!(ordered(&rig, order).await, answer);
    }
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_too_long_is_refused_and_who_opted_out_is_not_counted() {
    let (rig, server) = (operator_at_an_event().await, FakeGhl::start().await);
    rig.run("insert into sms_subscriptions (phone_number, opted_in, opted_out_at, subscription_source) values ('+15125550102', false, now(), 'keyword')")
        .await;
    let daemon = rig.texts(&server);
    assert_eq!(
        ordered(&rig, "MSG: Doors open").await,
        "Sample Expo: your text goes to 3 people."
    );
    let words = format!("MSG: {}", "Bring your badge. ".repeat(60));
    let answer = ordered(&rig, &words).await;
    assert!(answer.starts_with("Nobody was told: "), "{answer}");
    daemon.stop().await;
}
