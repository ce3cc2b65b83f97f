//! Who has two accounts. Pure.
//!
//! A phone number or an e-mail address alone tells nothing: people of different companies share
//! the line of a franchise, an assistant's number or `info@…`, and an import fills gaps with one
//! and the same. It takes two of them, or one and the name; what many have tells nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::profile::{Profile, name};

/// A number that more people have is nobody's own. Accounts of one name are one person here.
const PEOPLE_MAX: usize = 2;
/// Nobody has more accounts than that: the name is made up, too.
const ACCOUNTS_MAX: usize = 8;

/// Pairs of accounts of one person, by id, the smaller first, sorted. Never through a third
/// account. Colleagues of different names who share all that their office has are two people.
pub(super) fn pairs<'a>(people: impl IntoIterator<Item = &'a Profile>) -> Vec<(i64, i64)> {
    let people: Vec<&Profile> = people.into_iter().collect();
    let keys = |person: &'a Profile| person.person_keys.iter().map(String::as_str);
    let mut held: Vec<(&str, usize)> = (0..)
        .zip(&people)
        .flat_map(|(place, person)| keys(person).map(move |key| (key, place)))
        .collect();
    held.sort_unstable();
    held.dedup();
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for holders in held.chunk_by(|(one, _), (other, _)| one == other) {
        if !tells(holders, &people) {
            continue;
        }
        for (nth, (_, one)) in holders.iter().enumerate() {
            for (_, other) in &holders[nth + 1..] {
                *shared.entry((*one, *other)).or_default() += 1;
            }
        }
    }
    let mut pairs: Vec<(i64, i64)> = shared
        .into_iter()
        .map(|((a, b), keys)| (people[a], people[b], keys))
        .filter(|(one, other, keys)| is_one_person(one, other, *keys))
        .map(|(one, other, _)| (one.id.min(other.id), one.id.max(other.id)))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// Whether a key says anything of those who have it.
fn tells(holders: &[(&str, usize)], people: &[&Profile]) -> bool {
    if !(2..=ACCOUNTS_MAX).contains(&holders.len()) {
        return false;
    }
    let names = holders
        .iter()
        .map(|(_, place)| name::folded(&people[*place].name));
    let (named, nameless): (Vec<_>, Vec<_>) = names.partition(Option::is_some);
    BTreeSet::from_iter(named).len() + nameless.len() <= PEOPLE_MAX
}

fn is_one_person(one: &Profile, other: &Profile, keys: usize) -> bool {
    let names = name::folded(&one.name).zip(name::folded(&other.name));
    let are_alike = names.is_some_and(|(one, other)| name::are_alike(&one, &other));
    let is_shared = |key: &String| other.company_keys.contains(key);
    are_alike || (keys > 1 && !one.company_keys.iter().any(is_shared))
}
