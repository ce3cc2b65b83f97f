//! Waking without the lock of NOTIFY: under load writers leave announcements with one daemon.
//!
//! A transaction that notifies holds a lock of the whole instance while it commits, so writers
//! that all notify commit one by one. When this daemon hears many notifications it takes the
//! lease `pipeline.quiet`; writers that find it write a row into `pipeline.unannounced` instead,
//! and the daemon announces those rows fifty times a second. When little is left it gives the
//! lease back.
//!
//! No announcement is lost: a writer reads the lease under a transaction id, so whoever read it
//! before it was given back was under way at that moment. The daemon looks on, ever more rarely,
//! until all of those are over. `tests/engine/waking_model.rs` proves it, and that less would not
//! do. Should the daemon die, the lease runs out, and the next writer or heartbeat announces what
//! is left. A crash of the server takes the announcements along, and everybody who listened: who
//! connects again looks for what waits. Whatever goes wrong, a heartbeat finds events to claim
//! within three seconds, and within 1.3 where looking for them takes no time worth mentioning.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::bell::Traffic;
use super::counts::{self, Cause};
use super::mark::{Look, Mark};
use crate::db::{DbError, Pool};

/// Between two relays: what an event may wait more than if its writer had notified.
const RELAY_EVERY: Duration = Duration::from_millis(20);
/// The lease lasts a second; it is renewed well before.
const RENEW_EVERY: Duration = Duration::from_millis(250);
/// When fewer statements than this came within [`CALM_SPAN`], writers may as well notify.
const CALM: i64 = 25;
/// See [`CALM`].
const CALM_SPAN: Duration = Duration::from_millis(500);
/// The longest pause between two looks after the lease was given back.
const GRACE_PAUSE_MAX: Duration = Duration::from_secs(1);
/// Another daemon has the lease, or the database does not answer: look again after this long.
const AGAIN: Duration = Duration::from_secs(1);

/// One daemon's part in the protocol.
pub struct Relay {
    /// Where to work.
    pub pool: Pool,
    /// This daemon in `pipeline.workers`.
    pub worker_id: i32,
    /// What the listener hears.
    pub traffic: Traffic,
    /// Ends the relay.
    pub stop: CancellationToken,
}

impl Relay {
    /// Relays whenever there is load, until told to stop; then gives the lease back.
    pub async fn run(self) {
        while self.loaded().await {
            if let Err(error) = self.relay_while_loaded().await {
                self.pool.distrust(&error);
                tracing::debug!(%error, "announcements wait for the lease to run out");
            }
        }
    }

    /// Waits for a load; false when it is time to stop.
    async fn loaded(&self) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = self.traffic.is_much() => true,
        }
    }

    /// One lease, from taking it to the end of the transactions that saw it.
    async fn relay_while_loaded(&self) -> Result<(), DbError> {
        if !self.keep_quiet().await? {
            self.sleep(AGAIN).await;
            return Ok(());
        }
        tracing::debug!("announcing for writers");
        let mut mark = Mark::default();
        let relayed = self.relay_until_calm(&mut mark).await;
        // Also after an error: the sooner writers notify, the better.
        self.end_quiet().await?;
        relayed?;
        self.outlast_readers_of_the_lease(&mut mark).await
    }

    /// Announces until little comes, the lease is lost, or it is time to stop.
    async fn relay_until_calm(&self, mark: &mut Mark) -> Result<(), DbError> {
        let (mut renewed, mut span, mut statements) = (Instant::now(), Instant::now(), 0);
        while !self.stop.is_cancelled() {
            statements += self.relay(mark).await?.statements;
            if span.elapsed() >= CALM_SPAN {
                if statements < CALM {
                    return Ok(());
                }
                (span, statements) = (Instant::now(), 0);
            }
            if renewed.elapsed() >= RENEW_EVERY {
                if !self.keep_quiet().await? {
                    return Ok(());
                }
                renewed = Instant::now();
            }
            self.sleep(RELAY_EVERY).await;
        }
        Ok(())
    }

    /// Looks on until every transaction is over that may have read the lease before it was given
    /// back. A long one makes the looks rarer, not fewer.
    async fn outlast_readers_of_the_lease(&self, mark: &mut Mark) -> Result<(), DbError> {
        // It took its transaction id after the end of the lease had committed.
        let end = self.relay(mark).await?.look;
        let (mut xmin, mut pause) = (end.xmin, RELAY_EVERY);
        while xmin < end.own_xid && !self.stop.is_cancelled() {
            self.sleep(pause).await;
            pause = (pause * 2).min(GRACE_PAUSE_MAX);
            xmin = self.relay(mark).await?.look.xmin;
        }
        Ok(())
    }

    async fn keep_quiet(&self) -> Result<bool, DbError> {
        let client = self.pool.get().await?;
        let statement = client
            .prepare_cached(include_str!("../../sql/queries/engine/keep_quiet.sql"))
            .await?;
        Ok(client
            .query_one(&statement, &[&self.worker_id])
            .await?
            .try_get("is_ours")?)
    }

    async fn end_quiet(&self) -> Result<(), DbError> {
        let client = self.pool.get().await?;
        let statement = client
            .prepare_cached(include_str!("../../sql/queries/engine/end_quiet.sql"))
            .await?;
        client.execute(&statement, &[&self.worker_id]).await?;
        Ok(())
    }

    /// Announces what waits. The notifications ring this daemon's bells like everybody's.
    async fn relay(&self, mark: &mut Mark) -> Result<Relayed, DbError> {
        let client = self.pool.get().await?;
        let statement = client
            .prepare_cached(include_str!("../../sql/queries/engine/relay.sql"))
            .await?;
        let row = client.query_one(&statement, &[&mark.settled()]).await?;
        let look = Look {
            last_id: row.try_get("last_id")?,
            xmin: row.try_get("oldest_xid")?,
            own_xid: row.try_get("next_xid")?,
        };
        let statements = row.try_get("statements")?;
        if look.last_id > mark.settled() {
            mark.saw_all(look);
        }
        if statements > 0 {
            counts::woken(Cause::Relay);
        }
        Ok(Relayed { statements, look })
    }

    async fn sleep(&self, pause: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// What one relay found.
struct Relayed {
    statements: i64,
    look: Look,
}
