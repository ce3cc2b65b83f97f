//! From rows to a plan: who is introduced to whom, and why others are not. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::doubles;
use super::known::Understood;
use super::load::{Attendee, Crowd, Order, Relation};
use super::slots::slots;
use crate::matching::assign::Certificate;
use crate::matching::gate::Gate;
use crate::matching::params::{Params, ParamsError};
use crate::matching::plan::{Constraints, Introduction, Person, introduction, plan};
use crate::matching::profile::Unread;
use crate::matching::repair::repair;
use crate::matching::roster::Roster;
use crate::matching::same_person;
use crate::matching::score::Score;
use crate::matching::unplaced::{Unplaced, Why};

/// What a run is going to write.
#[derive(Debug, Default)]
pub(super) struct Decision {
    pub(super) pairs: Vec<NewPair>,
    /// Unsent pairs that are given up for somebody who would meet nobody.
    pub(super) dropped: Vec<(i64, i64)>,
    /// Who gave the wanted their first two places; None: somebody had to ask on.
    pub(super) givers: Vec<Option<i64>>,
    pub(super) alone: Vec<Alone>,
    /// Somebody of whom enough is known has nobody.
    pub(super) leaves_somebody_alone: bool,
    pub(super) unread: Vec<Unread>,
    /// None: only some people were placed.
    pub(super) certificate: Option<Certificate>,
    /// People who can be in a pair as far as texts go.
    pub(super) matchable: usize,
    pub(super) input_hash: Option<String>,
    /// Who is there twice; None: nobody.
    pub(super) doubles: Option<String>,
}

impl Decision {
    /// The two of each new pair.
    pub(super) fn ids_of_pairs(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let pairs = self.pairs.iter();
        pairs.map(|pair| (pair.contractor1_id, pair.contractor2_id))
    }
}

/// Two people who are going to be introduced.
#[derive(Debug, Serialize)]
pub(super) struct NewPair {
    pub(super) contractor1_id: i64,
    pub(super) contractor2_id: i64,
    pub(super) contractor1_name: String,
    pub(super) contractor2_name: String,
    /// None of a pinned pair of which too little is known.
    pub(super) match_score: Option<f64>,
    pub(super) match_type: &'static str,
    pub(super) match_reason: String,
    pub(super) match_criteria: Value,
    pub(super) distance_miles: Option<f64>,
    pub(super) slot: i16,
    pub(super) pinned: bool,
    /// What the text to each may say.
    #[serde(skip)]
    pub(super) data: [Value; 2],
}

/// Somebody who has nobody, and why.
#[derive(Debug, Serialize)]
pub(super) struct Alone {
    contractor_id: i64,
    name: String,
    reason: String,
}

/// From here on a market is another one, in miles, whatever an organiser allows.
const OTHER_MARKET_MILES: f64 = 100.0;

/// Decides.
///
/// # Errors
/// Parameters that make no sense.
pub(super) fn solve(order: &Order, crowd: &Crowd) -> Result<Decision, ParamsError> {
    let mut unread = Vec::new();
    let mut known: BTreeMap<i64, &Understood> = BTreeMap::new();
    let mut people = Vec::new();
    for attendee in &crowd.people {
        let who = attendee.who.as_ref();
        unread.extend(who.unread.iter().cloned());
        if attendee.obstacle.is_none() {
            people.push(Person {
                profile: who.profile.clone(),
                max_matches: None,
            });
        }
        known.insert(who.profile.id, who);
    }
    let matchable = people.len();
    let people = with_bystanders(people, crowd);
    let told = Told {
        known,
        params: &order.params,
    };
    let pins = pins(order, crowd);
    let constraints = constraints(crowd, &pins, order.wanted.as_deref());
    let mut decision = Decision {
        pairs: pins
            .iter()
            .filter_map(|pair| told.pinned(*pair, crowd))
            .collect(),
        unread,
        matchable,
        doubles: doubles::told(&suspected(&people, crowd)),
        ..Decision::default()
    };
    let unplaced = match &order.wanted {
        None => {
            let salt = u64::from_ne_bytes(order.salt.to_ne_bytes());
            let made = plan(
                &people,
                &order.params,
                &crowd.vocabulary,
                &constraints,
                salt,
            )?;
            decision
                .pairs
                .extend(made.pairs.iter().filter_map(|pair| told.pair(pair, false)));
            decision.certificate = Some(made.certificate);
            decision.input_hash = Some(made.input_hash);
            made.unplaced
        }
        Some(wanted) => {
            let made = repaired(order, crowd, &people, &constraints, wanted)?;
            decision
                .pairs
                .extend(made.added.iter().filter_map(|pair| told.pair(pair, false)));
            decision.dropped = made.dropped;
            decision.givers = made.givers;
            made.unplaced
        }
    };
    let is_helpless = |person: &Unplaced| matches!(person.why, Why::Ineligible(_));
    decision.leaves_somebody_alone = !unplaced.iter().all(is_helpless);
    decision.alone = told.alone(order, crowd, &unplaced);
    give_slots(order, crowd, &mut decision.pairs);
    Ok(decision)
}

