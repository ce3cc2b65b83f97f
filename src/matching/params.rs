//! What an organiser can set for a run, with the defaults.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Parameters of a run; they are stored with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Introductions of one person at most, 1 to 10.
    pub max_matches: u8,
    /// The least score of a pair, 0 to 1.
    pub min_score: f64,
    /// Nearer than this nobody is introduced, in miles: the introduction says "non-competing
    /// market".
    pub min_distance_miles: f64,
    /// The same for two people whose trades are known and have nothing in common; None: as above.
    pub min_distance_miles_other_trades: Option<f64>,
    /// Shares of the components unless both have a job title.
    pub weights: Weights,
    /// Shares of the components when both have one.
    pub weights_with_titles: Weights,
    /// How two sets of focus areas are compared.
    pub focus_measure: FocusMeasure,
    /// The scale of a pair of which it is not known: a little under the average, so that an empty
    /// profile is nobody's best match.
    pub unknown_scale: f64,
    /// The industry of a pair of which it is not known.
    pub unknown_industry: f64,
    /// Whether a second match for somebody counts more than a better score.
    pub second_match: bool,
    /// Only people of one trade, or of trades that complete each other.
    pub same_industry: bool,
    /// Only people of one role: same level, same function.
    pub same_role_title: bool,
}

/// How much each component counts; the five add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Shared focus areas.
    pub focus: f64,
    /// Distance.
    pub geography: f64,
    /// Revenue and team size.
    pub scale: f64,
    /// Trades.
    pub industry: f64,
    /// Job titles; 0 where one is missing.
    #[serde(default)]
    pub title: f64,
}

/// How two sets of focus areas are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FocusMeasure {
    /// Shared areas by all areas of both.
    #[default]
    Jaccard,
    /// Shared areas by the geometric mean of both, each area counting by how rare it is here.
    IdfCosine,
}

/// Parameters with which no run can be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParamsError {
    /// A number is outside its range.
    #[error("{name} must be between {low} and {high}: set it so, or leave it out for the default")]
    OutOfRange {
        /// The parameter.
        name: &'static str,
        /// The least value.
        low: u32,
        /// The greatest value.
        high: u32,
    },
    /// Shares that are not shares.
    #[error("{name} must be 0 to 1 each and add up to 1: correct them, or leave them out")]
    NotShares {
        /// The parameter.
        name: &'static str,
    },
}

impl Default for Params {
    fn default() -> Self {
        Self {
            max_matches: 3,
            min_score: 0.6,
            min_distance_miles: 100.0,
            min_distance_miles_other_trades: None,
            weights: Weights {
                focus: 0.40,
                geography: 0.25,
                scale: 0.20,
                industry: 0.15,
                title: 0.0,
            },
            weights_with_titles: Weights {
                focus: 0.35,
                geography: 0.25,
                scale: 0.20,
                industry: 0.15,
                title: 0.05,
            },
            focus_measure: FocusMeasure::Jaccard,
            unknown_scale: 0.4,
            unknown_industry: 0.3,
            second_match: true,
            same_industry: false,
            same_role_title: false,
        }
    }
}

impl Params {
    /// Checks every number.
    ///
    /// # Errors
    /// The first parameter that is out of its range.
    pub fn check(&self) -> Result<(), ParamsError> {
        let other_trades = self.min_distance_miles_other_trades.unwrap_or(0.0);
        for (name, value, low, high) in [
            ("max_matches", f64::from(self.max_matches), 1, 10),
            ("min_score", self.min_score, 0, 1),
            ("min_distance_miles", self.min_distance_miles, 0, 10_000),
            ("min_distance_miles_other_trades", other_trades, 0, 10_000),
            ("unknown_scale", self.unknown_scale, 0, 1),
            ("unknown_industry", self.unknown_industry, 0, 1),
        ] {
            if !(f64::from(low)..=f64::from(high)).contains(&value) {
                return Err(ParamsError::OutOfRange { name, low, high });
            }
        }
        for (name, weights) in [
            ("weights", &self.weights),
            ("weights_with_titles", &self.weights_with_titles),
        ] {
            let shares = weights.all();
            let are_shares = shares.iter().all(|share| (0.0..=1.0).contains(share))
                && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-6;
            if !are_shares {
                return Err(ParamsError::NotShares { name });
            }
        }
        Ok(())
    }
}

impl Weights {
    fn all(&self) -> [f64; 5] {
        [
            self.focus,
            self.geography,
            self.scale,
            self.industry,
            self.title,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_its_default() {
        let params: Params = serde_json::from_str(r#"{"min_score": 0.5}"#).unwrap();
        assert_eq!(
            params,
            Params {
                min_score: 0.5,
                ..Params::default()
            }
        );
        assert_eq!(Params::default().check(), Ok(()));
        assert!(serde_json::from_str::<Params>(r#"{"minscore": 0.5}"#).is_err());
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        let bad = |change: fn(&mut Params)| {
            let mut params = Params::default();
            change(&mut params);
            params.check().unwrap_err().to_string()
        };
        assert!(bad(|params| params.max_matches = 0).contains("max_matches"));
        assert!(bad(|params| params.min_score = 60.0).contains("min_score"));
        assert!(bad(|params| params.min_distance_miles = f64::NAN).contains("min_distance_miles"));
        assert!(bad(|params| params.weights.focus = 40.0).contains("weights"));
    }
}
