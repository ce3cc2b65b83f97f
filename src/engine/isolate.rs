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

/// How a batch is taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Which errors can be an item's fault.
    pub blames: fn(&DbError) -> bool,
    /// Whether constraints that wait for the commit are checked after each slice. There nobody
    /// could tell any more whose fault it is.
    pub checks_constraints: bool,
    /// After so many time-outs what is left stays undone, so that the transaction comes to an end;
    /// None: everything is done however long it takes.
    pub timeouts_max: Option<u32>,
    /// Whether the server is taken to be at fault when it seems unwell for one item after the
    /// other.
    pub spares_items: bool,
}

impl Terms {
    /// Everything is done, and `blames` tells which errors can be an item's fault.
    pub fn all(blames: fn(&DbError) -> bool, checks_constraints: bool) -> Self {
        Self {
            blames,
            checks_constraints,
            timeouts_max: None,
            spares_items: true,
        }
    }
}

/// So many items that fail by what may be the server's fault, and none that goes through, are not
/// to blame.
const HOPELESS: usize = 8;

/// What isolated work came to.
#[derive(Debug)]
pub struct Isolated<Result_> {
    /// What the slices that went through returned, in order.
    pub results: Vec<Result_>,
    /// The items that fail by themselves, by their place in the batch, and why.
    pub culprits: Vec<(usize, DbError)>,
    /// Items that nothing was done with, by their place, because others took too long.
    pub left: Vec<usize>,
    timeouts: u32,
}

impl<Result_> Isolated<Result_> {
    /// Whether to leave the rest; never before something is known, or nothing would ever be.
    fn is_out_of_time(&self, terms: Terms) -> bool {
        let is_known = !self.results.is_empty() || !self.culprits.is_empty();
        is_known && terms.timeouts_max.is_some_and(|max| self.timeouts >= max)
    }

    /// Whether the server seems to be at fault, not the items.
    fn is_hopeless(&self, items: usize) -> bool {
        self.results.is_empty()
            && self.culprits.len() >= items.clamp(2, HOPELESS)
            && self.culprits.iter().all(|(_, error)| is_servers(error))
    }
}

/// Runs `work` over `items` inside `tx`, in savepoints, until every error is pinned to one item.
///
/// One bad item among n costs about 2·log₂ n repetitions; none costs one savepoint.
///
/// # Errors
/// An error that no item is to blame for (connection lost, deadlock, no rights, disk full): the
/// whole transaction must be given up and the batch tried later.
pub async fn isolate<Item, Result_>(
    tx: &mut Transaction<'_>,
    items: &[Item],
    work: &dyn SliceWork<Item, Result_>,
    terms: Terms,
) -> Result<Isolated<Result_>, DbError>
where
    Item: Sync,
{
    let mut isolated = Isolated {
        results: Vec::new(),
        culprits: Vec::new(),
        left: Vec::new(),
        timeouts: 0,
    };
    // Slices still to be done, the next one last. Never deeper than log₂ of the batch.
    let mut slices = vec![(0, items.len())];
    while let Some((from, to)) = slices.pop() {
        if isolated.is_out_of_time(terms) {
            isolated.left.extend(from..to);
            continue;
        }
        let savepoint = tx.savepoint("slice").await?;
        match run_checked(work, &savepoint, &items[from..to], terms).await {
            Ok(result) => {
                savepoint.commit().await?;
                isolated.results.push(result);
            }
            Err(error) if !(terms.blames)(&error) => return Err(error),
            Err(error) => {
                savepoint.rollback().await?;
                isolated.timeouts += u32::from(error.is_timeout());
                if to - from > 1 {
                    let middle = from.midpoint(to);
                    slices.push((middle, to));
                    slices.push((from, middle));
                    continue;
                }
                isolated.culprits.push((from, error));
                if terms.spares_items
                    && isolated.is_hopeless(items.len())
                    && let Some((_, error)) = isolated.culprits.pop()
                {
                    return Err(error);
                }
            }
        }
    }
    Ok(isolated)
}

/// The work of a slice, and the word of constraints that would wait for the commit.
async fn run_checked<Item: Sync, Result_>(
    work: &dyn SliceWork<Item, Result_>,
    savepoint: &Transaction<'_>,
    slice: &[Item],
    terms: Terms,
) -> Result<Result_, DbError> {
    let result = run_caught(work, savepoint, slice).await?;
    if terms.checks_constraints {
        let check = include_str!("../../sql/queries/engine/check_constraints.sql");
        savepoint.batch_execute(check).await?;
    }
    Ok(result)
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
/// may raise a refusal, a conflict, or that something is full about a single one.
pub fn blames_whatever_can_be_an_item(error: &DbError) -> bool {
    error.class() != Class::Lost
}

/// Whether an error says that the server is not well, whoever raised it.
fn is_servers(error: &DbError) -> bool {
    matches!(error.class(), Class::Full | Class::ReadOnly)
}

/// Whether an error of this class is the fault of one item of a batch, as far as can be told.
pub fn blames_an_item(error: &DbError) -> bool {
    match error.class() {
        Class::Data | Class::Bug => true,
        Class::Lost | Class::Conflict | Class::Rights | Class::ReadOnly | Class::Full => false,
    }
}
