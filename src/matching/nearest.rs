//! Of many people those who suit a few best, so that not everybody has to be read for them. Pure.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::assign::Partner;
use super::params::Params;
use super::profile::{Profile, Vocabulary};
use super::roster::{Roster, Row};

/// For each of the wanted the best `most` of a pool, in the order of an assignment: by score, then
/// by id, and whoever ties with the last; also whether anybody is left out who would suit, only
/// less. `pool` is in order of id, the wanted may be in it. Rows of a database that keep two people
/// apart are not known here.
pub(super) fn nearest<'a>(
    wanted: &[&'a Profile],
    pool: impl Iterator<Item = &'a Profile>,
    params: &'a Params,
    vocabulary: &Vocabulary,
    most: usize,
) -> (BTreeSet<i64>, bool) {
    let takes_part = |person: &&Profile| person.place.is_some() && !person.focus.is_empty();
    let is_wanted = |id: i64| wanted.iter().any(|person| person.id == id);
    let mut people: Vec<&Profile> = wanted.iter().copied().filter(takes_part).collect();
    let asking = people.len();
    people.extend(
        pool.filter(takes_part)
            .filter(|person| !is_wanted(person.id)),
    );
    let roster = Roster::new(&people, params, vocabulary, &[]);
    let (mut nearest, mut row) = (BTreeSet::new(), Row::default());
    let mut leaves_out = false;
    let mut found: Vec<Partner> = Vec::new();
    for person in 0..asking {
        roster.partners_unsorted(person, &mut row, &mut found);
        if found.len() > most && most > 0 {
            found.select_nth_unstable_by_key(most - 1, |partner| Reverse(partner.weight));
            let least = found[most - 1].weight;
            let suit = found.len();
            found.retain(|partner| partner.weight >= least);
            leaves_out |= found.len() < suit;
        }
        let ids = found
            .iter()
            .map(|partner| people[partner.person as usize].id);
        nearest.extend(ids);
    }
    (nearest, leaves_out)
}
