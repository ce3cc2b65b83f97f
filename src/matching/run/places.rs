//! Whose places are taken at an event: its matches, kept from run to run.

use std::collections::{BTreeMap, BTreeSet};

use super::load::Order;
use crate::db::{DbError, Transaction};

const PLACES: &str = include_str!("../../../sql/queries/matching/places_of_run.sql");

/// The matches of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// The two of each, by its number; None: it is over.
    matches: BTreeMap<i64, Option<(i64, i64)>>,
    /// The numbers of those that are not over, by person.
    held: BTreeMap<i64, BTreeSet<i64>>,
}

/// What rows say about matches that have changed.
#[derive(Debug)]
pub(super) struct Changed {
    /// Whether what was written is known by name.
    pub(super) is_known: bool,
    /// Number and the two, None where it is over or gone.
    pub(super) rows: Vec<(i64, Option<(i64, i64)>)>,
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
            for person in former.iter().flat_map(|(one, other)| [one, other]) {
                self.held.entry(*person).or_default().remove(id);
            }
            for person in pair.iter().flat_map(|(one, other)| [one, other]) {
                self.held.entry(*person).or_default().insert(*id);
            }
        }
        self
    }

    /// How many places of somebody are taken.
    pub(super) fn held(&self, id: i64) -> usize {
        self.held.get(&id).map_or(0, BTreeSet::len)
    }

    /// Who has so many matches or more, in order of id.
    pub(super) fn who_hold(&self, least: usize) -> impl Iterator<Item = i64> + '_ {
        let enough = self
            .held
            .iter()
            .filter(move |(_, held)| held.len() >= least);
        enough.map(|(id, _)| *id)
    }

    /// The two of each match of somebody that is not over.
    pub(super) fn pairs_of(&self, id: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let held = self.held.get(&id).into_iter().flatten();
        held.filter_map(|id| self.matches.get(id).copied().flatten())
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
        assert!(places.pairs_of(9).eq([(7, 9), (8, 9)]));
        assert!(places.pairs_of(10).eq([]));
        assert!(places.who_hold(1).eq([7, 8, 9]) && places.who_hold(2).eq([9]));
        let again = places.clone().with(&over_and_new);
        assert_eq!(again, places, "told twice");
    }
}
