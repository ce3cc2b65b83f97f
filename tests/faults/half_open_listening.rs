//! The line of the LISTEN session dies without a word, as firewalls have it: the daemon finds out
//! by asking, and until then no event waits longer than for a heartbeat that looks.

use std::time::{Duration, Instant};

use super::books::{Work, books_are_right, make_stages, number, say, until, until_ended};
use crate::support::daemon::{Rig, start_apart};
use crate::support::fault_proxy::FaultProxy;
use crate::support::form::by_form;
use crate::support::wait;

/// A probe every nine seconds that waits four for its answer; in seconds.
const FOUND_OUT_WITHIN: u64 = 15;
/// The same on a busy machine.
const FOUND_OUT_WITHIN_BUSY: u64 = 18;
/// From there to a session that has taken the lock of the one before.
const LISTENS_AGAIN_WITHIN: Duration = Duration::from_secs(25);
/// A heartbeat every 1.3 seconds looks for what waits; where that takes long, the second one.
const LATE_MS_MAX: i64 = 3000;
/// The same on a busy machine.
const LATE_MS_MAX_BUSY: i64 = 4000;

/// One event that can run now, and one that is due between two of these.
const EMIT: &str = "insert into marketing.pipeline_events (event_type, run_at)
    values ('sql', now()), ('rust', now() + interval '700 milliseconds')";
/// How late one event in a hundred, or a later one, was done, in milliseconds.
const LATE_MS: &str = "select percentile_disc(0.99) within group (
        order by ceil(extract(epoch from processed_at - greatest(created_at, run_at)) * 1000)
    )::bigint
    from marketing.pipeline_events";
/// The session that is seen to live and has been asked whether it listens, the last thing before it
/// counts.
const LISTENING: &str = "select pid::bigint
    from pg_locks
    join pg_stat_activity as activity using (pid)
    where locktype = 'advisory'
    and classid = pipeline.worker_lock_class()::oid
    and datname = current_database()
    and query like '%pg_listening_channels%'
    and state = 'idle'";

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_listen_session_is_found_out_and_delays_nothing_much() {
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let proxy = FaultProxy::before(rig.database.url(), 0).await;
    let work = Work::default();
    let daemon = start_apart(rig.database.url(), proxy.url(), work.registry());
    until(&rig.client, &format!("exists ({LISTENING})")).await;
    let before = rig.number(LISTENING).await;

    proxy.freeze();
    let frozen = Instant::now();
    let (mut events, mut asked) = (0, Instant::now());
    rig.run(EMIT).await;
    let found_out = wait::until("the daemon to listen on another line", async || {
        if asked.elapsed() > Duration::from_millis(500) {
            rig.run(EMIT).await;
            events += 2;
            asked = Instant::now();
        }
        (proxy.opened() > 1).then(|| frozen.elapsed())
    })
    .await;
    until_ended(&rig.client, events + 2).await;
    let late = number(&rig.client, LATE_MS).await.expect("events");
    say(&format!(
        "found out after {found_out:?}; {} events were late by {late} ms (p99)",
        events + 2
    ));
    let mark = by_form(FOUND_OUT_WITHIN_BUSY, FOUND_OUT_WITHIN);
    assert!(found_out <= Duration::from_secs(mark), "{found_out:?}");
    let mark = by_form(LATE_MS_MAX_BUSY, LATE_MS_MAX);
    assert!(late <= mark, "{late} ms");

    // The server has not: the old session still has the worker's lock, and is ended.
    until(
        &rig.client,
        &format!("exists ({LISTENING} and pid <> {before})"),
    )
    .await;
    say(&format!(
        "listens again {:?} after the line died",
        frozen.elapsed()
    ));
    assert!(frozen.elapsed() < LISTENS_AGAIN_WITHIN);
    rig.run(EMIT).await;
    until_ended(&rig.client, events + 4).await;
    books_are_right(&rig.client, events + 4, 0).await;
    daemon.stop().await;
}
