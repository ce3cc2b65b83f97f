//! A transaction that somebody left open keeps every dead row of the queues: claims read past them
//! no more often than without it.
//!
//! What that costs in speed is measured by `scripts/measure-engine rate` and `held`; here entries of
//! the queue's indexes are counted, which are the same on any machine.

use std::time::Duration;

use super::books::{TYPES, Work, books_are_right, chances, emit, make_stages, say, until_ended};
use crate::support::daemon::Rig;
use crate::support::form::by_form;

/// So many entries more than without an open transaction may be read for an event: a claim of twenty
/// asks who has written when a thousand may be dead, not before.
const MORE_MOST: f64 = 50.0;
/// Entries of the queue's indexes that were read, those of dead rows included.
const READ: &str = "
    select sum(idx_tup_read)::bigint
    from pg_stat_user_indexes
    where relid = 'pipeline.ready'::regclass";
/// What a session counted is in the statistics when it has ended.
const NO_DAEMON: &str = "not exists (
    select from pg_stat_activity
    where datname = current_database()
    and application_name like 'test daemon%')";

/// What another session has begun and stands in the middle of: it reads, or it has written.
const OPEN: [&str; 2] = [
    "begin isolation level repeatable read; select count(*) from pipeline.ready",
    "begin; select pg_current_xact_id()",
];

/// How the events come.
#[derive(Clone, Copy)]
enum Load {
    /// Few at once, and all are done before the next come.
    Rounds,
    /// All at once, before the daemon starts: nearly every claim takes as many as it may.
    Backlog,
}

/// Entries that a daemon reads for an event, while another session stands in the middle of `open`.
async fn read(load: Load, open: Option<&str>) -> f64 {
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
    let events = match load {
        Load::Rounds => {
            let daemon = rig.daemon(work.registry());
            let events = rounds(&rig).await;
            daemon.stop().await;
            events
        }
        Load::Backlog => {
            let events = by_form(20_000, 200_000);
            emit(&rig.client, TYPES[0], events).await;
            let daemon = rig.daemon(work.registry());
            until_ended(&rig.client, i64::from(events)).await;
            daemon.stop().await;
            i64::from(events)
        }
    };
    rig.until(NO_DAEMON).await;
    rig.run("select pg_stat_force_next_flush()").await;
    let read = rig.number(READ).await as f64 / events as f64;
    books_are_right(&rig.client, events, 0).await;
    say(&format!(
        "{events} events: {read:.1} entries were read for each"
    ));
    read
}

/// Many small rounds; returns how many events there were.
async fn rounds(rig: &Rig) -> i64 {
    let mut random = chances();
    let mut events = 0;
    for _ in 0..by_form(60, 300) {
        for event_type in TYPES {
            let count = random.i32(100..200);
            emit(&rig.client, event_type, count).await;
            events += i64::from(count);
        }
        until_ended(&rig.client, events).await;
    }
    events
}

/// The mark holds for both kinds of open transaction.
async fn no_claim_reads_the_dead_again(load: Load) {
    let free = read(load, None).await;
    for open in OPEN {
        let held = read(load, Some(open)).await;
        assert!(
            held <= free + MORE_MOST,
            "{open}: {held:.1} entries for an event, {free:.1} without"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_open_makes_no_claim_of_few_read_the_dead_again() {
    no_claim_reads_the_dead_again(Load::Rounds).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_open_makes_no_claim_of_a_long_queue_read_the_dead_again() {
    no_claim_reads_the_dead_again(Load::Backlog).await;
}
