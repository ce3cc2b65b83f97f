//! A match for everybody who can have one, at whatever price in score.
//!
//! Who lacks a match asks a possible partner for a place; a partner without a free one would have
//! to drop somebody; who can spare a match is dropped, and anybody else asks on. The search is
//! breadth first, so that few people move. When it ends without a place, it has proved that there
//! is none: the people it asked for can only meet the partners it saw, and all of these are full
//! with such people. That is the minimum cut of the covering flow (Babenko and Gusakov 2011), and
//! the explanation shown to an organiser.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use super::graph::Graph;
use super::matches::Matches;
use super::places::Places;
use super::{Pairs, Partner, number};
use crate::matching::joined::joined;

/// People who can only meet partners that are full, and cannot all be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// The people who compete, those left over included.
    pub people: Vec<u32>,
    /// Everybody whom they could meet.
    pub partners: Vec<u32>,
    /// Of the people, those who were left over.
    pub left_over: Vec<u32>,
}

/// Where the partners of a person are looked up.
pub(super) enum Source<'a, P: Pairs> {
    /// Among the pairs worth considering.
    Candidates(&'a Graph),
    /// Among all pairs.
    All(&'a P, P::Scratch, Vec<Partner>),
}

impl<P: Pairs> Source<'_, P> {
    fn partners(&mut self, person: u32) -> Vec<Partner> {
        let mut found: Vec<Partner> = match self {
            Self::Candidates(graph) => {
                let row = graph.row(person as usize).iter();
                row.map(|arc| Partner {
                    person: arc.to,
                    weight: arc.weight,
                })
                .collect()
            }
            Self::All(pairs, scratch, found) => {
                pairs.partners(person as usize, scratch, found);
                found.clone()
            }
        };
        // The better ones first, so that a forced match is the best of the forced ones.
        found.sort_by_key(|partner| (std::cmp::Reverse(partner.weight), partner.person));
        found
    }
}

/// What came of a search for places.
pub(super) struct Covered {
    /// Who compete for too few places.
    pub(super) crowds: Vec<Crowd>,
    /// For each place that was found who gave it; None: somebody had to ask on for it.
    pub(super) givers: Vec<Option<u32>>,
}

/// One search, and what earlier ones without success have ruled out.
struct Search {
    /// For each who asks because a place was taken from them: by whom, and whose place it was.
    asked_by: Vec<Option<(u32, Partner)>>,
    asks: Vec<bool>,
    /// Whose places were asked for.
    seen: Vec<bool>,
    /// How many people one search asks at most.
    asked_max: usize,
}

/// What came of asking one possible partner.
enum Reply {
    /// There is a place; somebody may have to be dropped for it, who can spare it.
    Place(Option<u32>),
    /// These would have to ask on.
    AskOn(Vec<u32>),
    /// Nothing to be had here.
    Nothing,
}

/// Gives everybody who has one match fewer than `least` another one, as far as that is possible
/// without taking anybody else below `least`. Returns the crowds that remain; they are complete
/// where `source` holds all pairs.
pub(super) fn cover<P: Pairs>(
    source: &mut Source<'_, P>,
    places: &Places<'_>,
    matches: &mut Matches,
    least: usize,
) -> Vec<Crowd> {
    let everybody: Vec<u32> = (0..number(places.people())).collect();
    cover_only(&everybody, source, places, matches, least, usize::MAX).crowds
}

/// The same for some people only; a search gives up when so many have been asked, and its crowd is
/// complete only where it did not.
pub(super) fn cover_only<P: Pairs>(
    wanted: &[u32],
    source: &mut Source<'_, P>,
    places: &Places<'_>,
    matches: &mut Matches,
    least: usize,
    asked_max: usize,
) -> Covered {
    let people = places.people();
    let mut givers = Vec::new();
    loop {
        let mut search = Search {
            asked_by: vec![None; people],
            asks: vec![false; people],
            seen: vec![false; people],
            asked_max,
        };
        let before = givers.len();
        let mut crowds = Vec::new();
        for root in wanted {
            let person = *root as usize;
            let lacks = places.matches(person, matches.count(person)) + 1 == least;
            if lacks && matches.has_place(places, person) && !search.asks[person] {
                match search.place(*root, source, places, matches, least) {
                    Ok(giver) => givers.push(giver),
                    Err(crowd) => crowds.push(crowd),
                }
            }
        }
        if givers.len() == before {
            let crowds = merged(crowds);
            return Covered { crowds, givers };
        }
    }
}

