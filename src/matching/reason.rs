//! Why two people were matched, in words that are true.
//!
//! Everything said is taken from what was scored: an area is named only where both have it, a
//! distance only where both places are known, a trade only where both are in it. The words fit
//! behind "you're": `both focused on lead flow, and both roofing contractors, 225 miles apart`.
//! Revenue and team size are compared but never told: they are nobody else's business.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::params::Params;
use super::profile::{FocusArea, Profile, Trade};
use super::score::{Components, Score};

/// What kind of match it is, from its strongest side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchType {
    /// Nearly the same focus, in different markets.
    IdealPeer,
    /// Mostly the same focus.
    FocusAreaMatch,
    /// Businesses of the same size.
    ScaleMatch,
    /// Anything else above the minimum.
    GeneralMatch,
}

/// What a match was made from, as it is stored in `match_criteria`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchCriteria {
    /// The parts of the score.
    #[serde(flatten)]
    pub components: Components,
    /// Keys of the focus areas that both have.
    pub shared_focus_areas: Vec<String>,
    /// Keys of the trades that both are in.
    pub shared_trades: Vec<String>,
    /// Whole miles between the two, rounded down; None where a place is not known.
    pub distance_miles: Option<u32>,
    /// Whether that is the distance, and not only the least that it can be.
    pub distance_exact: bool,
    /// Where the first of the two works.
    pub location1: Option<String>,
    /// Where the second works.
    pub location2: Option<String>,
    /// How the pair was found.
    pub algorithm: String,
}

/// The name under which pairs made by this program are stored.
const ALGORITHM: &str = "lexicographic_assignment_v1";
/// Names of focus areas in one reason; the others are counted.
const NAMED_MAX: usize = 2;
/// From this score on businesses are said to be of similar size.
const SIMILAR_SIZE: f64 = 0.7;

impl MatchType {
    /// From the parts of a score.
    pub fn of(parts: &Components) -> Self {
        let above = |score: Score, least: f64| score.get() > least;
        if above(parts.focus_areas, 0.8) && above(parts.geographic, 0.8) {
            Self::IdealPeer
        } else if above(parts.focus_areas, 0.6) {
            Self::FocusAreaMatch
        } else if above(parts.business_scale, 0.8) {
            Self::ScaleMatch
        } else {
            Self::GeneralMatch
        }
    }

    /// The word in `match_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IdealPeer => "ideal_peer",
            Self::FocusAreaMatch => "focus_area_match",
            Self::ScaleMatch => "scale_match",
            Self::GeneralMatch => "general_match",
        }
    }
}

impl fmt::Display for MatchType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl MatchCriteria {
    /// Of a pair whose parts have been scored; the first is the one with the smaller id.
    pub fn of(first: &Profile, second: &Profile, components: Components) -> Self {
        let places = first.place.as_ref().zip(second.place.as_ref());
        let name = |profile: &Profile| profile.place.as_ref().map(|place| place.name().to_owned());
        Self {
            components,
            shared_focus_areas: keys(shared(&first.focus, &second.focus), FocusArea::key),
            shared_trades: keys(shared(&first.trades, &second.trades), Trade::key),
            distance_miles: places.map(|(a, b)| whole_miles(a.miles_to(b))),
            distance_exact: places.is_some_and(|(a, b)| a.is_exact() && b.is_exact()),
            location1: name(first),
            location2: name(second),
            algorithm: ALGORITHM.to_owned(),
        }
    }
}

/// The reason in words, the part that counts most first, two at most.
pub fn reason(first: &Profile, second: &Profile, parts: &Components, params: &Params) -> String {
    let weights = match parts.job_title {
        Some(_) => &params.weights_with_titles,
        None => &params.weights,
    };
    let known_size = first.revenue.is_some() && second.revenue.is_some()
        || first.team.is_some() && second.team.is_some();
    let similar = known_size && parts.business_scale.get() >= SIMILAR_SIZE;
    let told = [
        (
            parts.focus_areas.get() * weights.focus,
            focus_words(first, second),
        ),
        (
            parts.industry.get() * weights.industry,
            trade_words(first, second),
        ),
        (
            parts.business_scale.get() * weights.scale,
            similar.then(|| "both running businesses of similar size".to_owned()),
        ),
    ];
    let mut told: Vec<(f64, String)> = told
        .into_iter()
        .filter_map(|(counts, words)| Some((counts, words?)))
        .collect();
    // Stable: of parts that count the same, focus goes before trades and trades before size.
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words: Vec<String> = told.into_iter().take(2).map(|(_, words)| words).collect();
    let apart = distance_words(first, second);
    let parts: Vec<String> = [(!words.is_empty()).then(|| words.join(", and ")), apart]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

fn focus_words(first: &Profile, second: &Profile) -> Option<String> {
    let areas = shared(&first.focus, &second.focus);
    let mut names: Vec<String> = areas
        .iter()
        .take(NAMED_MAX)
        .map(|area| area.name())
        .collect();
    let more = areas.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    (!names.is_empty()).then(|| format!("both focused on {}", listed(&names)))
}

fn trade_words(first: &Profile, second: &Profile) -> Option<String> {
    let trades = shared(&first.trades, &second.trades);
    let names: Vec<String> = trades
        .iter()
        .take(NAMED_MAX)
        .map(|trade| trade.name())
        .collect();
    (!names.is_empty()).then(|| format!("both {} contractors", listed(&names)))
}

fn distance_words(first: &Profile, second: &Profile) -> Option<String> {
    let (a, b) = first.place.as_ref().zip(second.place.as_ref())?;
    let miles = whole_miles(a.miles_to(b));
    let least = if a.is_exact() && b.is_exact() {
        ""
    } else {
        "at least "
    };
    (miles > 0).then(|| format!("{least}{miles} miles apart"))
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

fn shared<'a, T: Ord>(first: &'a [T], second: &[T]) -> Vec<&'a T> {
    let other: BTreeSet<&T> = second.iter().collect();
    first.iter().filter(|item| other.contains(item)).collect()
}

fn keys<T>(items: Vec<&T>, key: impl Fn(&T) -> &str) -> Vec<String> {
    items.into_iter().map(|item| key(item).to_owned()).collect()
}

/// Rounded down, so that nobody is said to be farther than they are.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance on the globe is between 0 and 12,500 miles"
)]
fn whole_miles(miles: f64) -> u32 {
    miles.floor() as u32
}
