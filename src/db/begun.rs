//! A transaction that begins and asks its first question in one round trip.

use std::ops::Deref;

use futures_util::FutureExt;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::error::DbError;
use super::pool::{CLEANSE, PooledClient};

/// An open transaction on a session of its own, to which it dereferences for further statements.
///
/// Dropped without an end it is rolled back, as the driver does it: the word is sent, and nobody
/// waits for the answer.
pub struct Begun {
    session: PooledClient,
    is_over: bool,
}

impl Begun {
    /// Begins a transaction, runs `settings` and asks for the one row of `statement`. All three are
    /// sent before the first is answered, so that they cost one round trip.
    ///
    /// # Errors
    /// Whatever the database says to any of them; then the transaction is rolled back.
    pub async fn with_first(
        session: PooledClient,
        settings: &str,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<(Self, Row), DbError> {
        let statement = session.prepare_cached(statement).await?;
        let begun = Self {
            session,
            is_over: false,
        };
        let begin = format!("begin;\n{settings}");
        // In this order: a claim before its transaction would commit by itself.
        let (set, row) = tokio::join!(
            biased;
            begun.batch_execute(&begin),
            begun.query_one(&statement, parameters)
        );
        set?;
        Ok((begun, row?))
    }

    /// Commits, and takes back what a user's function may have set for the whole session.
    ///
    /// # Errors
    /// What the database says to the commit; when the line was lost, it is open whether it
    /// committed.
    pub async fn commit_and_cleanse(mut self) -> Result<(), DbError> {
        self.is_over = true;
        let (committed, cleansed) = tokio::join!(
            biased;
            self.batch_execute("commit"),
            self.batch_execute(CLEANSE)
        );
        committed?;
        if let Err(error) = cleansed {
            // The work is done all the same. A session that refuses this is hardly alive, and the
            // pool hands out no dead one.
            tracing::debug!(%error, "a session could not be cleansed");
        }
        Ok(())
    }
}

impl Deref for Begun {
    type Target = PooledClient;

    fn deref(&self) -> &PooledClient {
        &self.session
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.is_over {
            // Sent at the first poll.
            let _ = self.session.batch_execute("rollback").now_or_never();
        }
    }
}
