//! Small changes to a plan that stands: somebody checks in late, leaves, says no; an organiser
//! forbids a pair.
//!
//! Nothing is solved again. Pairs that have been sent stay as they are; pairs that have not may be
//! moved, but only so that somebody who would meet nobody meets somebody.

use std::collections::BTreeSet;

use serde::Serialize;

use super::assign::{self, Pair, Problem, TieBreak};
use super::params::{Params, ParamsError};
use super::plan::{Constraints, CrowdOf, Introduction, Person, Present};
use super::profile::Vocabulary;
use super::roster::{Roster, Row};
use super::unplaced::Unplaced;

/// What is to be changed in the plan of an event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repair {
    /// New pairs, by their ids.
    pub added: Vec<Introduction>,
    /// Pairs of `movable` that are given up, by their ids, the smaller first.
    pub dropped: Vec<(i64, i64)>,
    /// For each place that one of the wanted got, up to the second, who gave it; None: somebody had
    /// to ask on for it.
    pub givers: Vec<Option<i64>>,
    /// Those of the wanted who meet nobody, with the reason, by id.
    pub unplaced: Vec<Unplaced>,
}

/// Places people in a plan that stands.
///
/// `people` are those who are there now, newcomers included. `constraints.kept` are pairs that must
/// stay (sent, pinned); `movable` those that have not been sent and are not in `constraints.met`.
/// A movable pair that must not be any more (one has left, it is forbidden now) is dropped, and who
/// remains of it is placed like those in `wanted`.
///
/// # Errors
/// Parameters that make no sense.
pub fn repair(
    people: &[Person],
    params: &Params,
    vocabulary: &Vocabulary,
    constraints: &Constraints,
    movable: &[(i64, i64)],
    wanted: &[i64],
    salt: u64,
) -> Result<Repair, ParamsError> {
    params.check()?;
    let present = Present::new(people, params, constraints);
    let roster = present.roster(params, vocabulary, constraints);
    let standing = Standing::new(&present, &roster, movable);
    let place = |id: &i64| present.place(*id);
    let left_out = present.left_out();
    let left_out = left_out.filter(|person| wanted.contains(&person.contractor_id));
    let mut unplaced: Vec<Unplaced> = left_out.collect();
    let wanted: Vec<u32> = wanted
        .iter()
        .filter_map(place)
        .chain(standing.bereft)
        .collect();
    let mended = assign::mend(
        &Problem {
            pairs: &roster,
            capacity: &present.capacity,
            held: &present.held,
            second_match: params.second_match,
            ties: TieBreak {
                salt,
                ids: &present.ids,
            },
        },
        &standing.pairs,
        &wanted,
    );
    let id = |person: u32| present.ids[person as usize];
    let mut dropped = standing.dropped;
    dropped.extend(mended.dropped.iter().map(|pair| (id(pair.a), id(pair.b))));
    dropped.sort_unstable();
    let still_there = |pair: &&Pair| mended.dropped.binary_search(pair).is_err();
    let met: BTreeSet<u32> = standing
        .pairs
        .iter()
        .filter(still_there)
        .chain(&mended.added)
        .flat_map(|pair| [pair.a, pair.b])
        .collect();
    let alone: BTreeSet<u32> = wanted
        .into_iter()
        .filter(|person| !met.contains(person) && present.held[*person as usize] == 0)
        .collect();
    let added = mended
        .added
        .iter()
        .map(|pair| present.introduction(&roster, params, pair.a as usize, pair.b as usize));
    let (crowds, mut row) = (CrowdOf::new(&mended.crowds), Row::default());
    unplaced.extend(alone.into_iter().map(|person| Unplaced {
        contractor_id: id(person),
        why: present.why_alone(person as usize, &crowds, &roster, &mut row),
    }));
    unplaced.sort_by_key(|unplaced| unplaced.contractor_id);
    Ok(Repair {
        added: added.collect(),
        dropped,
        givers: mended.givers.iter().map(|giver| giver.map(id)).collect(),
        unplaced,
    })
}

/// The movable pairs: those that may stand, those that may not, and who loses a match by that.
struct Standing {
    pairs: Vec<Pair>,
    dropped: Vec<(i64, i64)>,
    bereft: Vec<u32>,
}

impl Standing {
    fn new(present: &Present<'_>, roster: &Roster<'_>, movable: &[(i64, i64)]) -> Self {
        let mut standing = Self {
            pairs: Vec::new(),
            dropped: Vec::new(),
            bereft: Vec::new(),
        };
        let mut free: Vec<u8> = present.capacity.clone();
        let ordered = movable.iter().map(|(a, b)| (*a.min(b), *a.max(b)));
        for (one, other) in ordered.collect::<BTreeSet<_>>() {
            let places = (present.place(one), present.place(other));
            if let (Some(a), Some(b)) = places
                && let Ok(parts) = roster.judge(a as usize, b as usize)
                && free[a as usize] > 0
                && free[b as usize] > 0
            {
                let weight = roster.total(&parts).millionths();
                standing.pairs.push(Pair { a, b, weight });
                free[a as usize] -= 1;
                free[b as usize] -= 1;
            } else {
                standing.dropped.push((one, other));
                standing
                    .bereft
                    .extend([places.0, places.1].into_iter().flatten());
            }
        }
        standing
    }
}
