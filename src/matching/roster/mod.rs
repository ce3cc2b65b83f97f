//! Everybody who can be introduced at an event, laid out so that one person's scores with all
//! others cost a few nanoseconds each.
//!
//! Nobody scores all pairs into a table: 50,000 people would need ten gigabytes. A row is computed
//! when it is needed, and every row is independent of every other.

mod away;
mod classes;
mod layout;
mod line;
mod rows;

pub use away::KeptAway;
pub use rows::Row;

use super::assign::{Partner, number};
use super::gate::Gate;
use super::params::{FocusMeasure, Params};
use super::profile::{Enough, Place, Profile, Title, Vocabulary};
use super::score::{self, Components, Score, Shares};
use classes::{Spellings, TagSet, beginnings, classes, compare_titles, number_tags};
use layout::{Trades, companies, scale_key, sorted_apart, trade_sets, weights_of};
use line::Line;

/// The people of a run and everything that decides about their pairs.
pub struct Roster<'a> {
    params: &'a Params,
    shares: Shares,
    min_score: u32,
    enough: Enough,
    people: Vec<Cell>,
    focus: Vec<TagSet>,
    /// For each focus area its weight, for each set the sum of them; only for the cosine.
    area_weights: Vec<u32>,
    set_weights: Vec<u32>,
    places: Vec<&'a Place>,
    scales: Vec<&'a Profile>,
    trades: Vec<Trades>,
    titles: Vec<Option<Title>>,
    spellings: Spellings,
    /// For each person the others whom a row of the database keeps away, or who are the same
    /// person, sorted.
    kept_apart: Vec<Vec<(u32, Gate)>>,
    /// Everybody by their set of focus areas: those with set `s` are
    /// `members.people[begin[s]..begin[s + 1]]`.
    members: Line,
    begin: Vec<usize>,
}

/// Which class of each kind a person is of.
#[derive(Debug, Clone, Copy)]
struct Cell {
    focus: u32,
    place: u32,
    scale: u32,
    trades: u32,
    title: u32,
    company: u32,
}

/// A person with all that a row looks at, so that a row reads memory in its order.
#[derive(Debug, Clone, Copy)]
struct Member {
    person: u32,
    cell: Cell,
}

impl Member {
    fn partner(self, weight: u32) -> Partner {
        let person = self.person;
        Partner { person, weight }
    }
}

/// In a row of geography: nearer than any gate allows.
const NEVER: u32 = u32::MAX;
/// In a row of geography: allowed only where the trades differ; in one of industry: they do not.
const RIVALS: u32 = 1 << 31;
/// In a row of industry: the run is for people of one trade, and they are not.
const BARRED: u32 = 1 << 29;

