//! A run of peer matching: people in, introductions out.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::assign::{self, Assignment, Certificate, Crowd, Pairs, Problem, TieBreak};
use super::gate::{Gate, Ineligible};
use super::params::{Params, ParamsError};
use super::profile::{Profile, Vocabulary};
use super::reason::{self, MatchCriteria, MatchType};
use super::roster::{Roster, Row};
use super::same_person;
use super::score::{Components, Score};
use super::unplaced::{Unplaced, Why};

/// Somebody who has checked in, agreed to be introduced, and can be reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// What is known of them.
    pub profile: Profile,
    /// How many introductions they want at most; None: as many as the run allows, 0: none.
    pub max_matches: Option<u8>,
}

/// What rows of the database say about pairs, as ids in any order. A pair with somebody who is not
/// there is of no matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Constraints {
    /// Introduced before, at any event within the cool-down.
    pub met: Vec<(i64, i64)>,
    /// One does not want to meet the other.
    pub blocked: Vec<(i64, i64)>,
    /// The organiser does not want them to meet; partners, spouses, two accounts of one person.
    pub forbidden: Vec<(i64, i64)>,
    /// Pairs of this event that stand: sent, pinned or added by the organiser. They take places and
    /// count as matches; a run changes nothing about them.
    pub kept: Vec<(i64, i64)>,
}

/// A pair to be introduced.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Introduction {
    /// The smaller id.
    pub contractor1_id: i64,
    /// The larger id.
    pub contractor2_id: i64,
    /// The weighted total.
    pub score: Score,
    /// What kind of match it is.
    pub match_type: MatchType,
    /// What it was made from.
    pub criteria: MatchCriteria,
    /// Why, in words that fit behind "you're".
    pub reason: String,
}

/// What a run decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// New pairs, by their ids.
    pub pairs: Vec<Introduction>,
    /// Everybody without any introduction, with the reason, by id.
    pub unplaced: Vec<Unplaced>,
    /// How good the plan is, and how good any can be.
    pub certificate: Certificate,
    /// What settled equal scores.
    pub salt: u64,
    /// A hash of people, parameters, constraints and salt: the same hash, the same plan.
    pub input_hash: String,
}

/// Decides who meets whom. The order of people and constraints is of no matter; of two people with
/// one id the first counts. `salt` settles equal scores: one number for each run.
///
/// # Errors
/// Parameters that make no sense.
pub fn plan(
    people: &[Person],
    params: &Params,
    vocabulary: &Vocabulary,
    constraints: &Constraints,
    salt: u64,
) -> Result<Plan, ParamsError> {
    params.check()?;
    let present = Present::new(people, params, constraints);
    let roster = present.roster(params, vocabulary, constraints);
    let assignment = assign::assign(&Problem {
        pairs: &roster,
        capacity: &present.capacity,
        held: &present.held,
        second_match: params.second_match,
        ties: TieBreak {
            salt,
            ids: &present.ids,
        },
    });
    let pairs = assignment
        .pairs
        .iter()
        .map(|pair| present.introduction(&roster, params, pair.a as usize, pair.b as usize));
    Ok(Plan {
        pairs: pairs.collect(),
        unplaced: present.unplaced(&roster, &assignment),
        certificate: assignment.certificate,
        salt,
        input_hash: input_hash(&present, params, vocabulary, constraints, salt),
    })
}

/// The people of a run in the order of their ids, and those among them who take part.
pub(super) struct Present<'a> {
    /// Everybody, each id once.
    everybody: Vec<&'a Person>,
    /// Those who can get a new match, by id.
    pub(super) people: Vec<&'a Profile>,
    pub(super) ids: Vec<i64>,
    pub(super) capacity: Vec<u8>,
    pub(super) held: Vec<u8>,
    /// Those who cannot, and have none.
    left_out: Vec<(i64, Ineligible)>,
}

