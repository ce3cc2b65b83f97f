//! From rows to a plan: who is introduced to whom, and why others are not. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::explain::Couple;
use super::load::{Crowd, Order, Relation};
use super::slots::slots;
use crate::matching::assign::{Assignment, Certificate, Pairs, Partner, Problem, TieBreak, assign};
use crate::matching::gate::{Gate, Ineligible};
use crate::matching::profile::{Profile, Unread};
use crate::matching::roster::{Roster, Row};
use crate::matching::score::Score;

/// What a run is going to write.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) pairs: Vec<PlannedPair>,
    pub(super) unplaced: Vec<Unplaced>,
    pub(super) unread: Vec<Unread>,
    pub(super) certificate: Certificate,
    /// People who can take part in pairs.
    pub(super) matchable: usize,
    /// SHA-256 of all that decided, in hex.
    pub(super) input_hash: String,
}

/// Two people who are going to be introduced.
#[derive(Debug, Serialize)]
pub(super) struct PlannedPair {
    pub(super) contractor1_id: i64,
    pub(super) contractor2_id: i64,
    pub(super) contractor1_name: String,
    pub(super) contractor2_name: String,
    #[serde(rename = "match_score")]
    pub(super) score: Option<f64>,
    pub(super) match_type: &'static str,
    #[serde(rename = "match_reason")]
    pub(super) reason: String,
    #[serde(rename = "match_criteria")]
    pub(super) criteria: Value,
    pub(super) slot: i16,
    pub(super) distance_miles: Option<f64>,
    pub(super) pinned: bool,
    /// What the text to each may say.
    #[serde(skip)]
    pub(super) data: [Value; 2],
}

/// Somebody who has nobody, and why.
#[derive(Debug, Serialize)]
pub(super) struct Unplaced {
    pub(super) contractor_id: i64,
    pub(super) name: String,
    pub(super) reason: String,
}

/// Pairs that are looked at for explanations, all people together.
const LOOKS_MAX: usize = 2_000_000;
/// And for one person at least.
const LOOKS_MIN: usize = 200;

/// Makes the plan.
pub(super) fn solve(order: &Order, crowd: &Crowd) -> Plan {
    let mut unread = Vec::new();
    let profiles: Vec<Profile> = crowd
        .people
        .iter()
        .map(|person| {
            let (profile, bad) = Profile::read(&person.raw, &crowd.vocabulary);
            unread.extend(bad);
            profile
        })
        .collect();
    let hall = Hall::new(order, crowd, &profiles);
    let chosen = hall.chosen(order);
    let mut pairs = hall.pins(order);
    pairs.extend(chosen.pairs.iter().map(|pair| (hall.who(pair.a), hall.who(pair.b), false)));
    let planned = hall.planned(order, &pairs);
    Plan {
        unplaced: hall.unplaced(order, &pairs, &chosen),
        matchable: hall.seated.len(),
        certificate: chosen.certificate,
        input_hash: input_hash(order, crowd),
        pairs: planned,
        unread,
    }
}

/// Everybody who is there, and who of them can be in a pair.
struct Hall<'a> {
    crowd: &'a Crowd,
    profiles: &'a [Profile],
    /// Where a person is in `profiles`, by id.
    place_of: HashMap<i64, usize>,
    /// Places of those who can be in a pair, rising.
    seated: Vec<usize>,
    /// Peers of each of them: those of before, and pinned ones.
    held: Vec<u8>,
    roster: Roster<'a>,
}

impl<'a> Hall<'a> {
    fn new(order: &'a Order, crowd: &'a Crowd, profiles: &'a [Profile]) -> Self {
        let place_of: HashMap<i64, usize> = profiles
            .iter()
            .enumerate()
            .map(|(place, profile)| (profile.id, place))
            .collect();
        let mut held: Vec<u8> = crowd.people.iter().map(|person| person.held).collect();
        for (a, b) in pinned(order, crowd, &place_of) {
            held[a] = held[a].saturating_add(1);
            held[b] = held[b].saturating_add(1);
        }
        let wanted = wanted(order);
        let seated: Vec<usize> = (0..profiles.len())
            .filter(|place| {
                let (person, profile) = (&crowd.people[*place], &profiles[*place]);
                let may = person.obstacle.is_none() && ineligible(profile).is_none();
                // Somebody late needs only those who have a place left.
                let has_room = held[*place] < order.params.max_matches;
                may && (has_room || wanted.as_ref().is_none_or(|ids| ids.contains(&profile.id)))
            })
            .collect();
        let seat_of: HashMap<i64, u32> = seated
            .iter()
            .zip(0..)
            .map(|(place, seat)| (profiles[*place].id, seat))
            .collect();
        let apart: Vec<(u32, u32, Gate)> = crowd
            .relations
            .iter()
            .filter_map(|(a, b, relation)| {
                let gate = match relation {
                    Relation::Apart(gate) => *gate,
                    Relation::MatchedHere | Relation::Pinned => Gate::MetBefore,
                };
                Some((*seat_of.get(a)?, *seat_of.get(b)?, gate))
            })
            .collect();
        let guests: Vec<&Profile> = seated.iter().map(|place| &profiles[*place]).collect();
        Self {
            roster: Roster::new(&guests, &order.params, &crowd.vocabulary, &apart),
            held: seated.iter().map(|place| held[*place]).collect(),
            crowd,
            profiles,
            place_of,
            seated,
        }
    }

