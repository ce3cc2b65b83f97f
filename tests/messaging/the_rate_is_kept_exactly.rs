//! Rates hold over all daemons, in every window, and are used.

use crate::faults::books::{say, wanted};
use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_send_no_more_than_the_rate_in_any_window_and_use_it() {
    let texts = i64::from(wanted::<i32>("PGCASCADE_TEST_RATE_TEXTS", 120));
    let (rig, server) = (Rig::texting(texts).await, FakeGhl::start().await);
    rig.run("update sending_accounts set rate = 20, period = '1 second'")
        .await;
    let daemons = [rig.texts(&server), rig.texts(&server)];
    rig.texts_due(texts, "rate").await;
    rig.until_texted().await;
    for daemon in daemons {
        daemon.stop().await;
    }
    let arrived: Vec<_> = server.texts().into_iter().map(|text| text.at).collect();
    let first = arrived.iter().min().copied().expect("texts");
    let mut arrived: Vec<f64> = arrived
        .iter()
        .map(|at| (*at - first).as_secs_f64())
        .collect();
    arrived.sort_by(f64::total_cmp);
    let begun = rig
        .rows(
            "select extract(epoch from called_at)::float8 from message_attempts order by called_at",
            &[],
        )
        .await;
    let begun: Vec<f64> = begun.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        (begun.len(), arrived.len()),
        (usize::try_from(texts).expect("few"), begun.len())
    );
    let took = arrived[arrived.len() - 1] - arrived[0];
    let used = f64::from(u32::try_from(arrived.len() - 1).expect("few")) / took / 20.0;
    say(&format!(
        "{texts} texts at 20 a second by two daemons: at most {} begun and {} arrived in any second, {:.1} % of the rate used",
        most_within(&begun, 1.0),
        most_within(&arrived, 1.0),
        used * 100.0
    ));
    assert!(most_within(&begun, 1.0) <= 20, "begun in a second");
    assert!(
        used >= wanted("PGCASCADE_TEST_RATE_USED", 0.3),
        "only {:.1} % of the rate was used",
        used * 100.0
    );
}

/// The most of these times, in order, that lie within so many seconds.
fn most_within(times: &[f64], seconds: f64) -> usize {
    let from = |first: usize| {
        times[first..]
            .iter()
            .take_while(|at| **at - times[first] < seconds)
            .count()
    };
    (0..times.len()).map(from).max().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn priority_goes_first_and_then_the_deadline() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update sending_accounts set concurrency = 1;
        insert into event_messages (event_id, contractor_id, message_type, message_content, priority, expires_at)
        values (41, 1, 'admin_custom', 'third', 5, now() + interval '3 hours'), (41, 1, 'admin_custom', 'second', 5, now() + interval '2 hours'),
            (41, 1, 'admin_custom', 'fourth', 9, now() + interval '1 hour'), (41, 1, 'admin_custom', 'first', 1, now() + interval '4 hours')").await;
    // Queued all together, as after a while without a daemon.
    rig.run("update sending_accounts set paused = true").await;
    let daemon = rig.texts(&server);
    rig.until("(select count(*) from event_messages where queued_at is not null) = 4")
        .await;
    rig.run("update sending_accounts set paused = false").await;
    rig.until_texted().await;
    daemon.stop().await;
    let bodies: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(bodies, ["first", "second", "third", "fourth"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pointless_takes_nothing_of_the_rate() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update sending_accounts set rate = 1, period = '1 hour';
        insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time, expires_at)
        select 41, 1, 'admin_custom', 'stale ' || n, now() - interval '2 hours', now() - interval '1 hour' from generate_series(1, 200) as n;
        insert into event_messages (event_id, contractor_id, message_type, message_content) values (41, 1, 'admin_custom', 'fresh')").await;
    let daemon = rig.texts(&server);
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(rig.tally().await, "cancelled 200, sent 1");
    assert_eq!(server.texts()[0].body, "fresh");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forecast_says_what_will_be_late_and_what_helps() {
    let rig = Rig::texting(100).await;
    rig.run("update sending_accounts set rate = 20, period = '1 minute'")
        .await;
    for (texts, seconds) in [(60, 177), (300, 897), (590, 1767), (1474, 4419)] {
        rig.run("delete from event_messages").await;
        rig.run(&format!("insert into event_messages (event_id, contractor_id, message_type, scheduled_time)
            select 41, 1 + n % 100, 'peer_match_introduction', now() + interval '1 day' from generate_series(1, {texts}) as n")).await;
        let row = &rig.rows("select texts, extract(epoch from latest_by)::float8, late, remedy from sending_forecast()", &[]).await[0];
        assert_eq!(row.get::<_, i64>(0), texts);
        let latest: f64 = row.get(1);
        // Within half a percent of arithmetic: calls are spaced a little wider than the rate.
        assert!(
            (latest - f64::from(seconds)).abs() <= f64::from(seconds) * 0.005,
            "{texts} texts: {latest} s"
        );
        assert!(row.get::<_, i64>(2) > 0 && row.get::<_, String>(3).contains("raise the rate"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadline_decides_over_all_that_wait_and_priority_over_it() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.run("update sending_accounts set concurrency = 1, rate = 50, period = '1 second', paused = true;
        update pipeline.stages set batch_size = 20 where name = 'admit_texts'")
        .await;
    let daemon = rig.texts(&server);
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, expires_at)
        select 41, 1, 'admin_custom', lpad(n::text, 3, '0'), now() + n * interval '1 minute' from generate_series(300, 101, -1) as n")
        .await;
    rig.until("(select count(*) from event_messages where queued_at is not null) = 200")
        .await;
    // Its deadline moves while it waits for its turn: it becomes the second.
    rig.run("update event_messages set expires_at = now() + interval '101.5 minutes', message_content = '101b' where message_content = '300'")
        .await;
    rig.run("update sending_accounts set paused = false").await;
    rig.until("(select count(*) from event_messages where status = 'sent') >= 30")
        .await;
    // In the middle of it comes one that goes before all that nobody has taken up.
    rig.run("update sending_accounts set paused = true").await;
    // The one whose turn was next was stopped at its last look and put off by 200 ms: it is back in the line.
    rig.until("not exists (select from pipeline.inflight) and not exists (select from pipeline.scheduled as s
        join marketing.pipeline_events as e on e.id = s.event_id where e.event_type = 'text_ready_main')")
        .await;
    let before = server.texts().len();
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, priority, expires_at)
        values (41, 1, 'admin_custom', 'urgent', 1, now() + interval '9 hours')")
        .await;
    rig.until("exists (select from event_messages where message_content = 'urgent' and queued_at is not null)")
        .await;
    rig.run("update sending_accounts set paused = false").await;
    rig.until_texted().await;
    daemon.stop().await;
    let mut bodies: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    let overtook = bodies.iter().position(|body| body == "urgent");
    let overtook = overtook.expect("it was sent");
    assert_eq!(overtook, before, "it goes before all others");
    bodies.remove(overtook);
    assert_eq!(bodies.len(), 200);
    assert!(bodies.is_sorted(), "{bodies:?}");
}