impl<'a> Present<'a> {
    pub(super) fn new(people: &'a [Person], params: &Params, constraints: &Constraints) -> Self {
        let mut everybody: Vec<&Person> = people.iter().collect();
        everybody.sort_by_key(|person| person.profile.id);
        everybody.dedup_by_key(|person| person.profile.id);
        let mut kept: BTreeMap<i64, u8> = BTreeMap::new();
        for id in normal(&constraints.kept)
            .into_iter()
            .flat_map(|(a, b)| [a, b])
        {
            let held = kept.entry(id).or_default();
            *held = held.saturating_add(1);
        }
        let mut present = Self {
            people: Vec::new(),
            ids: Vec::new(),
            capacity: Vec::new(),
            held: Vec::new(),
            left_out: Vec::new(),
            everybody,
        };
        for person in present.everybody.clone() {
            let profile = &person.profile;
            let held = kept.get(&profile.id).copied().unwrap_or(0);
            let wanted = person
                .max_matches
                .unwrap_or(params.max_matches)
                .min(params.max_matches);
            match ineligible(person) {
                Some(why) if held == 0 => present.left_out.push((profile.id, why)),
                None if wanted > held => {
                    present.people.push(profile);
                    present.ids.push(profile.id);
                    present.capacity.push(wanted - held);
                    present.held.push(held);
                }
                _ => {}
            }
        }
        present
    }

    pub(super) fn roster(
        &self,
        params: &'a Params,
        vocabulary: &Vocabulary,
        constraints: &Constraints,
    ) -> Roster<'a> {
        let lists = [
            (&constraints.blocked, Gate::Blocked),
            (&constraints.forbidden, Gate::Forbidden),
            (&constraints.met, Gate::MetBefore),
            (&constraints.kept, Gate::MetBefore),
        ];
        let doubles = same_person::pairs(self.everybody.iter().map(|person| &person.profile));
        let apart = lists
            .into_iter()
            .chain([(&doubles, Gate::SamePerson)])
            .flat_map(|(pairs, gate)| {
                pairs
                    .iter()
                    .filter_map(move |(a, b)| Some((self.place(*a)?, self.place(*b)?, gate)))
            });
        let apart: Vec<(u32, u32, Gate)> = apart.collect();
        let aside = self.everybody.iter().filter(|p| p.max_matches == Some(0));
        let aside: Vec<&Profile> = aside.map(|person| &person.profile).collect();
        Roster::with_bystanders(&self.people, &aside, params, vocabulary, &apart)
    }

    /// A pair by places in the roster, the smaller first.
    pub(super) fn introduction(
        &self,
        roster: &Roster<'_>,
        params: &Params,
        a: usize,
        b: usize,
    ) -> Introduction {
        let parts = roster.components(a, b);
        introduction(self.people[a], self.people[b], parts, params)
    }

    /// Everybody who has no match, old or new.
    fn unplaced(&self, roster: &Roster<'_>, assignment: &Assignment) -> Vec<Unplaced> {
        let mut placed: Vec<bool> = self.held.iter().map(|held| *held > 0).collect();
        for pair in &assignment.pairs {
            placed[pair.a as usize] = true;
            placed[pair.b as usize] = true;
        }
        let alone = (0..placed.len()).filter(|person| !placed[*person]);
        let crowds = CrowdOf::new(&assignment.crowds);
        let mut unplaced: Vec<Unplaced> = roster
            .alike_first(alone.collect())
            .into_par_iter()
            .map_init(Row::default, |row, person| Unplaced {
                contractor_id: self.ids[person],
                why: self.why_alone(person, &crowds, roster, row),
            })
            .collect();
        unplaced.extend(self.left_out());
        unplaced.sort_by_key(|unplaced| unplaced.contractor_id);
        unplaced
    }

    /// Those who take part in no pair, and have none.
    pub(super) fn left_out(&self) -> impl Iterator<Item = Unplaced> + '_ {
        self.left_out.iter().map(|(contractor_id, why)| Unplaced {
            contractor_id: *contractor_id,
            why: Why::Ineligible(*why),
        })
    }

    /// Why somebody meets nobody: too many compete, or gates are shut.
    pub(super) fn why_alone(
        &self,
        person: usize,
        crowds: &CrowdOf<'_>,
        roster: &Roster<'_>,
        row: &mut Row,
    ) -> Why {
        match crowds.of.get(&person) {
            Some(crowd) => self.crowded(crowd),
            None => why_nobody(person, roster, row),
        }
    }

    fn crowded(&self, crowd: &Crowd) -> Why {
        let capacity = |partner: &u32| usize::from(self.capacity[*partner as usize]);
        Why::Crowded {
            partners: crowd
                .partners
                .iter()
                .map(|other| self.ids[*other as usize])
                .collect(),
            people: crowd.people.len(),
            places: crowd.partners.iter().map(capacity).sum(),
        }
    }

    /// Where somebody stands in the roster.
    pub(super) fn place(&self, id: i64) -> Option<u32> {
        u32::try_from(self.ids.binary_search(&id).ok()?).ok()
    }
}

