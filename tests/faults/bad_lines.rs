//! Slow lines that break at random: no claim leaks, no pool locks up, everything is done.

use std::time::{Duration, Instant};

use super::books::{TYPES, Work, books_are_right, chances, emit, make_stages, say, until_ended};
use crate::support::daemon::{Rig, start};
use crate::support::fault_proxy::FaultProxy;
use crate::support::form::by_form;
use crate::support::wait;

/// Both ways together 200 ms.
const DELAY: Duration = Duration::from_millis(100);
/// Of a thousand chunks so many cut their line in the short form. A transaction is a dozen chunks,
/// and a new session before it another dozen.
const CUT: u64 = 15;
/// And in the long one, which takes minutes.
const CUT_LONG: u64 = 50;

#[tokio::test(flavor = "multi_thread")]
async fn slow_lines_that_break_at_random_leak_no_claim_and_lock_up_no_pool() {
    let seed = chances().u64(..);
    let rounds = by_form(10, 50);
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let proxy = FaultProxy::before(rig.database.url(), seed).await;
    let work = Work::default();
    let daemon = start(proxy.url(), work.registry());
    rig.until("(select count(*) from pipeline.workers) = 1")
        .await;

    proxy.delay(DELAY);
    proxy.cut_at_random(by_form(CUT, CUT_LONG));
    let began = Instant::now();
    for event_type in TYPES {
        emit(&rig.client, event_type, rounds).await;
    }
    let events = i64::from(rounds * 3);
    until_ended(&rig.client, events).await;
    say(&format!(
        "{events} events done after {:?}; {} of {} lines were cut by chance; {} calls",
        began.elapsed(),
        proxy.cut_by_chance(),
        proxy.opened(),
        work.made()
    ));

    proxy.cut_at_random(0);
    proxy.delay(Duration::ZERO);
    // A pool that had lost its connections could not do this.
    let healed = Instant::now();
    for event_type in TYPES {
        emit(&rig.client, event_type, 100).await;
    }
    until_ended(&rig.client, events + 300).await;
    say(&format!("all well {:?} later", healed.elapsed()));
    books_are_right(&rig.client, events + 300, 0).await;
    // Those of the pool and the one that listens; one that was cut may close a little later.
    wait::until("all other lines to be closed", async || {
        (proxy.open() <= 13).then_some(())
    })
    .await;
    daemon.stop().await;
}
