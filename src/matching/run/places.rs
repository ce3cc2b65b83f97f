//! Whose places are taken at an event: its matches that are not over, kept from run to run.

use std::collections::BTreeMap;

use super::load::Order;
use crate::db::{DbError, Transaction};

const PLACES: &str = include_str!("../../../sql/queries/matching/places_of_run.sql");

/// The matches of an event that are not over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// The two of each, by its number.
    pairs: BTreeMap<i64, (i64, i64)>,
    /// How many each person has.
    held: BTreeMap<i64, usize>,
}

/// What rows say about matches that have changed.
#[derive(Debug)]
pub(super) struct Changed {
    /// How many matches are not over, those that have not changed included.
    live: i64,
    /// Number, the two, and whether it is not over.
    rows: Vec<(i64, (i64, i64), bool)>,
}

/// The matches of an event that have changed since a transaction (`seen` of a gathering), None:
/// all that are not over. Nobody asks where everybody is placed.
pub(super) async fn changed(
    tx: &Transaction<'_>,
    order: &Order,
    since: Option<&str>,
) -> Result<Option<Changed>, DbError> {
    if order.wanted.is_none() {
        return Ok(None);
    }
    let statement = tx.prepare_cached(PLACES).await?;
    let row = tx.query_one(&statement, &[&order.event_id, &since]).await?;
    let (ids, are_live): (Vec<i64>, Vec<bool>) = (row.try_get("ids")?, row.try_get("are_live")?);
    let (ones, others): (Vec<i64>, Vec<i64>) = (row.try_get("ones")?, row.try_get("others")?);
    let pairs = ones.into_iter().zip(others).zip(are_live);
    let rows = ids.into_iter().zip(pairs);
    Ok(Some(Changed {
        live: row.try_get("live")?,
        rows: rows
            .map(|(id, (pair, is_live))| (id, pair, is_live))
            .collect(),
    }))
}

impl Places {
    /// These with what has changed; None: rows were deleted meanwhile, and all is to be read anew.
    pub(super) fn with(mut self, changed: &Changed) -> Option<Self> {
        for (id, (one, other), is_live) in &changed.rows {
            if let Some((one, other)) = self.pairs.remove(id) {
                self.count(one, |held| held.saturating_sub(1));
                self.count(other, |held| held.saturating_sub(1));
            }
            if *is_live {
                self.pairs.insert(*id, (*one, *other));
                self.count(*one, |held| held + 1);
                self.count(*other, |held| held + 1);
            }
        }
        let is_all = i64::try_from(self.pairs.len()) == Ok(changed.live);
        is_all.then_some(self)
    }

    fn count(&mut self, id: i64, change: impl FnOnce(usize) -> usize) {
        let held = self.held.entry(id).or_default();
        *held = change(*held);
    }

    /// How many places of somebody are taken.
    pub(super) fn held(&self, id: i64) -> usize {
        self.held.get(&id).copied().unwrap_or_default()
    }

    /// The two of each match.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.pairs.values().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(live: i64, rows: &[(i64, (i64, i64), bool)]) -> Changed {
        let rows = rows.to_vec();
        Changed { live, rows }
    }

    #[test]
    fn changes_are_taken_in_and_what_was_deleted_is_noticed() {
        let all = changed(2, &[(1, (7, 8), true), (2, (7, 9), true)]);
        let places = Places::default().with(&all).unwrap();
        assert_eq!([7, 8, 9, 10].map(|id| places.held(id)), [2, 1, 1, 0]);
        let over_and_new = changed(2, &[(1, (7, 8), false), (3, (8, 9), true)]);
        let places = places.with(&over_and_new).unwrap();
        assert_eq!([7, 8, 9].map(|id| places.held(id)), [1, 1, 2]);
        assert!(places.pairs().eq([(7, 9), (8, 9)]));
        let again = places.clone().with(&over_and_new);
        assert_eq!(again.as_ref(), Some(&places), "told twice");
        assert_eq!(places.with(&changed(1, &[])), None);
    }
}