/// The crowd that left somebody over.
pub(super) struct CrowdOf<'a> {
    of: BTreeMap<usize, &'a Crowd>,
}

impl<'a> CrowdOf<'a> {
    pub(super) fn new(crowds: &'a [Crowd]) -> Self {
        let each = crowds.iter().flat_map(|crowd| {
            crowd
                .left_over
                .iter()
                .map(move |person| (*person as usize, crowd))
        });
        Self { of: each.collect() }
    }
}

/// What keeps everybody else away from a person.
pub(super) fn why_nobody(person: usize, roster: &Roster<'_>, row: &mut Row) -> Why {
    if roster.people() < 2 {
        return Why::NobodyElse;
    }
    let kept = roster.kept_away(person, row);
    Why::NobodyAllowed {
        kept_away: kept.by_gate,
        best_score: kept.best_score,
    }
}

/// A pair with its reason; the smaller id first.
pub(super) fn introduction(
    first: &Profile,
    second: &Profile,
    parts: Components,
    params: &Params,
) -> Introduction {
    Introduction {
        contractor1_id: first.id,
        contractor2_id: second.id,
        score: parts.total(params),
        match_type: MatchType::of(&parts),
        criteria: MatchCriteria::of(first, second, parts),
        reason: reason::reason(first, second, &parts, params),
    }
}

fn ineligible(person: &Person) -> Option<Ineligible> {
    if person.max_matches == Some(0) {
        Some(Ineligible::OptedOut)
    } else if person.profile.focus.is_empty() {
        Some(Ineligible::FocusUnknown)
    } else if person.profile.place.is_none() {
        Some(Ineligible::PlaceUnknown)
    } else {
        None
    }
}

/// Pairs with the smaller id first, sorted, each once; nobody is a pair with themselves.
fn normal(pairs: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let two = pairs.iter().filter(|(a, b)| a != b);
    let mut pairs: Vec<(i64, i64)> = two.map(|(a, b)| (*a.min(b), *a.max(b))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn input_hash(
    present: &Present<'_>,
    params: &Params,
    vocabulary: &Vocabulary,
    constraints: &Constraints,
    salt: u64,
) -> String {
    let pairs = [
        &constraints.met,
        &constraints.blocked,
        &constraints.forbidden,
        &constraints.kept,
    ];
    let pairs = pairs.map(|pairs| normal(pairs));
    let mut hash = Hashing(Sha256::new());
    let input = (&present.everybody, params, vocabulary, pairs, salt);
    // Writing into a hash cannot fail.
    let _written = write!(hash, "{input:?}");
    hash.0
        .finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _written = write!(hex, "{byte:02x}");
            hex
        })
}

/// Hashes what is written, without keeping it.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
