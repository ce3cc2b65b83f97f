//! How good it would be for two people to meet: five components, each 0 to 1, and their weighted
//! total.
//!
//! | component | share, with titles | 1 means | 0 means |
//! |---|---|---|---|
//! | focus | 40, 35 % | the same focus areas | none in common (a gate, too) |
//! | geography | 25 % | at least 100 miles apart | at most 50 |
//! | scale | 20 % | same revenue and team size | ten times as large |
//! | industry | 15 % | the same trades | trades that have nothing to do with each other; complementary ones are 0.6 |
//! | title | 0, 5 % | same level and function | nothing in common |
//!
//! With the default gate of 100 miles geography is always 1: a pair needs 0.35 from the rest.
//! Scores are whole millionths, so that the parts of a total add up and no rounding differs between
//! machines.

use serde::{Deserialize, Serialize};

use super::params::{Params, Weights};
use super::profile::{Function, Level, Revenue, TeamSize};

/// A score in millionths, 0 to 1,000,000.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "f64", from = "f64")]
pub struct Score(u32);

/// The parts of a pair's score, stored as its `match_criteria`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Components {
    /// Shared focus areas.
    pub focus_areas: Score,
    /// Distance.
    pub geographic: Score,
    /// Revenue and team size.
    pub business_scale: Score,
    /// Trades.
    pub industry: Score,
    /// Job titles; None where one of the two has none, which chooses the weights without titles.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub job_title: Option<Score>,
}

/// The weights of a run in millionths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    without_titles: [u64; 5],
    with_titles: [u64; 5],
}

/// Distances between which geography rises from 0 to 1, in miles.
const NEAR_MILES: f64 = 50.0;
pub(super) const FAR_MILES: f64 = 100.0;
/// What trades that complete each other count.
const COMPLEMENTARY: u64 = 600_000;
/// What revenues whose intervals touch count at least.
const TOUCHING: u32 = 500_000;
/// Ten-thousandths of log10 in a factor of ten, which is where scale falls to 0.
const FACTOR_OF_TEN: u32 = 10_000;
/// Titles by levels apart (0 to 3) and by function: the same, one of them general, different.
const TITLES: [[u32; 3]; 4] = [
    [1_000_000, 700_000, 400_000],
    [800_000, 600_000, 300_000],
    [500_000, 300_000, 100_000],
    [300_000, 100_000, 0],
];

impl Score {
    /// The best.
    pub const ONE: Self = Self(1_000_000);

    /// From millionths; more than one is one.
    pub fn from_millionths(millionths: u32) -> Self {
        Self(millionths.min(Self::ONE.0))
    }

    /// In millionths.
    pub fn millionths(self) -> u32 {
        self.0
    }

    /// 0 to 1.
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl From<Score> for f64 {
    fn from(score: Score) -> Self {
        score.get()
    }
}

impl From<f64> for Score {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0 to 1 before; NaN becomes 0"
    )]
    fn from(value: f64) -> Self {
        Self((value.clamp(0.0, 1.0) * 1e6).round() as u32)
    }
}

impl Components {
    /// The weighted total under the parameters of a run.
    pub fn total(&self, params: &Params) -> Score {
        Score(Shares::new(params).total(self))
    }
}

impl Shares {
    pub(super) fn new(params: &Params) -> Self {
        let millionths = |weights: &Weights| {
            [
                weights.focus,
                weights.geography,
                weights.scale,
                weights.industry,
                weights.title,
            ]
            .map(|share| u64::from(Score::from(share).0))
        };
        Self {
            without_titles: millionths(&params.weights),
            with_titles: millionths(&params.weights_with_titles),
        }
    }

    /// In millionths, rounded.
    pub(super) fn total(&self, parts: &Components) -> u32 {
        let shares = match parts.job_title {
            Some(_) => &self.with_titles,
            None => &self.without_titles,
        };
        let title = parts.job_title.unwrap_or_default();
        let scores = [
            parts.focus_areas,
            parts.geographic,
            parts.business_scale,
            parts.industry,
            title,
        ];
        let products = shares
            .iter()
            .zip(scores)
            .map(|(share, score)| share * u64::from(score.0));
        let total = (products.sum::<u64>() + 500_000) / 1_000_000;
        u32::try_from(total)
            .unwrap_or(Score::ONE.0)
            .min(Score::ONE.0)
    }
}

/// Geography by miles.
pub(super) fn geography(miles: f64) -> Score {
    Score::from((miles - NEAR_MILES) / (FAR_MILES - NEAR_MILES))
}

/// Shared areas by all areas of both.
pub(super) fn jaccard(shared: u32, a: u32, b: u32) -> Score {
    ratio(
        u64::from(shared),
        u64::from(a) + u64::from(b) - u64::from(shared),
    )
}

/// The weights of the shared areas by the geometric mean of the weights of both.
pub(super) fn weighted_cosine(shared: u32, a: u32, b: u32) -> Score {
    let mean = (f64::from(a) * f64::from(b)).sqrt();
    Score::from(if mean > 0.0 {
        f64::from(shared) / mean
    } else {
        0.0
    })
}

/// How much a focus area counts that `holders` of `people` have, in thousandths: twice as much when
/// it is rare, half as much when everybody has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped; people of an event are few"
)]
pub(super) fn rarity(holders: usize, people: usize) -> u32 {
    let rare = ((people as f64 + 1.0) / (holders as f64 + 1.0)).ln() / 4f64.ln();
    (rare.clamp(0.5, 2.0) * 1e3).round() as u32
}