    /// A seat's place.
    fn who(&self, seat: u32) -> usize {
        self.seated[seat as usize]
    }

    fn chosen(&self, order: &Order) -> Assignment {
        let ids: Vec<i64> = self.seated.iter().map(|place| self.profiles[*place].id).collect();
        let capacity: Vec<u8> = self
            .held
            .iter()
            .map(|held| order.params.max_matches.saturating_sub(*held))
            .collect();
        if ids.len() < 2 {
            return nobody(&self.held);
        }
        let salt = u64::from_ne_bytes(order.salt.to_ne_bytes());
        let wanted = wanted(order);
        let asked = ids
            .iter()
            .map(|id| wanted.as_ref().is_none_or(|wanted| wanted.contains(id)))
            .collect();
        assign(&Problem {
            pairs: &Asked {
                roster: &self.roster,
                asked,
            },
            capacity: &capacity,
            held: &self.held,
            second_match: order.params.second_match,
            ties: TieBreak { salt, ids: &ids },
        })
    }

    /// Pairs that the organiser wants, by place.
    fn pins(&self, order: &Order) -> Vec<(usize, usize, bool)> {
        let pinned = pinned(order, self.crowd, &self.place_of);
        pinned.into_iter().map(|(a, b)| (a, b, true)).collect()
    }

    fn planned(&self, order: &Order, pairs: &[(usize, usize, bool)]) -> Vec<PlannedPair> {
        let seat_of: HashMap<usize, usize> = self
            .seated
            .iter()
            .enumerate()
            .map(|(seat, place)| (*place, seat))
            .collect();
        let mut planned: Vec<PlannedPair> = pairs
            .iter()
            .map(|(a, b, pinned)| {
                let (a, b) = (*a.min(b), *a.max(b));
                let seats = seat_of.get(&a).zip(seat_of.get(&b));
                let parts = seats.map(|(a, b)| self.roster.components(*a, *b));
                let score = parts.as_ref().map(|parts| self.roster.total(parts));
                let couple = Couple {
                    one: (&self.profiles[a], &self.crowd.people[a].raw),
                    other: (&self.profiles[b], &self.crowd.people[b].raw),
                    parts,
                    score,
                    params: &order.params,
                };
                told(&couple, *pinned)
            })
            .collect();
        if order.spread {
            let scored: Vec<(i64, i64, u32)> = planned
                .iter()
                .map(|pair| {
                    let score = Score::from(pair.score.unwrap_or(1.0)).millionths();
                    (pair.contractor1_id, pair.contractor2_id, score)
                })
                .collect();
            let taken = self.crowd.people.iter().map(|p| (p.raw.id, p.taken.clone()));
            for (pair, slot) in planned.iter_mut().zip(slots(&scored, taken)) {
                pair.slot = slot;
            }
        }
        planned.sort_by_key(|pair| (pair.contractor1_id, pair.contractor2_id));
        planned
    }

    /// Who has nobody after this, and why.
    fn unplaced(
        &self,
        order: &Order,
        pairs: &[(usize, usize, bool)],
        chosen: &Assignment,
    ) -> Vec<Unplaced> {
        let placed: HashSet<usize> = pairs.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        let wanted = wanted(order);
        let alone: Vec<usize> = (0..self.profiles.len())
            .filter(|place| {
                let person = &self.crowd.people[*place];
                let asked = wanted.as_ref().is_none_or(|ids| ids.contains(&person.raw.id));
                asked && person.held == 0 && !placed.contains(place)
            })
            .collect();
        let crowded: HashMap<u32, usize> = chosen
            .crowds
            .iter()
            .flat_map(|crowd| crowd.people.iter().map(|person| (*person, crowd.partners.len())))
            .collect();
        let looks = (LOOKS_MAX / alone.len().max(1)).max(LOOKS_MIN);
        let reason = |place: usize| {
            let person = &self.crowd.people[place];
            if let Some(obstacle) = &person.obstacle {
                return obstacle.clone();
            }
            if let Some(why) = ineligible(&self.profiles[place]) {
                return why.to_string();
            }
            let Ok(seat) = self.seated.binary_search(&place) else {
                return "has the most introductions already".to_owned();
            };
            let partners = u32::try_from(seat).ok().and_then(|seat| crowded.get(&seat));
            match partners {
                Some(partners) if *partners > 0 => {
                    format!("could meet {partners} people only, whose places are all taken")
                }
                _ => self.gates(seat, looks),
            }
        };
        alone
            .into_iter()
            .map(|place| Unplaced {
                contractor_id: self.profiles[place].id,
                name: self.profiles[place].name.clone(),
                reason: reason(place),
            })
            .collect()
    }

