//! What is looked at when a daemon begins, and when it hears again after a silence.
//!
//! Events may have come before anybody listened. A stage that looks in vain costs a connection and
//! its plans; dozens of them at once would hold up the few that have work, so the database says in
//! the answer to a heartbeat which those are.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::bell::Bells;
use super::liveness::Worker;
use crate::db::{Class, ListenState, Pool};

/// So long the database is asked, where sessions are lost meanwhile or none is free.
const ASKS_FOR: Duration = Duration::from_secs(2);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(100);

/// Rings the stages that have something to claim at this moment; all of them where that cannot be
/// told.
pub async fn ring_waiting(worker: &Worker, pool: &Pool, bells: &Bells) {
    let asking = timeout(ASKS_FOR, async {
        while let Err(error) = worker.beat_once(pool, bells, true).await {
            pool.distrust(&error);
            if error.class() != Class::Lost {
                return false;
            }
            sleep(AGAIN).await;
        }
        true
    });
    if asking.await != Ok(true) {
        bells.ring_all();
    }
}

/// After every connect everything claimable is claimed: what was notified before was unheard.
pub async fn ring_after_connect(
    mut state: watch::Receiver<ListenState>,
    (worker, pool, bells): (Worker, Pool, Bells),
) {
    loop {
        if *state.borrow_and_update() == ListenState::Connected {
            bells.ring_all_claims();
            bells.ring_others();
            ring_waiting(&worker, &pool, &bells).await;
        }
        if state.changed().await.is_err() {
            return;
        }
    }
}
