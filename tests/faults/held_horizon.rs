//! A transaction that somebody left open keeps every dead row of the queues: claims read past them
//! no more often than without it.
//!
//! What that costs in speed is measured by `scripts/measure-engine rate` and `held`; here pages are
//! counted, which are the same on any machine.

use std::time::Duration;

use super::books::wanted;
use super::books::{TYPES, Work, books_are_right, chances, emit, make_stages, say, until_ended};
use crate::support::daemon::Rig;

/// The mark for the time that a claim takes: so many times that without an open transaction.
const TIMES_MOST: i64 = 3;
/// Pages of the queue that were read or written, those of its indexes included.
const PAGES: &str = "
    select (heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::bigint
    from pg_statio_user_tables
    where relid = 'pipeline.ready'::regclass";
/// What a session counted is in the statistics when it has ended.
const NO_DAEMON: &str = "not exists (
    select from pg_stat_activity
    where datname = current_database()
    and application_name like 'test daemon%')";

/// Pages that a daemon needs for a load of many small rounds, while another session stands in the
/// middle of what it has begun with `open`.
async fn pages(open: Option<&str>) -> i64 {
    let mut random = chances();
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let holder = rig.session().await;
    if let Some(open) = open {
        holder.batch_execute(open).await.expect("a transaction");
    }
    let work = Work {
        pace: Duration::ZERO,
        ..Work::default()
    };
    let daemon = rig.daemon(work.registry());
    let mut events = 0;
    for _ in 0..wanted("PGCASCADE_TEST_ROUNDS", 60) {
        for event_type in TYPES {
            let count = random.i32(100..200);
            emit(&rig.client, event_type, count).await;
            events += i64::from(count);
        }
        until_ended(&rig.client, events).await;
    }
    daemon.stop().await;
    rig.until(NO_DAEMON).await;
    rig.run("select pg_stat_force_next_flush()").await;
    let pages = rig.number(PAGES).await;
    books_are_right(&rig.client, events, 0).await;
    say(&format!("{events} events: {pages} pages of the queue"));
    pages / events
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_open_makes_no_claim_read_the_dead_again() {
    let free = pages(None).await;
    for open in [
        "begin isolation level repeatable read; select count(*) from pipeline.ready",
        "begin; select pg_current_xact_id()",
    ] {
        let held = pages(Some(open)).await;
        assert!(
            held <= TIMES_MOST * free,
            "{open}: {held} pages for an event, {free} without"
        );
    }
}