    /// What keeps a person from the others, the most frequent first.
    fn gates(&self, seat: usize, looks: usize) -> String {
        let others = (0..self.seated.len()).filter(|other| *other != seat);
        let mut counts: BTreeMap<Gate, usize> = BTreeMap::new();
        let mut looked = 0;
        for other in others.take(looks) {
            looked += 1;
            if let Err(gate) = self.roster.judge(seat, other) {
                *counts.entry(gate).or_default() += 1;
            }
        }
        if looked == 0 {
            return "nobody else here can be matched".to_owned();
        }
        let mut counts: Vec<(Gate, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(gate, count)| (std::cmp::Reverse(*count), *gate));
        let said: Vec<String> = counts
            .iter()
            .map(|(gate, count)| format!("{count} {gate}"))
            .collect();
        if said.is_empty() {
            return "whoever qualifies has the most introductions already".to_owned();
        }
        format!("of {looked} others: {}", said.join(", "))
    }
}

/// Pairs of which at least one was asked for.
struct Asked<'a, 'b> {
    roster: &'a Roster<'b>,
    asked: Vec<bool>,
}

impl Pairs for Asked<'_, '_> {
    type Scratch = Row;

    fn people(&self) -> usize {
        self.roster.people()
    }

    fn partners(&self, person: usize, row: &mut Row, found: &mut Vec<Partner>) {
        self.roster.partners(person, row, found);
        if !self.asked[person] {
            found.retain(|partner| self.asked[partner.person as usize]);
        }
    }
}

fn wanted(order: &Order) -> Option<HashSet<i64>> {
    let ids = order.wanted.as_ref()?;
    Some(ids.iter().copied().collect())
}

/// Why a person takes part in no pair, by the profile.
fn ineligible(profile: &Profile) -> Option<Ineligible> {
    if profile.focus.is_empty() {
        Some(Ineligible::FocusUnknown)
    } else if profile.place.is_none() {
        Some(Ineligible::PlaceUnknown)
    } else {
        None
    }
}

/// Pairs that the organiser wants and that are not there yet, by place; blocked ones never.
fn pinned(order: &Order, crowd: &Crowd, place_of: &HashMap<i64, usize>) -> Vec<(usize, usize)> {
    let wanted = wanted(order);
    let settled: HashSet<(i64, i64)> = crowd
        .relations
        .iter()
        .filter(|(_, _, relation)| {
            matches!(
                relation,
                Relation::MatchedHere | Relation::Apart(Gate::Blocked | Gate::Forbidden)
            )
        })
        .map(|(a, b, _)| (*a, *b))
        .collect();
    let mut pins: Vec<(usize, usize)> = crowd
        .relations
        .iter()
        .filter(|(a, b, relation)| {
            let asked = wanted.as_ref().is_none_or(|ids| ids.contains(a) || ids.contains(b));
            *relation == Relation::Pinned && asked && !settled.contains(&(*a, *b))
        })
        .filter_map(|(a, b, _)| Some((*place_of.get(a)?, *place_of.get(b)?)))
        .filter(|(a, b)| [a, b].iter().all(|place| crowd.people[**place].obstacle.is_none()))
        .collect();
    pins.sort_unstable();
    pins.dedup();
    pins
}

fn told(couple: &Couple<'_>, pinned: bool) -> PlannedPair {
    PlannedPair {
        contractor1_id: couple.one.0.id,
        contractor2_id: couple.other.0.id,
        contractor1_name: couple.one.0.name.clone(),
        contractor2_name: couple.other.0.name.clone(),
        score: couple.score.map(Score::get),
        match_type: couple.match_type(),
        reason: couple.reason(),
        criteria: couple.criteria(),
        slot: 1,
        distance_miles: couple.miles(),
        pinned,
        data: [couple.personalization(true), couple.personalization(false)],
    }
}

/// The assignment of fewer than two people.
fn nobody(held: &[u8]) -> Assignment {
    let covered = held.iter().filter(|held| **held > 0).count();
    Assignment {
        pairs: Vec::new(),
        crowds: Vec::new(),
        certificate: Certificate {
            covered,
            coverable: covered,
            coverage_proved: true,
            with_two: held.iter().filter(|held| **held > 1).count(),
            total: 0,
            upper_bound: 0,
        },
    }
}

/// The same for the same rows, in whatever order they came.
fn input_hash(order: &Order, crowd: &Crowd) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{:?} {} {:?}", order.params, order.salt, order.wanted));
    // People come in order of id; relations in any.
    for person in &crowd.people {
        hash.update(format!("{:?} {:?} {}", person.raw, person.obstacle, person.held));
    }
    let mut relations: Vec<String> = crowd.relations.iter().map(|r| format!("{r:?}")).collect();
    relations.sort_unstable();
    hash.update(relations.join(" "));
    hash.update(format!("{:?}", crowd.vocabulary));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
