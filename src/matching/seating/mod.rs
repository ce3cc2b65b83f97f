//! Roundtables: everybody at tables of three and four with a topic that all of them work on. Pure.
//!
//! First as many people as possible sit somewhere, then the sum of the scores of all pairs at a
//! table is as large as the search finds it. Nobody sits with somebody whom a gate keeps away,
//! whom they have met, or whom they are introduced to anyway: the score alone keeps nobody away
//! here, since the topic is what the table has in common.
//!
//! Dividing people into groups whose pairs score most is NP-hard (maximally diverse grouping), so
//! the tables come without the certificate that pairs have: `arrange` seats whoever is hardest to
//! seat first, mends, and exchanges people while it helps (the neighbourhoods of Gallego et al.
//! 2013 and Schulz); a room of a dozen is tried out. Each person has three partners at most, so
//! that half the sum of everybody's three best scores bounds every seating; it is stored beside
//! the total. Large crowds are divided into rooms of 400 by the salted hash of their ids, and who
//! finds no table in a room is tried again with all others who did not.
//!
//! The same people, parameters and salt give the same tables, whatever the order of rows and the
//! number of threads.

mod arrange;
mod exact;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::assign::Partner;
use super::gate::Gate;
use super::params::{Params, ParamsError};
use super::plan::{Constraints, Person};
use super::profile::{FocusArea, Profile, Vocabulary};
use super::roster::{Roster, Row};
use super::same_person;
use super::score::Score;
use arrange::Room;

/// People at a table.
pub const SEATS_MIN: usize = 3;
/// People at a full table.
pub const SEATS_MAX: usize = 4;

/// People who are seated together in one go: more would cost their square.
const ROOM: usize = 400;
/// Focus areas that can be a topic in one room: those that most people have.
const TOPICS_MAX: usize = 128;

/// Some people, and what they talk about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Three or four, by id.
    pub contractor_ids: Vec<i64>,
    /// Key of the area that all of them have: of several the rarest among those who are there.
    pub topic: String,
    /// The same in words.
    pub topic_name: String,
    /// Mean score of its pairs.
    pub score: Score,
}

/// Everybody at tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seating {
    /// By the first of their people.
    pub tables: Vec<Table>,
    /// Who has none, and why, by id.
    pub unseated: Vec<(i64, Unseated)>,
    /// Sum of the scores of all pairs at a table, in millionths.
    pub total: u64,
    /// No seating has more.
    pub bound: u64,
}

/// Why somebody has no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseated {
    /// Nobody knows what the person works on, or where.
    Unknown,
    /// So few of the others may sit with the person; it takes two.
    TooFew(usize),
    /// So many may, but no three with one topic are left.
    NoTable(usize),
}

impl std::fmt::Display for Unseated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => f.write_str("has named no focus area, or no place that is known: ask"),
            Self::TooFew(count) => write!(
                f,
                "only {count} of the others may sit with this person, and a table takes two more: \
                 all others are too near, have been introduced, or share no focus area"
            ),
            Self::NoTable(count) => write!(
                f,
                "{count} of the others may sit with this person, but those who are left of them \
                 have no topic in common or may not sit with each other"
            ),
        }
    }
}

/// Seats people. `constraints` are pairs that must not sit together, for whatever reason; of two
/// people with one id the first counts.
///
/// # Errors
/// Parameters that make no sense.
pub fn seat(
    people: &[Person],
    params: &Params,
    vocabulary: &Vocabulary,
    constraints: &Constraints,
    salt: u64,
) -> Result<Seating, ParamsError> {
    params.check()?;
    // The topic is what counts; a low score keeps nobody away.
    let params = Params {
        min_score: 0.0,
        ..params.clone()
    };
    let mut all: BTreeMap<i64, &Person> = BTreeMap::new();
    for person in people {
        all.entry(person.profile.id).or_insert(person);
    }
    let (present, absent): (Vec<&Profile>, Vec<&Profile>) = all
        .values()
        .filter(|person| person.max_matches != Some(0))
        .map(|person| &person.profile)
        .partition(|profile| profile.place.is_some() && !profile.focus.is_empty());
    let roster = roster(&present, &params, vocabulary, constraints);
    let crowd = Crowd::new(&present, roster, salt);
    let mut seating = crowd.seated();
    let unknown = absent.iter().map(|person| (person.id, Unseated::Unknown));
    seating.unseated.extend(unknown);
    seating.unseated.sort_by_key(|(id, _)| *id);
    Ok(seating)
}

