//! Whom a run for a few people has to look at. Pure.
//!
//! Of thousands at an event nobody matters to a late guest but who would suit and has a place, and
//! where nobody has, who would suit best and those to whom they are promised. The decision over
//! these is the one over everybody: where dozens of the best are kept from the guest by rows of the
//! database, so that places stay empty, everybody is looked at.

use std::collections::BTreeSet;

use super::known::Gathering;
use super::load::Order;
use super::places::Places;
use crate::matching::nearest::Search;
use crate::matching::params::FocusMeasure;
use crate::matching::profile::Profile;

/// For more people than that the circle of each is no longer small beside the event.
const FEW: usize = 16;
/// People of whom one is looked for, beyond three for every other who is wanted.
const SUITING_MAX: usize = 48;

/// Whom to look at.
#[derive(Debug)]
pub(super) struct Circle {
    /// Sorted.
    pub(super) ids: Vec<i64>,
    /// Others would suit, too, only less.
    pub(super) leaves_out: bool,
}

/// Those of the wanted who are there, who has a place for one of them, and who is pinned to them.
pub(super) fn of_free(order: &Order, gathering: &Gathering, wanted: &[i64]) -> Circle {
    let most = usize::from(order.params.max_matches);
    let places = gathering.places.as_ref();
    let is_free = |id: &i64| places.is_none_or(|places| places.held(*id) < most);
    let free = gathering.people.iter().filter(|(id, _)| is_free(id));
    let free = free.map(|(_, who)| &who.profile);
    let asking = profiles(gathering, wanted);
    let (mut ids, leaves_out) = match is_local(order, wanted) {
        true => search(order, gathering, &asking, &[]).nearest(free),
        false => (free.map(|profile| profile.id).collect(), false),
    };
    ids.extend(wanted.iter().chain(&order.pinned));
    Circle {
        ids: there(gathering, &ids),
        leaves_out,
    }
}

/// Whether one of these, who are wanted and can be introduced, has a place left beside what is
/// taken and what is new.
pub(super) fn has_room(
    order: &Order,
    gathering: &Gathering,
    new: &[(i64, i64)],
    mut wanted: impl Iterator<Item = i64>,
) -> bool {
    let most = usize::from(order.params.max_matches);
    let places = gathering.places.as_ref();
    let held = |id: i64| {
        let with_new = new.iter().filter(|(a, b)| *a == id || *b == id).count();
        places.map_or(0, |places| places.held(id)) + with_new
    };
    wanted.any(|id| held(id) < most)
}

/// Those who would suit the wanted best, whoever has a place; None: a search among few would not
/// do.
pub(super) fn of_best(order: &Order, gathering: &Gathering, wanted: &[i64]) -> Option<Vec<i64>> {
    if !is_local(order, wanted) {
        return None;
    }
    let everybody = gathering.people.values().map(|who| &who.profile);
    let wanted = profiles(gathering, wanted);
    let ids: BTreeSet<i64> = wanted.iter().map(|profile| profile.id).collect();
    let others = gathering.who_has_something_in_common(ids);
    let bystanders: Vec<&Profile> = others.iter().map(|who| &who.profile).collect();
    let best = search(order, gathering, &wanted, &bystanders).best(everybody);
    Some(best.into_iter().collect())
}

/// The circle with others, and with whoever is promised to one of these.
pub(super) fn with_peers(gathering: &Gathering, circle: &[i64], others: &[i64]) -> Vec<i64> {
    let mut ids: BTreeSet<i64> = circle.iter().chain(others).copied().collect();
    for (a, b) in gathering.places.iter().flat_map(Places::pairs) {
        if others.binary_search(&a).is_ok() || others.binary_search(&b).is_ok() {
            ids.extend([a, b]);
        }
    }
    there(gathering, &ids)
}

/// How rare a focus area is can only be said of everybody.
fn is_local(order: &Order, wanted: &[i64]) -> bool {
    wanted.len() <= FEW && order.params.focus_measure == FocusMeasure::Jaccard
}

fn search<'a>(
    order: &'a Order,
    gathering: &'a Gathering,
    wanted: &'a [&'a Profile],
    bystanders: &'a [&'a Profile],
) -> Search<'a> {
    Search {
        wanted,
        bystanders,
        params: &order.params,
        vocabulary: &gathering.vocabulary,
        most: SUITING_MAX + 3 * wanted.len(),
    }
}

fn profiles<'a>(gathering: &'a Gathering, ids: &[i64]) -> Vec<&'a Profile> {
    let profile = |id: &i64| Some(&gathering.people.get(id)?.profile);
    ids.iter().filter_map(profile).collect()
}

fn there(gathering: &Gathering, ids: &BTreeSet<i64>) -> Vec<i64> {
    let is_there = |id: &&i64| gathering.people.contains_key(id);
    ids.iter().filter(is_there).copied().collect()
}