impl<'a> Roster<'a> {
    /// Lays out people, each of whom has a focus area and a place. Pairs in `kept_apart` are by
    /// place in `people`, in any order and direction.
    pub fn new(
        people: &[&'a Profile],
        params: &'a Params,
        vocabulary: &Vocabulary,
        kept_apart: &[(u32, u32, Gate)],
    ) -> Self {
        Self::with_bystanders(people, &[], params, vocabulary, kept_apart)
    }

    /// The same, where people can be of one company through others who take no part.
    pub fn with_bystanders(
        people: &[&'a Profile],
        bystanders: &[&'a Profile],
        params: &'a Params,
        vocabulary: &Vocabulary,
        kept_apart: &[(u32, u32, Gate)],
    ) -> Self {
        let areas = number_tags(
            people
                .iter()
                .flat_map(|p| p.focus.iter().map(|area| area.key())),
        );
        let set =
            |p: &&Profile| TagSet::new(p.focus.iter().map(|area| areas[area.key()].0).collect());
        let (focus, focus_of) = classes(people.iter().map(set), TagSet::clone);
        let area_weights = weights_of(&areas, people.len());
        let located = people.iter().filter_map(|p| p.place.as_ref());
        let (places, place_of) = classes(located, |place| place.key());
        let (scales, scale_of) = classes(people.iter().copied(), |p| scale_key(p));
        let (trades, trades_of) = trade_sets(people, vocabulary);
        let (titles, title_of) = classes(people.iter().map(|p| p.title.clone()), Option::clone);
        let companies = companies(people.iter().chain(bystanders).copied());
        let cell = |place: usize| Cell {
            focus: focus_of[place],
            place: place_of[place],
            scale: scale_of[place],
            trades: trades_of[place],
            title: title_of[place],
            company: companies[place],
        };
        let gate = params.min_distance_miles.max(score::FAR_MILES);
        let set_weights = focus
            .iter()
            .map(|set| set.shared_weight(set, &area_weights))
            .collect();
        let people: Vec<Cell> = (0..people.len().min(place_of.len())).map(cell).collect();
        let numbered = (0..number(people.len())).zip(&people);
        let mut members: Vec<Member> = numbered
            .map(|(person, cell)| Member {
                person,
                cell: *cell,
            })
            .collect();
        members.sort_by_key(|member| (member.cell.focus, member.cell.place));
        Self {
            params,
            shares: Shares::new(params),
            // A pair whose score is 0 is none, even where no minimum is set.
            min_score: Score::from(params.min_score).millionths().max(1),
            enough: Enough::new(gate.max(params.min_distance_miles_other_trades.unwrap_or(0.0))),
            kept_apart: sorted_apart(people.len(), kept_apart),
            members: Line::new(members),
            begin: beginnings(&focus_of, focus.len()),
            people,
            focus,
            area_weights,
            set_weights,
            places,
            scales,
            trades,
            spellings: Spellings::new(&titles),
            titles,
        }
    }

    /// The parts of a pair's score, or the first reason why the two must not be introduced.
    ///
    /// # Errors
    /// The gate.
    pub fn judge(&self, a: usize, b: usize) -> Result<Components, Gate> {
        let (one, other) = (self.people[a], self.people[b]);
        if let Some(gate) = self.apart(a, b) {
            return Err(gate);
        }
        if one.company == other.company {
            return Err(Gate::SameCompany);
        }
        let parts = self.components(a, b);
        if parts.focus_areas == Score::default() {
            return Err(Gate::NoSharedFocus);
        }
        let geography = self.geography(one.place, other.place);
        let industry = self.industry(one.trades, other.trades);
        if geography == NEVER || (geography & RIVALS != 0 && industry & RIVALS != 0) {
            return Err(Gate::TooClose);
        }
        if self.params.same_industry && !self.is_one_industry(one.trades, other.trades, industry) {
            return Err(Gate::OtherIndustry);
        }
        if self.params.same_role_title && parts.job_title != Some(Score::ONE) {
            return Err(Gate::OtherRole);
        }
        if self.shares.total(&parts) < self.min_score {
            return Err(Gate::BelowMinimum);
        }
        Ok(parts)
    }

    /// The parts of a pair's score, whether or not the two may be introduced.
    pub fn components(&self, a: usize, b: usize) -> Components {
        let (one, other) = (self.people[a], self.people[b]);
        let part = |flagged: u32| match flagged {
            NEVER => Score::default(),
            flagged => Score::from_millionths(flagged & !RIVALS),
        };
        let title = compare_titles(
            &self.titles,
            &self.spellings,
            one.title as usize,
            other.title as usize,
        );
        let miles = self.places[one.place as usize].miles_to(self.places[other.place as usize]);
        Components {
            focus_areas: self.focus_score(one.focus, other.focus),
            geographic: score::geography(miles),
            business_scale: self.scale(one.scale, other.scale),
            industry: part(self.industry(one.trades, other.trades)),
            job_title: title,
        }
    }

    /// The weighted total of a pair.
    pub fn total(&self, parts: &Components) -> Score {
        Score::from_millionths(self.shares.total(parts))
    }

    /// What is known against a pair before anything is scored.
    fn apart(&self, a: usize, b: usize) -> Option<Gate> {
        let list = &self.kept_apart[a];
        let place = list
            .binary_search_by_key(&number(b), |(other, _)| *other)
            .ok()?;
        list.get(place).map(|(_, gate)| *gate)
    }

    fn focus_score(&self, a: u32, b: u32) -> Score {
        let (one, other) = (&self.focus[a as usize], &self.focus[b as usize]);
        match self.params.focus_measure {
            FocusMeasure::Jaccard => score::jaccard(one.shared(other), one.count, other.count),
            FocusMeasure::IdfCosine => {
                let shared = one.shared_weight(other, &self.area_weights);
                let (a, b) = (self.set_weights[a as usize], self.set_weights[b as usize]);
                score::weighted_cosine(shared, a, b)
            }
        }
    }

    /// The score with `RIVALS`, or `NEVER`.
    fn geography(&self, a: u32, b: u32) -> u32 {
        let miles = self.places[a as usize].miles_up_to(self.places[b as usize], self.enough);
        let gate = self.params.min_distance_miles;
        let lower = self.params.min_distance_miles_other_trades.unwrap_or(gate);
        if miles < gate.min(lower) {
            NEVER
        } else if miles < gate {
            score::geography(miles).millionths() | RIVALS
        } else {
            score::geography(miles).millionths()
        }
    }

    fn scale(&self, a: u32, b: u32) -> Score {
        let (one, other) = (self.scales[a as usize], self.scales[b as usize]);
        let known = score::scale(
            one.revenue.as_ref().zip(other.revenue.as_ref()),
            one.team.as_ref().zip(other.team.as_ref()),
        );
        known.unwrap_or_else(|| Score::from(self.params.unknown_scale))
    }

    /// The score, with `RIVALS` unless both trades are known and have nothing in common.
    fn industry(&self, a: u32, b: u32) -> u32 {
        let (one, other) = (&self.trades[a as usize], &self.trades[b as usize]);
        if one.own.count == 0 || other.own.count == 0 {
            return Score::from(self.params.unknown_industry).millionths() | RIVALS;
        }
        let same = one.own.shared(&other.own);
        let completed = |own: &TagSet, completing: &TagSet, others: &TagSet| {
            own.shared(completing) - own.shared_of_three(completing, others)
        };
        let complementary = completed(&one.own, &other.completing, &other.own)
            + completed(&other.own, &one.completing, &one.own);
        let score = score::industry(2 * same, complementary, one.own.count + other.own.count);
        score.millionths() | if same > 0 { RIVALS } else { 0 }
    }

    fn is_one_industry(&self, a: u32, b: u32, industry: u32) -> bool {
        let known = self.trades[a as usize].own.count > 0 && self.trades[b as usize].own.count > 0;
        known && industry & !RIVALS > 0
    }
}