/// Everybody who can be seated.
struct Crowd<'a> {
    people: &'a [&'a Profile],
    roster: Roster<'a>,
    /// For each person what is known of those whom they may sit with.
    company: Vec<Company>,
    /// For each person what settles equal scores.
    rank: Vec<u64>,
    /// For each area how many have it.
    areas: BTreeMap<&'a str, usize>,
}

/// Whom somebody may sit with. The list itself is made anew where it is needed: those of
/// everybody would fill the memory of a large event.
struct Company {
    count: usize,
    /// Sum of the best scores that fit at one table.
    best: u64,
}

impl Company {
    fn of(partners: &mut [Partner]) -> Self {
        let seats = SEATS_MAX - 1;
        if partners.len() > seats {
            partners.select_nth_unstable_by_key(seats, |partner| Reverse(partner.weight));
        }
        let best = partners.iter().take(seats);
        Self {
            count: partners.len(),
            best: best.map(|partner| u64::from(partner.weight)).sum(),
        }
    }
}

/// People of a table by place, and the sum of their scores.
type Seats = (Vec<usize>, u64);

impl<'a> Crowd<'a> {
    fn new(people: &'a [&'a Profile], roster: Roster<'a>, salt: u64) -> Self {
        let known = |(row, found): &mut (Row, Vec<Partner>), person: usize| {
            roster.partners_unsorted(person, row, found);
            (person, Company::of(found))
        };
        let mut company: Vec<(usize, Company)> = roster
            .alike_first((0..people.len()).collect())
            .into_par_iter()
            .map_init(Default::default, known)
            .collect();
        company.sort_unstable_by_key(|(person, _)| *person);
        let mut areas = BTreeMap::new();
        for area in people.iter().flat_map(|person| &person.focus) {
            *areas.entry(area.key()).or_insert(0) += 1;
        }
        let rank = people
            .iter()
            .map(|person| mix(salt ^ mix(u64::from_ne_bytes(person.id.to_ne_bytes()))));
        Self {
            people,
            company: company.into_iter().map(|(_, company)| company).collect(),
            rank: rank.collect(),
            areas,
            roster,
        }
    }

    fn seated(&self) -> Seating {
        let mut places: Vec<usize> = (0..self.people.len()).collect();
        places.sort_by_key(|person| (self.rank[*person], *person));
        let rooms: Vec<&[usize]> = places.chunks(ROOM).collect();
        let several = rooms.len() > 1;
        let mut tables: Vec<Seats> = rooms
            .into_par_iter()
            .flat_map(|room| self.arranged(room))
            .collect();
        if several {
            let people = tables.iter().flat_map(|(table, _)| table);
            let seated: BTreeSet<usize> = people.copied().collect();
            places.retain(|person| !seated.contains(person));
            places.truncate(ROOM);
            tables.extend(self.arranged(&places));
        }
        self.told(&tables)
    }

    /// The tables of one room.
    fn arranged(&self, people: &[usize]) -> Vec<Seats> {
        let mut people = people.to_vec();
        people.sort_unstable();
        let count = people.len();
        let mut scores = vec![0; count * count];
        let mut row = Row::default();
        for (scores, person) in scores.chunks_mut(count.max(1)).zip(&people) {
            self.roster.totals_with(*person, &people, &mut row, scores);
        }
        let room = Room {
            scores,
            topics: self.topics(&people),
            rank: people.iter().map(|person| self.rank[*person]).collect(),
        };
        let seats = |table: Vec<usize>| {
            let sum = room.total(&table);
            let mut table: Vec<usize> = table.into_iter().map(|place| people[place]).collect();
            table.sort_unstable();
            (table, sum)
        };
        room.arrange().into_iter().map(seats).collect()
    }

    /// For each person of a room the possible topics, a bit for each.
    fn topics(&self, people: &[usize]) -> Vec<u128> {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for area in people.iter().flat_map(|person| &self.people[*person].focus) {
            *count.entry(area.key()).or_default() += 1;
        }
        let mut common: Vec<(&str, usize)> = count
            .into_iter()
            .filter(|(_, holders)| *holders >= SEATS_MIN)
            .collect();
        common.sort_by_key(|(_, holders)| Reverse(*holders));
        common.truncate(TOPICS_MAX);
        let bit = |area: &FocusArea| {
            let place = common.iter().position(|(key, _)| *key == area.key());
            place.map_or(0, |place| 1_u128 << place)
        };
        let topics = |person: &usize| {
            let areas = self.people[*person].focus.iter().map(bit);
            areas.fold(0, |topics, bit| topics | bit)
        };
        people.iter().map(topics).collect()
    }

    /// The tables for people, and who has none.
    fn told(&self, tables: &[Seats]) -> Seating {
        let people = tables.iter().flat_map(|(table, _)| table);
        let seated: BTreeSet<usize> = people.copied().collect();
        let mut told: Vec<Table> = tables
            .iter()
            .map(|(table, sum)| self.table(table, *sum))
            .collect();
        told.sort_by_key(|table| table.contractor_ids.first().copied());
        let alone = (0..self.people.len()).filter(|person| !seated.contains(person));
        let unseated = alone.map(|person| {
            let partners = self.company[person].count;
            let why = match partners < SEATS_MIN - 1 {
                true => Unseated::TooFew(partners),
                false => Unseated::NoTable(partners),
            };
            (self.people[person].id, why)
        });
        let best: u64 = self.company.iter().map(|company| company.best).sum();
        Seating {
            tables: told,
            unseated: unseated.collect(),
            total: tables.iter().map(|(_, sum)| sum).sum(),
            bound: best.div_ceil(2),
        }
    }

    fn table(&self, places: &[usize], sum: u64) -> Table {
        let people: Vec<&Profile> = places.iter().map(|place| self.people[*place]).collect();
        let first = people.first().map(|person| &person.focus[..]);
        let common = first.unwrap_or_default().iter().filter(|area| {
            let has = |person: &&Profile| person.focus.contains(area);
            people.iter().all(has)
        });
        // What few work on says more than what everybody ticked.
        let topic = common.min_by_key(|area| (self.areas.get(area.key()), area.key()));
        let pairs = (places.len() * (places.len() - 1) / 2).max(1) as u64;
        Table {
            contractor_ids: people.iter().map(|person| person.id).collect(),
            topic: topic.map_or_else(String::new, |area| area.key().to_owned()),
            topic_name: topic.map_or_else(String::new, FocusArea::name),
            score: Score::from_millionths(u32::try_from(sum / pairs).unwrap_or(u32::MAX)),
        }
    }
}

/// Everybody's scores, but for pairs that must not sit together.
fn roster<'a>(
    people: &[&'a Profile],
    params: &'a Params,
    vocabulary: &Vocabulary,
    constraints: &Constraints,
) -> Roster<'a> {
    let place = |id: &i64| {
        let place = people.binary_search_by_key(id, |person| person.id).ok()?;
        u32::try_from(place).ok()
    };
    let doubles = same_person::pairs(people.iter().copied());
    let lists = [
        (&doubles, Gate::SamePerson),
        (&constraints.blocked, Gate::Blocked),
        (&constraints.forbidden, Gate::Forbidden),
        (&constraints.met, Gate::MetBefore),
        (&constraints.kept, Gate::MetBefore),
    ];
    let apart: Vec<(u32, u32, Gate)> = lists
        .into_iter()
        .flat_map(|(pairs, gate)| {
            let placed = move |(a, b): &(i64, i64)| Some((place(a)?, place(b)?, gate));
            pairs.iter().filter_map(placed)
        })
        .collect();
    Roster::new(people, params, vocabulary, &apart)
}

/// The finalizer of SplitMix64.
fn mix(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests;