/// What is known of the size of two businesses: the mean of revenue and team size, of those that
/// both have told; None where there is none.
pub(super) fn scale(
    revenues: Option<(&Revenue, &Revenue)>,
    teams: Option<(&TeamSize, &TeamSize)>,
) -> Option<Score> {
    let revenue = revenues.map(|(a, b)| {
        let near = closeness(a.middle(), b.middle());
        if a.touches(b) {
            near.max(TOUCHING)
        } else {
            near
        }
    });
    let team = teams.map(|(a, b)| closeness(a.middle(), b.middle()));
    let known: Vec<u32> = revenue.into_iter().chain(team).collect();
    let count = u32::try_from(known.len()).ok().filter(|count| *count > 0)?;
    Some(Score(known.iter().sum::<u32>() / count))
}

/// 1 at equal middles, 0 at a factor of ten, linear in the logarithm between.
fn closeness(a: i32, b: i32) -> u32 {
    FACTOR_OF_TEN.saturating_sub(a.abs_diff(b)) * (Score::ONE.0 / FACTOR_OF_TEN)
}

/// How much of the trades of two people fits the other's: the mean over all trades of both, a trade
/// counting 1 where the other has it and 0.6 where the other has one that completes it.
pub(super) fn industry(same: u32, complementary: u32, trades: u32) -> Score {
    let fitting = u64::from(same) * 1_000_000 + u64::from(complementary) * COMPLEMENTARY;
    ratio(fitting, u64::from(trades) * 1_000_000)
}

/// Two titles that were understood.
pub(super) fn titles(a: (Level, Function), b: (Level, Function)) -> Score {
    let apart = (a.0 as usize).abs_diff(b.0 as usize);
    let functions = match (a.1, b.1) {
        (a, b) if a == b => 0,
        (Function::General, _) | (_, Function::General) => 1,
        _ => 2,
    };
    Score(
        TITLES
            .get(apart)
            .and_then(|row| row.get(functions))
            .copied()
            .unwrap_or(0),
    )
}

/// Rounded to millionths; nothing of nothing is 0.
fn ratio(part: u64, whole: u64) -> Score {
    let millionths = (part * 1_000_000 + whole / 2)
        .checked_div(whole)
        .unwrap_or(0);
    Score(
        u32::try_from(millionths)
            .unwrap_or(Score::ONE.0)
            .min(Score::ONE.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn focus_is_measured_as_documented() {
        let jaccard = |shared, a, b| (jaccard(shared, a, b).get() * 100.0).round() / 100.0;
        assert_eq!(jaccard(2, 3, 3), 0.5);
        assert_eq!(jaccard(3, 3, 5), 0.6);
        assert_eq!(jaccard(1, 1, 5), 0.2);
        assert_eq!(jaccard(0, 0, 0), 0.0);
        assert_eq!(weighted_cosine(2000, 3000, 3000).millionths(), 666_667);
        assert_eq!((rarity(100, 100), rarity(0, 100)), (500, 2000));
    }

    #[test]
    fn geography_rises_between_50_and_100_miles() {
        let at = |miles| geography(miles).get();
        assert_eq!(
            [at(0.0), at(50.0), at(75.0), at(100.0), at(2_000.0)],
            [0.0, 0.0, 0.5, 1.0, 1.0]
        );
    }

    #[test]
    fn scale_falls_to_nothing_at_ten_times() {
        let revenue = |text| Revenue::read(text).unwrap();
        let both = |a, b| scale(Some((&revenue(a), &revenue(b))), None).unwrap().get();
        assert_eq!(both("1m_5m", "1M-5M"), 1.0);
        assert_eq!(both("$1M", "$10M"), 0.0);
        assert_eq!(
            both("10m_plus", "31_50_million").max(0.5),
            both("10m_plus", "31_50_million")
        );
        assert_eq!(scale(None, None), None);
        let team = |text| TeamSize::read(text).unwrap();
        let teams = Some((team("10"), team("10")));
        let teams = teams.as_ref().map(|(a, b)| (a, b));
        assert_eq!(
            scale(Some((&revenue("$1M"), &revenue("$10M"))), teams)
                .unwrap()
                .get(),
            0.5
        );
    }

    #[test]
    fn trades_and_titles_are_tables() {
        assert_eq!(industry(2, 0, 2), Score::ONE);
        assert_eq!(industry(0, 2, 2).get(), 0.6);
        assert_eq!(industry(0, 0, 3).get(), 0.0);
        let owner = (Level::Principal, Function::General);
        assert_eq!(titles(owner, owner), Score::ONE);
        assert!(
            titles(
                (Level::Manager, Function::Sales),
                (Level::Staff, Function::Sales)
            ) < Score::ONE
        );
    }

    #[test]
    fn a_total_is_the_weighted_sum_of_its_parts() {
        let parts = Components {
            focus_areas: Score::ONE,
            geographic: Score::ONE,
            business_scale: Score::from(0.4),
            industry: Score::from(0.3),
            job_title: None,
        };
        assert_eq!(parts.total(&Params::default()).get(), 0.775);
        let parts = Components {
            job_title: Some(Score::from(0.7)),
            ..parts
        };
        assert_eq!(parts.total(&Params::default()).get(), 0.76);
        let json = serde_json::to_value(parts).unwrap();
        assert_eq!(json["businessScale"], 0.4);
        assert_eq!(serde_json::from_value::<Components>(json).unwrap(), parts);
    }
}
