//! Cancelling and moving race with the claim: whoever was told that a text is cancelled is right.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::faults::books::wanted;
use crate::support::daemon::Rig;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::gated_gateway::GatedGateway;
use crate::support::messaging::ghl;
use crate::support::wait::deadline;

/// What a text was when whoever called it off was told.
async fn told(rig: &Rig, server: &FakeGhl, call_off: &'static str) -> HashMap<i64, String> {
    let races = i64::from(wanted::<i32>("PGCASCADE_TEST_RACES", 100));
    let mut told = HashMap::new();
    let mut chance = fastrand::Rng::with_seed(41);
    let mut players = tokio::task::JoinSet::new();
    for player in 0..4 {
        let session = rig.session().await;
        let seed = chance.u64(..);
        players.spawn(async move {
            let mut chance = fastrand::Rng::with_seed(seed);
            let mut told = Vec::new();
            for race in (1 + player..=races).step_by(4) {
                let insert = "insert into event_messages (event_id, contractor_id, message_type, message_content)
                    values (41, 1, 'admin_custom', 'race ' || $1::bigint) returning id";
                let id: i64 = session.query_one(insert, &[&race]).await.expect("a text").get(0);
                // Half of them once it is taken up: from before the last look to after the call.
                if race % 2 == 0 {
                    let taken_up = "select status <> 'scheduled' from event_messages where id = $1";
                    let begun = Instant::now();
                    while !session
                        .query_one(taken_up, &[&id])
                        .await
                        .expect("a row")
                        .get::<_, bool>(0)
                    {
                        assert!(begun.elapsed() < deadline(), "race {race} was never taken up");
                    }
                }
                tokio::time::sleep(Duration::from_micros(chance.u64(0..40_000))).await;
                let row = session.query_one(call_off, &[&id]).await.expect("an update");
                told.push((race, row.get::<_, String>(0)));
            }
            told
        });
    }
    while let Some(player) = players.join_next().await {
        told.extend(player.expect("no panic"));
    }
    rig.until_texted().await;
    let mut received: HashMap<i64, usize> = HashMap::new();
    for text in server.texts() {
        let race = text
            .body
            .trim_start_matches("race ")
            .parse()
            .expect("a number");
        *received.entry(race).or_default() += 1;
    }
    for race in 1..=races {
        let times = received.get(&race).copied().unwrap_or_default();
        let called_off = matches!(told[&race].as_str(), "cancelled" | "scheduled");
        assert_eq!(
            times,
            usize::from(!called_off),
            "race {race} was told {}",
            told[&race]
        );
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_after_its_cancellation_committed() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    server.set_delay(GhlCall::Send, Duration::from_millis(15));
    let daemons = [rig.texts(&server), rig.texts(&server)];
    let told = told(
        &rig,
        &server,
        "with called_off as (update event_messages set status = 'cancelled'
            where id = $1 and status in ('scheduled', 'sending') returning status)
        select coalesce((select status from called_off), (select status from event_messages where id = $1))",
    )
    .await;
    for daemon in daemons {
        daemon.stop().await;
    }
    let cancelled = told
        .values()
        .filter(|status| *status == "cancelled")
        .count();
    assert!(
        cancelled > 0 && cancelled < told.len(),
        "no race: {cancelled} of {} were cancelled",
        told.len()
    );
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_errors where not resolved")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_after_it_was_moved_to_tomorrow() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    server.set_delay(GhlCall::Send, Duration::from_millis(15));
    let daemons = [rig.texts(&server), rig.texts(&server)];
    let told = told(
        &rig,
        &server,
        "with moved as (update event_messages set scheduled_time = now() + interval '1 day'
            where id = $1 and status in ('scheduled', 'sending') returning status)
        select coalesce((select status from moved), (select status from event_messages where id = $1))",
    )
    .await;
    for daemon in daemons {
        daemon.stop().await;
    }
    let moved = i64::try_from(
        told.values()
            .filter(|status| *status == "scheduled")
            .count(),
    )
    .expect("few");
    assert_eq!(rig.number("select count(*) from pipeline.scheduled as s join marketing.pipeline_events as e on e.id = s.event_id where e.event_type = 'message_due'").await, moved);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_between_claim_and_call_wins() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    let gateway = GatedGateway::new(ghl(&server));
    let daemon = rig.texts_through(Arc::clone(&gateway) as _);
    rig.texts_due(1, "unwanted").await;
    gateway.until_somebody_waits().await;
    assert_eq!(rig.tally().await, "sending 1");
    rig.run("select set_sms_consent('+15125550101', false, 'keyword', 'STOP')")
        .await;
    gateway.open();
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select status || ': ' || skip_reason from event_messages")
            .await,
        "cancelled: The number has opted out."
    );
    assert!(server.texts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_emergency_stop_holds_what_was_taken_up_already() {
    let (rig, server) = (Rig::texting(3).await, FakeGhl::start().await);
    let gateway = GatedGateway::new(ghl(&server));
    let daemon = rig.texts_through(Arc::clone(&gateway) as _);
    rig.texts_due(3, "stop").await;
    gateway.until_somebody_waits().await;
    rig.run("update sending_accounts set paused = true").await;
    gateway.open();
    rig.until("not exists (select from pipeline.inflight)")
        .await;
    assert!(server.texts().is_empty());
    rig.run("update sending_accounts set paused = false").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_person_or_an_event_ends_its_texts() {
    let (rig, server) = (Rig::texting(3).await, FakeGhl::start().await);
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        select 41, n, 'admin_custom', 'gone ' || n, now() + interval '1 hour' from generate_series(1, 3) as n;
        delete from contractors where id = 1;
        delete from event_messages where contractor_id = 2")
        .await;
    let waiting = "select count(*) from pipeline.scheduled as s join marketing.pipeline_events as e on e.id = s.event_id where e.event_type = 'message_due'";
    assert_eq!(rig.number(waiting).await, 1);
    rig.run("delete from events where id = 41").await;
    assert_eq!(rig.number(waiting).await, 0);
    assert!(server.texts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_event_holds_its_texts_until_it_is_resumed() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.run("insert into event_messaging (event_id, paused) values (41, true)")
        .await;
    let daemon = rig.texts(&server);
    rig.texts_due(2, "held").await;
    rig.until("(select count(*) from event_messages where pipeline_event_id is null) = 2")
        .await;
    assert!(server.texts().is_empty());
    rig.run("update event_messaging set paused = false").await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_an_event_that_was_cancelled_is_refused_with_the_reason() {
    let rig = Rig::texting(2).await;
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, status) values (41, 1, 'speaker_alert', 'draft', 'draft');
        update events set status = 'cancelled' where id = 41")
        .await;
    let inserted = rig
        .rows(
            "insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
            values (41, 1, 'speaker_alert', 'too late', now() + interval '1 day'), (41, 2, 'admin_custom', 'we are sorry', now() + interval '1 day')
            returning concat_ws(': ', status, skip_reason)",
            &[],
        )
        .await;
    let fates: Vec<String> = inserted.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        fates,
        ["cancelled: The event was cancelled.", "scheduled"],
        "an organiser's own words may be about the cancellation"
    );
    rig.run("update event_messages set status = 'scheduled' where message_content = 'draft'")
        .await;
    assert_eq!(
        rig.text("select string_agg(message_content || ' ' || status, ', ' order by message_content) from event_messages where planned_by is null")
            .await,
        "draft cancelled, too late cancelled, we are sorry scheduled"
    );
    let waiting = "select count(*) from marketing.pipeline_events as event join event_messages as message on message.pipeline_event_id = event.id
        where event.status = 'pending' and planned_by is null";
    assert_eq!(rig.number(waiting).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_for_texts_before_the_agenda_has_followed() {
    let (rig, server) = (Rig::texting(5).await, FakeGhl::start().await);
    rig.run(
        "update pipeline.stages set paused = true where name = 'agenda_sync';
        update event_attendees set check_in_time = now() where contractor_id = 1;
        update event_attendees set registration_status = 'cancelled' where contractor_id = 2;
        update event_attendees set sms_opt_in = false where contractor_id = 3;
        select set_sms_consent('+15125550104', false, 'keyword', 'STOP');
        insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time, planned_by)
        select 41, n, 'check_in_reminder_event_start', 'are you coming ' || n, now(), 'agenda' from generate_series(1, 5) as n",
    )
    .await;
    let daemon = rig.texts(&server);
    rig.until_texted().await;
    daemon.stop().await;
    let bodies: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(bodies, ["are you coming 5"]);
    assert_eq!(rig.tally().await, "cancelled 4, sent 1");
}
