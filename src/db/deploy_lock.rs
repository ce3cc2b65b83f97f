//! One deploy at a time: the advisory lock under which migrations and objects are applied.
//!
//! The migration library takes no lock of its own, and two deploys that create the same function at
//! once fail with "tuple concurrently updated". The second one waits here and then finds its work
//! done.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_postgres::Client;

use super::error::{Class, DbError};

/// Class and object of the lock: "pgca" and the first of our uses.
const KEY: (i32, i32) = (0x7067_6361, 1);
/// Longer than any deploy: reaching it means that another one hangs.
const WAIT_MAX: Duration = Duration::from_secs(600);
/// Between two looks.
const RETRY: Duration = Duration::from_millis(200);

const TRY_LOCK: &str = include_str!("../../sql/queries/db/try_lock.sql");
const TRY_LOCK_IN_TRANSACTION: &str =
    include_str!("../../sql/queries/db/try_lock_in_transaction.sql");
const UNLOCK: &str = include_str!("../../sql/queries/db/unlock.sql");
const LOCK_HOLDER: &str = include_str!("../../sql/queries/db/lock_holder.sql");
/// Has a deploy give way to writers whose tables it wants to change.
pub(super) const YIELD_TO_WRITERS: &str = include_str!("../../sql/queries/db/yield_to_writers.sql");

/// How long a deploy waits between its attempts to lock tables that writers use: a minute in all,
/// not counting the attempts.
pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    std::iter::repeat_n(Duration::from_millis(250), 240)
}

/// Takes the lock for the session.
pub(super) async fn take(client: &Client) -> Result<(), DbError> {
    wait(client, TRY_LOCK).await
}

/// Takes the lock until the open transaction ends.
pub(super) async fn take_in_transaction(
    transaction: &tokio_postgres::Transaction<'_>,
) -> Result<(), DbError> {
    wait(transaction.client(), TRY_LOCK_IN_TRANSACTION).await
}

/// Gives the session's lock back.
pub(super) async fn give_back(client: &Client) -> Result<(), DbError> {
    client.execute(UNLOCK, &[&KEY.0, &KEY.1]).await?;
    Ok(())
}

/// Tries until it succeeds, and says once that it waits.
async fn wait(client: &Client, attempt: &str) -> Result<(), DbError> {
    let mut said = false;
    let trying = async {
        while !client
            .query_one(attempt, &[&KEY.0, &KEY.1])
            .await?
            .try_get::<_, bool>(0)?
        {
            if !said {
                said = true;
                tracing::info!(
                    holder = holder(client).await?,
                    "another deploy is at work; waiting for it to end"
                );
            }
            sleep(RETRY).await;
        }
        Ok::<(), DbError>(())
    };
    match timeout(WAIT_MAX, trying).await {
        Ok(taken) => taken,
        Err(_) => Err(DbError::plain(
            Class::Conflict,
            format!(
                "another deploy ({}) has held the lock for {} s; end it with \
                 pg_terminate_backend and deploy again",
                holder(client).await?,
                WAIT_MAX.as_secs()
            ),
        )),
    }
}

/// Who holds the lock, for a person.
async fn holder(client: &Client) -> Result<String, DbError> {
    let rows = client.query(LOCK_HOLDER, &[&KEY.0, &KEY.1]).await?;
    match rows.first() {
        Some(row) => Ok(format!(
            "process {} {}",
            row.try_get::<_, i32>(0)?,
            row.try_get::<_, &str>(1)?
        )),
        None => Ok("a session that is just leaving".to_owned()),
    }
}
