//! The same text delivered again, late, or out of order acts once.

use std::time::{Duration, Instant};

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_text_delivered_twice_is_one_row() {
    let rig = Rig::texting(1).await;
    let received = "select receive_text('twilio', 'YES', '+1 (512) 555-0101', 'SM1')";
    rig.run(&format!("{received}; {received}")).await;
    // Without an id: sender, words and minute tell.
    let unnumbered = "select receive_text('ghl', 'YES', '512-555-0101')";
    rig.run(&format!("{unnumbered}; {unnumbered}")).await;
    rig.run("select receive_text('ghl', 'YES!', '512-555-0101')")
        .await;
    assert_eq!(
        rig.text("select string_agg(provider || ' ' || body || ' ' || phone_number, '; ' order by id) from inbound_messages")
            .await,
        "twilio YES +15125550101; ghl YES +15125550101; ghl YES! +15125550101"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deliveries_at_one_moment_are_one_row() {
    let rig = Rig::texting(1).await;
    let (one, two) = (rig.session().await, rig.session().await);
    one.batch_execute("begin; select receive_text('ghl', 'YES', '512-555-0101')")
        .await
        .expect("stored");
    let second = tokio::spawn(async move {
        two.batch_execute("select receive_text('ghl', 'YES', '512-555-0101')")
            .await
    });
    rig.until("exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%receive_text%')")
        .await;
    one.batch_execute("commit").await.expect("committed");
    second.await.expect("joined").expect("no error");
    assert_eq!(rig.number("select count(*) from inbound_messages").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_by_the_providers_id_only_is_looked_up_and_obeyed() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let contact = server.add_contact(Some("+15125550101"));
    let daemon = rig.texts(&server);
    rig.rows(
        "select receive_text('ghl', 'STOP', provider_message_id => 'M1', provider_contact_id => $1)",
        &[&contact],
    )
    .await;
    rig.run("select receive_text('ghl', 'hello', provider_message_id => 'M2', provider_contact_id => 'nobody')")
        .await;
    rig.until("not exists (select from inbound_messages where status = 'received')")
        .await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(phone_number, ', ') from sms_subscriptions where not opted_in")
            .await,
        "+15125550101"
    );
    assert_eq!(
        rig.text("select why from vw_unanswered_messages").await,
        "Nobody here has this number."
    );
}

/// 500 texts here; 10,000 with `PGCASCADE_TEST_INBOUND=10000`.
#[tokio::test(flavor = "multi_thread")]
async fn many_texts_with_duplicates_and_out_of_order_act_once_each() {
    let texts: i64 = std::env::var_os("PGCASCADE_TEST_INBOUND")
        .and_then(|count| count.to_str()?.parse().ok())
        .unwrap_or(500);
    let people = (texts / 5).clamp(50, 600);
    let (rig, server) = (Rig::texting(people).await, FakeGhl::start().await);
    rig.event_is_on().await;
    let daemon = rig.texts(&server);
    let began = Instant::now();
    // In shuffled order, in statements of 250 like a busy door's, every fifth text twice.
    let sql = "with texts as (
            select n, case when n % 50 = 0 then 'STOP' else 'Met John Smith ' || n end as body
            from generate_series(1, $1::bigint) as n
            where n % $3::bigint = $4::bigint
        ),
        deliveries as (
            select * from texts union all select * from texts where n % 5 = 0
        )
        select count(*) filter (where received.is_new)
        from (select * from deliveries order by md5(n::text || random())) as delivery
        cross join lateral receive_text(
            'twilio', delivery.body, '+1' || (array['512', '212', '415', '602', '303', '206'])[1 + (delivery.n % $2 + 1) / 100 % 6]
                || '55501' || lpad(((delivery.n % $2 + 1) % 100)::text, 2, '0'),
            'SM' || delivery.n, received_at => clock_timestamp() - make_interval(secs => ($1 - delivery.n) / 1000.0)
        ) as received";
    let statements = (texts / 250).max(1);
    let mut new = 0;
    for part in 0..statements {
        let row = &rig.rows(sql, &[&texts, &people, &statements, &part]).await[0];
        new += row.get::<_, i64>(0);
        // The door's rate, not one burst: a minute for all.
        let due = Duration::from_secs_f64(50.0 * (part + 1) as f64 / statements as f64);
        if texts > 2000 {
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        }
    }
    assert_eq!(new, texts);
    rig.until_heard().await;
    let took = began.elapsed();
    daemon.stop().await;
    let stops = rig
        .number("select count(distinct phone_number) from inbound_messages where wish = 'stop_all'")
        .await;
    assert_eq!(
        rig.number("select count(*) from sms_subscriptions where not opted_in")
            .await,
        stops
    );
    assert_eq!(
        rig.number(
            "select count(*) from event_messages where message_type = 'opt_out_confirmation'"
        )
        .await,
        stops
    );
    let notes = rig.number("select count(*) from event_notes").await;
    assert_eq!(notes, texts - texts / 50);
    assert_eq!(
        rig.number("select count(*) from sms_routing_decisions")
            .await,
        texts
    );
    let p99 = rig
        .text("select round((percentile_cont(0.99) within group (order by extract(epoch from handled_at - stored_at)) * 1000)::numeric, 1)::text from inbound_messages")
        .await;
    let acted = rig
        .text(
            "select round((percentile_cont(0.99) within group (order by extract(epoch from event.processed_at - inbound.stored_at)) * 1000)::numeric, 1)::text
            from marketing.pipeline_events as event
            join inbound_messages as inbound on inbound.id = (event.payload ->> 'inbound_message_id')::bigint
            where event.event_type = 'reply_note' and event.status = 'processed'",
        )
        .await;
    println!(
        "{texts} texts in {took:?}: p99 from receipt to reading {p99} ms, to action {acted} ms"
    );
}