impl Search {
    /// Finds a place for somebody, or says why there is none. Returns whose place it is, None where
    /// somebody had to ask on.
    fn place<P: Pairs>(
        &mut self,
        root: u32,
        source: &mut Source<'_, P>,
        places: &Places<'_>,
        matches: &mut Matches,
        least: usize,
    ) -> Result<Option<u32>, Crowd> {
        let mut crowd = Crowd {
            people: vec![root],
            partners: Vec::new(),
            left_over: vec![root],
        };
        let mut seen = Vec::new();
        let mut queue = VecDeque::from([root]);
        self.asks[root as usize] = true;
        self.asked_by[root as usize] = None;
        while let Some(asking) = queue.pop_front() {
            if crowd.people.len() > self.asked_max {
                break;
            }
            for partner in source.partners(asking) {
                if matches.contain(asking as usize, partner.person) {
                    continue;
                }
                // Who asked first takes a place, too, and may have no second one to give.
                let person = partner.person as usize;
                if partner.person == root && matches.count(person) + 2 > places.capacity(person) {
                    crowd.partners.push(root);
                    continue;
                }
                match self.ask(person, places, matches, least) {
                    Reply::Place(dropped) => {
                        self.take(asking, partner, dropped, matches);
                        // Only what led nowhere stays ruled out.
                        crowd
                            .people
                            .iter()
                            .for_each(|person| self.asks[*person as usize] = false);
                        seen.into_iter()
                            .for_each(|center: u32| self.seen[center as usize] = false);
                        return Ok((asking == root).then_some(partner.person));
                    }
                    Reply::AskOn(people) => {
                        seen.push(partner.person);
                        for person in people {
                            self.asks[person as usize] = true;
                            self.asked_by[person as usize] = Some((asking, partner));
                            crowd.people.push(person);
                            queue.push_back(person);
                        }
                    }
                    Reply::Nothing => {}
                }
                crowd.partners.push(partner.person);
            }
        }
        Err(crowd)
    }

    fn ask(
        &mut self,
        center: usize,
        places: &Places<'_>,
        matches: &Matches,
        least: usize,
    ) -> Reply {
        if matches.has_place(places, center) {
            return Reply::Place(None);
        }
        // Who asks for a place because theirs was taken has none to give.
        if self.seen[center] || self.asks[center] {
            return Reply::Nothing;
        }
        self.seen[center] = true;
        let count = |partner: &Partner| {
            let person = partner.person as usize;
            places.matches(person, matches.count(person))
        };
        let spare = matches
            .of(center)
            .iter()
            .filter(|partner| count(partner) > least);
        if let Some(dropped) = spare.min_by_key(|partner| (partner.weight, partner.person)) {
            self.seen[center] = false;
            return Reply::Place(Some(dropped.person));
        }
        let on = matches.of(center).iter().filter(|partner| {
            let person = partner.person as usize;
            count(partner) == least && !self.asks[person] && !self.seen[person]
        });
        Reply::AskOn(on.map(|partner| partner.person).collect())
    }

    /// Gives the place of a partner to who asks, who thereby leaves a place to who asked before.
    fn take(&mut self, asking: u32, partner: Partner, dropped: Option<u32>, matches: &mut Matches) {
        if let Some(dropped) = dropped {
            matches.remove(partner.person, dropped);
        }
        let (mut person, mut taken) = (asking, partner);
        while let Some((before, place)) = self.asked_by[person as usize] {
            matches.remove(place.person, person);
            matches.add(person, taken.person, taken.weight);
            (person, taken) = (before, place);
        }
        matches.add(person, taken.person, taken.weight);
    }
}

/// Crowds that compete for the same partners are one, directly or through others.
fn merged(crowds: Vec<Crowd>) -> Vec<Crowd> {
    let sets = joined(crowds.iter().map(|crowd| &crowd.partners));
    let mut merged: BTreeMap<usize, Crowd> = BTreeMap::new();
    for (set, crowd) in sets.into_iter().zip(crowds) {
        match merged.entry(set) {
            Entry::Vacant(free) => {
                free.insert(crowd);
            }
            Entry::Occupied(mut same) => {
                let same = same.get_mut();
                same.people.extend(crowd.people);
                same.partners.extend(crowd.partners);
                same.left_over.extend(crowd.left_over);
            }
        }
    }
    let mut merged: Vec<Crowd> = merged.into_values().collect();
    for crowd in &mut merged {
        for list in [&mut crowd.people, &mut crowd.partners, &mut crowd.left_over] {
            list.sort_unstable();
            list.dedup();
        }
    }
    merged.sort_by_key(|crowd| crowd.left_over.first().copied());
    merged
}

impl Crowd {
    /// Whether the crowd proves that nobody more could be placed: no one competes for places who
    /// also has one to give. Only people who want a single match can do both.
    pub(super) fn proves(&self) -> bool {
        !self
            .people
            .iter()
            .any(|person| self.partners.binary_search(person).is_ok())
    }
}
