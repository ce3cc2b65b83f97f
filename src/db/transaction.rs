//! A named transaction that repeats itself when another one was in the way, and for nothing else.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use tokio_postgres::IsolationLevel;

use super::error::{Class, DbError};
use super::pool::Pool;

/// An open transaction, with `prepare_cached` for statements that run more than once.
pub type Transaction<'a> = deadpool_postgres::Transaction<'a>;

/// How often a transaction is repeated. Five repetitions settle every queue of lockers that fits in
/// our pools; more would hide a lock order that is wrong.
const REPETITIONS_MAX: u32 = 5;
/// The first pause; doubled each time, and then a random part of it, so that two transactions that
/// met once do not meet again.
const PAUSE: Duration = Duration::from_millis(5);

/// An error type in which a database error can be found again.
pub trait AsDbError: From<DbError> {
    /// The class of the database error that caused this one, if one did.
    fn db_class(&self) -> Option<Class>;
}

impl AsDbError for DbError {
    fn db_class(&self) -> Option<Class> {
        Some(self.class())
    }
}

impl AsDbError for anyhow::Error {
    fn db_class(&self) -> Option<Class> {
        self.chain().find_map(|cause| {
            let ours = cause.downcast_ref::<DbError>().map(DbError::class);
            let driver = cause.downcast_ref::<tokio_postgres::Error>();
            ours.or_else(|| {
                driver
                    .and_then(|error| error.code())
                    .map(super::error::classify)
            })
        })
    }
}

/// The transaction as the work sees it; dereferences to [`Transaction`].
///
/// The second lifetime is that of everything the work borrows from its surroundings. It outlives
/// the transaction, which is what lets the work be a plain closure over references and its future
/// still be `Send`. (An `AsyncFn` bound cannot say the latter.)
#[derive(Clone, Copy)]
pub struct Scope<'t, 'e: 't>(&'t Transaction<'t>, PhantomData<&'t &'e ()>);

impl<'t> Deref for Scope<'t, '_> {
    type Target = Transaction<'t>;

    fn deref(&self) -> &Transaction<'t> {
        self.0
    }
}

/// What the work returns.
pub type Working<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// Runs `work` in one READ COMMITTED transaction and commits it; an error rolls everything back.
///
/// ```ignore
/// let claimed = in_transaction(&pool, "claim", |tx| {
///     Box::pin(async move { claim(&tx, stage, batch_size_max).await })
/// })
/// .await?;
/// ```
///
/// A serialization failure (40001) or a deadlock (40P01) runs `work` again in a new transaction, up
/// to five times, so `work` must do nothing outside the database. A connection lost during the
/// commit leaves open whether it happened; it is reported and never repeated.
///
/// `name` says in the log which transaction it was.
///
/// # Errors
/// The error of `work`, or of the pool, or of the commit.
pub async fn in_transaction<'e, T, E, F>(pool: &Pool, name: &'static str, work: F) -> Result<T, E>
where
    T: Send + 'e,
    E: AsDbError + Send + 'e,
    F: for<'t> Fn(Scope<'t, 'e>) -> Working<'t, T, E> + Send + Sync + 'e,
{
    let mut repetition = 0;
    loop {
        let error = match attempt(pool, &work).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if error.db_class() != Some(Class::Conflict) || repetition == REPETITIONS_MAX {
            return Err(error);
        }
        repetition += 1;
        tracing::debug!(
            transaction.name = name,
            repetition,
            "another transaction was in the way"
        );
        tokio::time::sleep(pause(repetition)).await;
    }
}

/// One transaction from begin to commit.
async fn attempt<'e, T, E, F>(pool: &Pool, work: &F) -> Result<T, E>
where
    T: 'e,
    E: AsDbError + 'e,
    F: for<'t> Fn(Scope<'t, 'e>) -> Working<'t, T, E> + 'e,
{
    let mut client = pool.get().await?;
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::ReadCommitted)
        .start()
        .await
        .map_err(DbError::from)?;
    let value = work(Scope(&transaction, PhantomData)).await?;
    transaction.commit().await.map_err(DbError::from)?;
    Ok(value)
}

/// Between half and the whole of the doubled pause.
fn pause(repetition: u32) -> Duration {
    let whole = PAUSE * 2_u32.pow(repetition);
    whole.mul_f64(0.5 + 0.5 * fastrand::f64())
}
