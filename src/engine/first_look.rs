//! What is looked at when a daemon begins, and when it hears again after a silence.
//!
//! Events may have come before anybody listened. A stage that looks in vain costs a connection and
//! its plans; dozens of them at once would hold up the few that have work, so the database says in
//! the answer to a heartbeat which those are.

use tokio::sync::watch;

use super::bell::Bells;
use super::liveness::Worker;
use crate::db::{ListenState, Pool};

/// Rings the stages that have something to claim at this moment; all of them where that cannot be
/// told.
pub async fn ring_waiting(worker: &Worker, pool: &Pool, bells: &Bells) {
    if let Err(error) = worker.beat_once(pool, bells, true).await {
        pool.distrust(&error);
        bells.ring_all();
    }
}

/// After every connect everything claimable is claimed: what was notified before was unheard.
pub async fn ring_after_connect(
    mut state: watch::Receiver<ListenState>,
    (worker, pool, bells): (Worker, Pool, Bells),
) {
    let mut is_first = true;
    loop {
        if *state.borrow_and_update() == ListenState::Connected {
            if is_first {
                bells.ring_others();
                ring_waiting(&worker, &pool, &bells).await;
            } else {
                // Whoever lost its session has more to look after than what waits.
                bells.ring_all();
            }
            is_first = false;
        }
        if state.changed().await.is_err() {
            return;
        }
    }
}
