//! The daemon's clock jumps by hours, forth and back, while it runs: nothing is early, late, skipped
//! or doubled, because only the database's clock decides.
//!
//! Two kinds of time values are bound to statements of the engine: delays in milliseconds
//! (`finish_events`), and times of schedules reckoned from the `now` that the database said
//! (`fire_schedule`). The server's own clock is moved in `database_clock`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::DateTime;

use super::books::{books_are_right, make_stages, number, say};
use super::kill_the_daemon::{command, start, stop};
use crate::support::cluster::temp_dir;
use crate::support::daemon::Rig;
use crate::support::form::by_form;
use crate::support::moved_clock::library;
use crate::support::wait;

/// A busy machine is forgiven; an hour is not.
const LATE_MS_MAX: i64 = 10_000;
/// A stage whose first attempt fails, so that its events are put off by the backoff.
pub(super) const TWICE: &str = "
    create function public.work_twice(event_ids bigint[])
    returns table (event_id bigint, error text) language sql as $$
        insert into public.effects (event_id)
        select id from marketing.pipeline_events where id = any (event_ids) and attempts > 1;
        select id, 'once more' from marketing.pipeline_events where id = any (event_ids) and attempts = 1
    $$;
    insert into pipeline.stages (name, event_type, kind, target, backoff, backoff_max)
    values ('twice', 'twice', 'sql', 'public.work_twice', '500 milliseconds', '1 second')";
/// Events for now, for soon, for later, and such as are repeated.
const EMIT: &str = "
    insert into marketing.pipeline_events (event_type) select 'sql' from generate_series(1, 20);
    insert into marketing.pipeline_events (event_type, run_at)
    select 'sql', now() + n * interval '50 milliseconds' from generate_series(1, 20) as n;
    insert into marketing.pipeline_events (event_type, run_at)
    values ('sql', now() + interval '30 minutes');
    insert into marketing.pipeline_events (event_type) select 'twice' from generate_series(1, 5)";
/// Nothing is left but what was put off for long.
const DONE: &str = "not exists (
    select from marketing.pipeline_events
    where status = 'pending' and run_at < now() + interval '10 minutes')";
pub(super) const TICK: &str = "insert into pipeline.schedules (name, cron, event_type, missed)
    values ('every_second', '* * * * * *', 'sql', 'all')";
/// How early and how late events were at most, in milliseconds; those by schedule counted from
/// when they were due.
const EXTREMES: &str = "
    select
        (min(extract(epoch from at - due)) * 1000)::bigint,
        (max(extract(epoch from at - due)) * 1000)::bigint
    from (
        select processed_at, greatest(run_at, created_at)
        from marketing.pipeline_events where status = 'processed'
        union all
        select created_at, (payload ->> 'due_at')::timestamptz
        from marketing.pipeline_events where payload ? 'due_at'
    ) as event (at, due)";
/// Seconds for which the schedule emitted nothing, or more than one event.
pub(super) const UNEVEN_TICKS: &str = "
    select count(*) from (
        select due - lag(due) over (order by due) as gap
        from (
            select (payload ->> 'due_at')::timestamptz as due
            from marketing.pipeline_events where payload ? 'due_at'
        ) as tick
    ) as step where gap <> interval '1 second'";

/// By how many seconds the newest line of a log says another time than the database.
async fn jump_in(log: &Path, rig: &Rig) -> Option<i64> {
    let text = fs::read_to_string(log).ok()?;
    let stamp = text.lines().last()?.split_whitespace().next()?;
    let said = DateTime::parse_from_rfc3339(stamp).ok()?.timestamp();
    let now = number(&rig.client, "select extract(epoch from now())::bigint").await?;
    Some(said - now)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_whose_clock_jumps_runs_events_at_their_time() {
    let Some(library) = library() else {
        say("skipped: this needs libfaketime: scripts/install-faketime.sh");
        return;
    };
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    rig.run(TWICE).await;
    let dir = temp_dir();
    let (clock, log) = (dir.path().join("clock"), dir.path().join("log"));
    fs::write(&clock, "+0").expect("a file");
    let mut daemon = command(rig.database.url());
    daemon
        .env("RUST_LOG", "pgcascade=debug")
        .env("NO_COLOR", "1")
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", &clock)
        .env("FAKETIME_NO_CACHE", "1")
        // A clock that jumps jumps alone: how long things take is still told rightly.
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("DONT_FAKE_MONOTONIC", "1")
        .stderr(fs::File::create(&log).expect("a file"));
    let running = start(&mut daemon);
    rig.until("(select count(*) from pipeline.workers) = 1")
        .await;
    rig.run(TICK).await;

    let began = Instant::now();
    for _ in 0..by_form(1, 5) {
        for (offset, seconds) in [("+1h", 3600_i64), ("-1h", -3600), ("+0", 0)] {
            fs::write(&clock, offset).expect("a file");
            let jumped = wait::until("the daemon's clock to jump", async || {
                let jump = jump_in(&log, &rig).await?;
                ((jump - seconds).abs() < 60).then_some(jump)
            });
            let jump = jumped.await;
            rig.run(EMIT).await;
            rig.until(DONE).await;
            let beat = "select abs(extract(epoch from clock_timestamp() - heartbeat_at))::bigint
                from pipeline.workers";
            assert!(rig.number(beat).await < 60, "its heart beats by our clock");
            say(&format!("jumped to {jump} s after {:?}", began.elapsed()));
        }
    }
    rig.run("update pipeline.schedules set enabled = false")
        .await;
    rig.until(DONE).await;
    stop(running).await;
    check(&rig, began.elapsed()).await;
}

/// What must hold after the jumps.
async fn check(rig: &Rig, took: Duration) {
    let row = &rig.rows(EXTREMES, &[]).await[0];
    let (early, late): (i64, i64) = (row.get(0), row.get(1));
    let ticks = "select count(*) from marketing.pipeline_events where payload ? 'due_at'";
    let ticks = rig.number(ticks).await;
    say(&format!(
        "between {early} and {late} ms after their time; {ticks} ticks in {took:?}"
    ));
    assert!(early >= 0, "{early} ms");
    assert!(late < LATE_MS_MAX, "{late} ms");
    assert_eq!(rig.number(UNEVEN_TICKS).await, 0, "a tick each second");
    let seconds = i64::try_from(took.as_secs()).expect("a short time");
    assert!((ticks - seconds).abs() <= 15, "{ticks} ticks in {took:?}");
    // Those for later wait: they are not early.
    let later = "delete from marketing.pipeline_events
        where status = 'pending' and run_at > now() + interval '10 minutes'";
    rig.run(later).await;
    rig.run("delete from pipeline.scheduled where run_at > now() + interval '10 minutes'")
        .await;
    let events = rig
        .number("select count(*) from marketing.pipeline_events")
        .await;
    books_are_right(&rig.client, events, 0).await;
}
