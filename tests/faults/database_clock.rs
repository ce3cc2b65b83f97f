//! The clock of the database's machine jumps by minutes, forth and back, under load: nothing runs
//! before its time, twice or never, and no daemon that lives is taken for dead.

use std::time::Instant;

use chrono::TimeDelta;

use super::another_clock::{TICK, TWICE, UNEVEN_TICKS};
use super::books::{Work, books_are_right, make_stages, say};
use crate::support::daemon::Rig;
use crate::support::form::by_form;
use crate::support::moved_clock::MovedClock;
use crate::support::wait;

/// How far it jumps.
const MINUTES: i64 = 5;
/// Events for now, such as are repeated, and some for later: nearer than any jump, and further than
/// a busy machine takes to get there.
const EMIT: &str = "
    insert into marketing.pipeline_events (event_type)
    select type from unnest('{sql,rust,call}'::text[]) as type cross join generate_series(1, 100);
    insert into marketing.pipeline_events (event_type) select 'twice' from generate_series(1, 5);
    insert into marketing.pipeline_events (event_type, payload, run_at)
    select 'sql', '{\"later\": true}', clock_timestamp() + interval '2 minutes' + n * interval '50 milliseconds'
    from generate_series(1, 20) as n";
/// Everything.
const DONE: &str = "not exists (
    select from marketing.pipeline_events where status in ('pending', 'processing'))";
/// What was not for later.
const DUE_IS_DONE: &str = "not exists (
    select from marketing.pipeline_events
    where status in ('pending', 'processing') and not payload ? 'later' and run_at <= now())";
/// Of what was for later, that which began before its time.
const EARLY: &str = "select count(*) from marketing.pipeline_events
    where payload ? 'later' and claimed_at < run_at";
/// Of what was for later, that which waits.
const WAITING: &str = "select count(*) from marketing.pipeline_events
    where payload ? 'later' and status = 'pending'";

/// Emits work of every kind, waits until it is in full swing, and has the clock jump.
async fn jump_under_load(rig: &Rig, clock: &MovedClock, work: &Work, minutes: i64) {
    rig.run(EMIT).await;
    let calls = work.made();
    wait::until("some of the calls", async || {
        (work.made() > calls + 20).then_some(())
    })
    .await;
    clock.jump(TimeDelta::minutes(minutes));
    rig.until(
        "(select count(*) = 2 and bool_and(abs(extract(epoch from clock_timestamp() - heartbeat_at)) < 60)
        from pipeline.workers)",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_clock_jumps_runs_events_at_their_time_and_once() {
    let Some((rig, clock)) = MovedClock::rig("2027-01-05T15:00:00Z").await else {
        say("skipped: this needs libfaketime: scripts/install-faketime.sh");
        return;
    };
    rig.run("delete from pipeline.schedules").await;
    make_stages(&rig.client).await;
    rig.run(TWICE).await;
    let work = Work::default();
    let daemons = [rig.daemon(work.registry()), rig.daemon(work.registry())];
    rig.until("(select count(*) from pipeline.workers) = 2")
        .await;
    let workers = "select string_agg(id::text, ' ' order by id) from pipeline.workers";
    let workers = rig.text(workers).await;
    rig.run(TICK).await;

    let began = Instant::now();
    for _ in 0..by_form(1, 3) {
        // Forth: what was for later is due. And back: it is not, for longer than before.
        jump_under_load(&rig, &clock, &work, MINUTES).await;
        rig.until(DONE).await;
        say(&format!("done after a jump forth: {:?}", began.elapsed()));
        jump_under_load(&rig, &clock, &work, -MINUTES).await;
        rig.until(DUE_IS_DONE).await;
        assert_eq!(rig.number(WAITING).await, 20, "they wait");
        say(&format!("done after a jump back: {:?}", began.elapsed()));
        jump_under_load(&rig, &clock, &work, 2 * MINUTES).await;
        rig.until(DONE).await;
        clock.jump(TimeDelta::minutes(-2 * MINUTES));
    }
    clock.jump(TimeDelta::minutes(2 * MINUTES));
    rig.run("update pipeline.schedules set enabled = false")
        .await;
    rig.until(DONE).await;
    let same = "select string_agg(id::text, ' ' order by id) from pipeline.workers";
    assert_eq!(rig.text(same).await, workers, "nobody was taken for dead");
    for daemon in daemons {
        daemon.stop().await;
    }
    check(&rig).await;
}

/// What must hold after the jumps.
async fn check(rig: &Rig) {
    let ticks = "select count(*) from marketing.pipeline_events where payload ? 'due_at'";
    let ticks = rig.number(ticks).await;
    say(&format!("{ticks} ticks"));
    assert_eq!(rig.number(EARLY).await, 0, "none was early");
    assert_eq!(
        rig.number(UNEVEN_TICKS).await,
        0,
        "a tick each second, once"
    );
    assert!(
        ticks >= MINUTES * 60,
        "those of the minutes that were skipped, too"
    );
    let blamed = "select count(*) from marketing.pipeline_events where crashes <> 0";
    assert_eq!(rig.number(blamed).await, 0, "nothing was taken back");
    let events = rig
        .number("select count(*) from marketing.pipeline_events")
        .await;
    books_are_right(&rig.client, events, 0).await;
}