/// Those who take part, and who only tells what several people have in common, in order of id.
fn with_bystanders(mut people: Vec<Person>, crowd: &Crowd) -> Vec<Person> {
    people.extend(crowd.bystanders.iter().map(|who| Person {
        profile: who.profile.clone(),
        max_matches: Some(0),
    }));
    people.sort_by_key(|person| person.profile.id);
    people
}

fn repaired(
    order: &Order,
    crowd: &Crowd,
    people: &[Person],
    constraints: &Constraints,
    wanted: &[i64],
) -> Result<crate::matching::repair::Repair, ParamsError> {
    let movable: Vec<(i64, i64)> = crowd
        .relations
        .iter()
        .filter(|(_, _, relation)| *relation == Relation::Movable)
        .map(|(a, b, _)| (*a, *b))
        .collect();
    let salt = u64::from_ne_bytes(order.salt.to_ne_bytes());
    let (params, vocabulary) = (&order.params, &crowd.vocabulary);
    repair(
        people,
        params,
        vocabulary,
        constraints,
        &movable,
        wanted,
        salt,
    )
}

/// What rows say about pairs. When all are matched every pair that there is stays as it is; where
/// only some are to be placed, unsent ones can be moved.
fn constraints(crowd: &Crowd, pins: &[(i64, i64)], wanted: Option<&[i64]>) -> Constraints {
    let is_of_others = |a, b| wanted.is_some_and(|ids| !ids.contains(a) && !ids.contains(b));
    let mut constraints = Constraints {
        kept: pins.to_vec(),
        ..Constraints::default()
    };
    for (a, b, relation) in &crowd.relations {
        let list = match relation {
            Relation::Kept if crowd.is_hopeless && is_of_others(a, b) => continue,
            Relation::Kept => &mut constraints.kept,
            Relation::Movable if wanted.is_some() => continue,
            Relation::Movable => &mut constraints.kept,
            Relation::Met => &mut constraints.met,
            Relation::Pinned => continue,
            Relation::Apart(Gate::Blocked) => &mut constraints.blocked,
            Relation::Apart(_) => &mut constraints.forbidden,
        };
        list.push((*a, *b));
    }
    constraints
}

/// Pairs that the organiser wants and that are not there yet; never blocked or forbidden ones.
fn pins(order: &Order, crowd: &Crowd) -> Vec<(i64, i64)> {
    let settled: BTreeSet<(i64, i64)> = crowd
        .relations
        .iter()
        .filter(|(_, _, relation)| *relation != Relation::Pinned)
        // Introduced at another event: the organiser wants them to meet again.
        .filter(|(a, b, relation)| {
            *relation != Relation::Met || crowd.matched_here.contains(&(*a, *b))
        })
        .map(|(a, b, _)| (*a, *b))
        .collect();
    let reachable: BTreeSet<i64> = crowd
        .people
        .iter()
        .filter(|person| person.obstacle.is_none())
        .map(Attendee::id)
        .collect();
    let asked = |a: &i64, b: &i64| {
        let wanted = order.wanted.as_deref();
        wanted.is_none_or(|ids| ids.contains(a) || ids.contains(b))
    };
    let pins: BTreeSet<(i64, i64)> = crowd
        .relations
        .iter()
        .filter(|(a, b, relation)| *relation == Relation::Pinned && asked(a, b))
        .map(|(a, b, _)| (*a, *b))
        .filter(|(a, b)| reachable.contains(a) && reachable.contains(b))
        .filter(|pair| !settled.contains(pair))
        .collect();
    pins.into_iter().collect()
}

/// Accounts of one person that an organiser has not heard of: whom a pin or a match that stands
/// makes a pair are two.
fn suspected(people: &[Person], crowd: &Crowd) -> Vec<(i64, i64)> {
    let pairs: BTreeSet<(i64, i64)> = crowd
        .relations
        .iter()
        .filter(|(_, _, relation)| matches!(relation, Relation::Pinned | Relation::Kept))
        .map(|(a, b, _)| (*a, *b))
        .collect();
    let mut doubles = same_person::pairs(people.iter().map(|person| &person.profile));
    // Two of whom neither takes part were told by the run that placed them.
    let takes_part = |id: i64| {
        let takes_part = |person: &Person| person.max_matches.is_none();
        let found = people.binary_search_by_key(&id, |person| person.profile.id);
        found.is_ok_and(|place| takes_part(&people[place]))
    };
    doubles.retain(|pair| !pairs.contains(pair) && (takes_part(pair.0) || takes_part(pair.1)));
    doubles
}

/// Several introductions of one person at different times.
fn give_slots(order: &Order, crowd: &Crowd, pairs: &mut [NewPair]) {
    if !order.spread {
        return;
    }
    let scored: Vec<(i64, i64, u32)> = pairs
        .iter()
        .map(|pair| {
            let score = Score::from(pair.match_score.unwrap_or(1.0)).millionths();
            (pair.contractor1_id, pair.contractor2_id, score)
        })
        .collect();
    let taken = crowd
        .people
        .iter()
        .map(|person| (person.id(), person.taken.clone()));
    for (pair, slot) in pairs.iter_mut().zip(slots(&scored, taken)) {
        pair.slot = slot;
    }
}

