//! A failing event does not stop its batch: the work is repeated with halves down to the culprit.

use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures_util::FutureExt;

use crate::db::{Class, DbError, Transaction};

/// Work over a slice of a batch, the same for any split of it.
#[async_trait]
pub trait SliceWork<Item: Sync, Result_>: Send + Sync {
    /// Does the work of `items` through `tx`; an error means nothing of it may stay.
    async fn run(&self, tx: &Transaction<'_>, items: &[Item]) -> Result<Result_, DbError>;
}

/// What isolated work came to.
#[derive(Debug)]
pub struct Isolated<Result_> {
    /// What the slices that went through returned, in order.
    pub results: Vec<Result_>,
    /// The items that fail by themselves, by their place in the batch, and why.
    pub culprits: Vec<(usize, DbError)>,
}

/// Runs `work` over `items` inside `tx`, in savepoints, until every error is pinned to one item.
///
/// `blames` tells which errors can be an item's fault. One bad item among n costs about 2·log₂ n
/// repetitions; none costs one savepoint.
///
/// # Errors
/// An error that no item is to blame for (connection lost, deadlock, no rights, disk full): the
/// whole transaction must be given up and the batch tried later.
pub async fn isolate<Item, Result_>(
    tx: &mut Transaction<'_>,
    items: &[Item],
    work: &dyn SliceWork<Item, Result_>,
    blames: fn(&DbError) -> bool,
) -> Result<Isolated<Result_>, DbError>
where
    Item: Sync,
{
    let mut isolated = Isolated {
        results: Vec::new(),
        culprits: Vec::new(),
    };
    // Slices still to be done, the next one last. Never deeper than log₂ of the batch.
    let mut slices = vec![(0, items.len())];
    while let Some((from, to)) = slices.pop() {
        let savepoint = tx.savepoint("slice").await?;
        match run_caught(work, &savepoint, &items[from..to]).await {
            Ok(result) => {
                savepoint.commit().await?;
                isolated.results.push(result);
            }
            Err(error) if !blames(&error) => return Err(error),
            Err(error) => {
                savepoint.rollback().await?;
                if to - from == 1 {
                    isolated.culprits.push((from, error));
                } else {
                    let middle = from.midpoint(to);
                    slices.push((middle, to));
                    slices.push((from, middle));
                }
            }
        }
    }
    Ok(isolated)
}

/// A panic is an error of the slice that caused it, not the end of the daemon.
async fn run_caught<Item: Sync, Result_>(
    work: &dyn SliceWork<Item, Result_>,
    savepoint: &Transaction<'_>,
    slice: &[Item],
) -> Result<Result_, DbError> {
    match AssertUnwindSafe(work.run(savepoint, slice))
        .catch_unwind()
        .await
    {
        Ok(result) => result,
        Err(_) => Err(DbError::plain(
            Class::Bug,
            "The stage panicked on this event; the daemon's log says where. Please report it.",
        )),
    }
}

/// Whether an error of this class can be the fault of one item, should it not go away: a function
/// may raise a refusal, or a conflict, about a single one.
pub fn blames_whatever_can_be_an_item(error: &DbError) -> bool {
    blames_an_item(error) || matches!(error.class(), Class::Rights | Class::Conflict)
}

/// Whether an error of this class is the fault of one item of a batch, as far as can be told.
pub fn blames_an_item(error: &DbError) -> bool {
    match error.class() {
        Class::Data | Class::Bug => true,
        Class::Lost | Class::Conflict | Class::Rights | Class::ReadOnly | Class::Full => false,
    }
}
