//! How people become classes: who shares a company, which trades complete which,
//! who is kept apart.

use std::collections::BTreeMap;

use super::classes::{TagSet, classes, number_tags};
use crate::matching::assign::number;
use crate::matching::gate::Gate;
use crate::matching::joined::joined;
use crate::matching::profile::{Profile, Trade, Vocabulary};
use crate::matching::score;

/// A set of trades, and the set of trades that complete one of them.
#[derive(Debug)]
pub(super) struct Trades {
    pub(super) own: TagSet,
    pub(super) completing: TagSet,
}

/// How much each focus area counts, by its number.
pub(super) fn weights_of(areas: &BTreeMap<&str, (u32, usize)>, people: usize) -> Vec<u32> {
    let mut weights = vec![0; areas.len()];
    for (place, holders) in areas.values() {
        weights[*place as usize] = score::rarity(*holders, people);
    }
    weights
}

/// What tells two businesses of different size apart.
pub(super) fn scale_key(profile: &Profile) -> [Option<[u64; 2]>; 2] {
    let bits = |(low, high): (f64, f64)| [low.to_bits(), high.to_bits()];
    [
        profile
            .revenue
            .as_ref()
            .map(|revenue| bits(revenue.ends_usd())),
        profile.team.as_ref().map(|team| bits(team.ends())),
    ]
}

pub(super) fn trade_sets(people: &[&Profile], vocabulary: &Vocabulary) -> (Vec<Trades>, Vec<u32>) {
    let numbers = number_tags(people.iter().flat_map(|p| p.trades.iter().map(Trade::key)));
    let numbered = |key: &str| numbers.get(key).map(|(place, _)| *place);
    let mut completing: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (a, b) in &vocabulary.complementary_trades {
        if let (Some(a), Some(b)) = (numbered(a), numbered(b)) {
            completing.entry(a).or_default().push(b);
            completing.entry(b).or_default().push(a);
        }
    }
    let tags = |p: &&Profile| {
        p.trades
            .iter()
            .filter_map(|trade| numbered(trade.key()))
            .collect()
    };
    let (distinct, class_of) = classes(people.iter().map(tags), Vec::<u32>::clone);
    let sets = distinct.into_iter().map(|tags| Trades {
        completing: TagSet::new(
            tags.iter()
                .filter_map(|tag| completing.get(tag))
                .flatten()
                .copied()
                .collect(),
        ),
        own: TagSet::new(tags),
    });
    (sets.collect(), class_of)
}

/// For each person a number that those have in common who share the name, website or parent of a
/// company, directly or through others.
pub(super) fn companies<'a>(people: impl Iterator<Item = &'a Profile>) -> Vec<u32> {
    let sets = joined(people.map(|person| &person.company_keys));
    sets.into_iter().map(number).collect()
}

/// Both directions of every pair, sorted; the first reason of several wins.
pub(super) fn sorted_apart(people: usize, pairs: &[(u32, u32, Gate)]) -> Vec<Vec<(u32, Gate)>> {
    let mut lists: Vec<Vec<(u32, Gate)>> = vec![Vec::new(); people];
    for (a, b, gate) in pairs {
        for (one, other) in [(*a, *b), (*b, *a)] {
            if let Some(list) = lists.get_mut(one as usize) {
                list.push((other, *gate));
            }
        }
    }
    for list in &mut lists {
        list.sort_unstable();
        list.dedup_by_key(|(other, _)| *other);
    }
    lists
}