/// Whom pairs are told about, and under which parameters.
struct Told<'a> {
    known: BTreeMap<i64, &'a Understood>,
    params: &'a Params,
}

impl Told<'_> {
    fn pair(&self, made: &Introduction, pinned: bool) -> Option<NewPair> {
        let one = self.known.get(&made.contractor1_id)?;
        let other = self.known.get(&made.contractor2_id)?;
        let miles = made.criteria.distance_miles.map(f64::from);
        let least = self.params.min_distance_miles.max(OTHER_MARKET_MILES);
        let is_other_market = miles.is_some_and(|miles| miles >= least);
        let data = |peer: &Understood| personalization(peer, made, is_other_market);
        let mut criteria = json!(made.criteria);
        criteria["weights"] = json!(match made.criteria.components.job_title {
            Some(_) => &self.params.weights_with_titles,
            None => &self.params.weights,
        });
        criteria["score"] = json!(made.score);
        Some(NewPair {
            contractor1_id: made.contractor1_id,
            contractor2_id: made.contractor2_id,
            contractor1_name: one.profile.name.clone(),
            contractor2_name: other.profile.name.clone(),
            match_score: Some(made.score.get()),
            match_type: made.match_type.as_str(),
            match_reason: made.reason.clone(),
            match_criteria: criteria,
            distance_miles: miles,
            slot: 1,
            pinned,
            data: [data(other), data(one)],
        })
    }

    /// A pair that the organiser wants: scored like any other where enough is known.
    fn pinned(&self, (a, b): (i64, i64), crowd: &Crowd) -> Option<NewPair> {
        let told = [*self.known.get(&a)?, *self.known.get(&b)?];
        let [one, other] = told.map(|who| &who.profile);
        let is_known = [one, other]
            .iter()
            .all(|profile| profile.place.is_some() && !profile.focus.is_empty());
        let two = [one, other];
        if is_known {
            let roster = Roster::new(&two, self.params, &crowd.vocabulary, &[]);
            let made = introduction(one, other, roster.components(0, 1), self.params);
            return self.pair(&made, true);
        }
        let data = |peer: &Understood| Value::Object(about(peer));
        Some(NewPair {
            contractor1_id: a,
            contractor2_id: b,
            contractor1_name: one.name.clone(),
            contractor2_name: other.name.clone(),
            match_score: None,
            match_type: "general_match",
            match_reason: "wanted by the organiser".to_owned(),
            match_criteria: json!({"pinned": true}),
            distance_miles: None,
            slot: 1,
            pinned: true,
            data: [data(told[1]), data(told[0])],
        })
    }

    /// Who has nobody, those who cannot be texted included.
    fn alone(&self, order: &Order, crowd: &Crowd, unplaced: &[Unplaced]) -> Vec<Alone> {
        let name = |id: i64| self.known.get(&id).map(|who| who.profile.name.clone());
        let wanted = |id: i64| order.wanted.as_deref().is_none_or(|ids| ids.contains(&id));
        let mut alone: Vec<Alone> = unplaced
            .iter()
            .map(|person| Alone {
                contractor_id: person.contractor_id,
                name: name(person.contractor_id).unwrap_or_default(),
                reason: person.why.to_string(),
            })
            .collect();
        alone.extend(crowd.people.iter().filter_map(|person| {
            let reason = person.obstacle.clone()?;
            let contractor_id = person.id();
            let name = name(contractor_id).unwrap_or_default();
            wanted(contractor_id).then_some(Alone {
                contractor_id,
                name,
                reason,
            })
        }));
        alone.sort_by_key(|person| person.contractor_id);
        alone
    }
}

/// What a text may say about the peer and the pair; `match_id` is added when there is one.
fn personalization(peer: &Understood, made: &Introduction, is_other_market: bool) -> Value {
    let mut data = about(peer);
    if !made.reason.is_empty() {
        data.insert("match_reason".to_owned(), json!(made.reason));
    }
    let hundredths = (made.score.get() * 100.0).round() / 100.0;
    data.insert("match_score".to_owned(), json!(hundredths));
    data.insert("is_non_competing".to_owned(), json!(is_other_market));
    Value::Object(data)
}

/// The peer; what is not known is left out.
fn about(who: &Understood) -> Map<String, Value> {
    let peer = &who.profile;
    let first_name = who
        .first_name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let first_name = first_name
        .or_else(|| peer.name.split(' ').next())
        .unwrap_or_default();
    let place = peer.place.as_ref().map(|place| place.name());
    let mut data = Map::new();
    data.insert("peer_contractor_id".to_owned(), json!(peer.id));
    for (key, value) in [
        ("peer_name", peer.name.as_str()),
        ("peer_first_name", first_name),
        ("peer_company", peer.company.as_str()),
        ("peer_location", place.unwrap_or_default()),
    ] {
        if !value.is_empty() {
            data.insert(key.to_owned(), json!(value));
        }
    }
    data
}
