//! A session that a stage keeps from batch to batch.
//!
//! What a session has compiled and planned is its own: where a stage needs much of that now and
//! then, each session of a pool would do it once, while somebody waits.

use tokio::sync::{Mutex, MutexGuard};

use crate::db::{DbError, Pool, PooledClient};

/// Of fewer sessions none is kept: others want them.
const POOL_MIN: usize = 8;

/// A stage's own session, shared by its runners: one works with it, others with those of the pool.
pub struct KeptSession {
    is_wanted: bool,
    slot: Mutex<Option<PooledClient>>,
}

/// A session for one batch. Dropped it goes to the pool, as after an error it should.
pub struct Lent<'a> {
    /// To work with.
    pub client: PooledClient,
    slot: Option<MutexGuard<'a, Option<PooledClient>>>,
    was_kept: bool,
}

impl KeptSession {
    /// `is_wanted`: else each batch has the session that the pool gives it.
    pub fn new(is_wanted: bool, pool: &Pool) -> Self {
        Self {
            is_wanted: is_wanted && pool.usage().most >= POOL_MIN,
            slot: Mutex::default(),
        }
    }

    /// The stage's own session where there is one that nobody works with, else one of the pool.
    ///
    /// # Errors
    /// Whatever the pool says.
    pub async fn lend(&self, pool: &Pool) -> Result<Lent<'_>, DbError> {
        let mut slot = self.slot.try_lock().ok().filter(|_| self.is_wanted);
        let kept = slot.as_mut().and_then(|slot| slot.take());
        let kept = kept.filter(|session| !session.is_closed());
        Ok(Lent {
            was_kept: kept.is_some(),
            client: match kept {
                Some(session) => session,
                None => pool.get().await?,
            },
            slot,
        })
    }
}

impl Lent<'_> {
    /// The batch is over. A session in which nothing was done is not worth keeping.
    pub fn give_back(self, has_worked: bool) {
        if let Some(mut slot) = self.slot
            && (has_worked || self.was_kept)
        {
            *slot = Some(self.client);
        }
    }
}
