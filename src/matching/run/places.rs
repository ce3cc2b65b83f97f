//! Whose places are taken at an event: its matches, kept from run to run.

use std::collections::BTreeMap;

use super::load::Order;
use crate::db::{DbError, Transaction};

const PLACES: &str = include_str!("../../../sql/queries/matching/places_of_run.sql");

/// The matches of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// The two of each, by its number; None: it is over.
    matches: BTreeMap<i64, Option<(i64, i64)>>,
    /// How many that are not over each person has.
    held: BTreeMap<i64, usize>,
}

/// What rows say about matches that have changed.
#[derive(Debug)]
pub(super) struct Changed {
    /// Whether what was written is known by name.
    pub(super) is_known: bool,
    /// Number and the two, None where it is over or gone.
    rows: Vec<(i64, Option<(i64, i64)>)>,
}

/// The matches of an event that were written since (`seen` of a gathering), None: all. Nobody asks
/// where everybody is placed.
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
    let ones: Vec<Option<i64>> = row.try_get("ones")?;
    let others: Vec<Option<i64>> = row.try_get("others")?;
    let pairs = ones.into_iter().zip(others).zip(are_live);
    let pairs = pairs.map(|((one, other), is_live)| one.zip(other).filter(|_| is_live));
    Ok(Some(Changed {
        is_known: row.try_get("is_known")?,
        rows: ids.into_iter().zip(pairs).collect(),
    }))
}

impl Places {
    /// These with what has changed.
    pub(super) fn with(mut self, changed: &Changed) -> Self {
        for (id, pair) in &changed.rows {
            let former = self.matches.insert(*id, *pair).flatten();
            for held in former.iter().flat_map(|(one, other)| [one, other]) {
                let held = self.held.entry(*held).or_default();
                *held = held.saturating_sub(1);
            }
            for held in pair.iter().flat_map(|(one, other)| [one, other]) {
                *self.held.entry(*held).or_default() += 1;
            }
        }
        self
    }

    /// How many places of somebody are taken.
    pub(super) fn held(&self, id: i64) -> usize {
        self.held.get(&id).copied().unwrap_or_default()
    }

    /// The two of each match that is not over.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.matches.values().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(rows: &[(i64, Option<(i64, i64)>)]) -> Changed {
        let rows = rows.to_vec();
        let is_known = true;
        Changed { is_known, rows }
    }

    #[test]
    fn changes_are_taken_in() {
        let all = changed(&[(1, Some((7, 8))), (2, Some((7, 9)))]);
        let places = Places::default().with(&all);
        assert_eq!([7, 8, 9, 10].map(|id| places.held(id)), [2, 1, 1, 0]);
        let over_and_new = changed(&[(1, None), (3, Some((8, 9)))]);
        let places = places.with(&over_and_new);
        assert_eq!([7, 8, 9].map(|id| places.held(id)), [1, 1, 2]);
        assert!(places.pairs().eq([(7, 9), (8, 9)]));
        let again = places.clone().with(&over_and_new);
        assert_eq!(again, places, "told twice");
    }
}
