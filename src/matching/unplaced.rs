//! People for whom there is no introduction, each with the reason in words.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::gate::{Gate, Ineligible};
use super::score::Score;

/// Somebody without an introduction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unplaced {
    /// Who.
    pub contractor_id: i64,
    /// Why.
    pub why: Why,
}

/// Why there is no introduction for somebody.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Takes part in no pair.
    Ineligible(Ineligible),
    /// Nobody else can be introduced at this event.
    NobodyElse,
    /// Everybody else is kept away by a gate.
    NobodyAllowed {
        /// How many others each gate keeps away.
        kept_away: BTreeMap<Gate, usize>,
        /// The best score among those who are below the minimum only.
        best_score: Option<Score>,
    },
    /// Everybody whom they could meet is needed by others who can meet nobody else.
    Crowded {
        /// Whom they could meet.
        partners: Vec<i64>,
        /// How many compete for these.
        people: usize,
        /// How many introductions these can have.
        places: usize,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ineligible(why) => why.fmt(f),
            Self::NobodyElse => f.write_str("nobody else can be introduced at this event yet"),
            Self::NobodyAllowed {
                kept_away,
                best_score,
            } => {
                let counts: Vec<String> = kept_away
                    .iter()
                    .map(|(gate, count)| format!("{count} {gate}"))
                    .collect();
                write!(
                    f,
                    "none of the others may be introduced: {}",
                    counts.join(", ")
                )?;
                match best_score {
                    Some(score) => write!(f, " (the best would be {:.2})", score.get()),
                    None => Ok(()),
                }
            }
            Self::Crowded {
                partners,
                people,
                places,
            } => write!(
                f,
                "{people} people can only meet the same {}, who can have {places} introductions: \
                 raise the maximum per person or lower a gate",
                partners.len(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_can_be_read() {
        let why = Why::NobodyAllowed {
            kept_away: BTreeMap::from([(Gate::TooClose, 7), (Gate::BelowMinimum, 2)]),
            best_score: Some(Score::from(0.584)),
        };
        let text = "none of the others may be introduced: 7 too near to be in another market, \
                    2 below the minimum score (the best would be 0.58)";
        assert_eq!(why.to_string(), text);
        let why = Why::Crowded {
            partners: vec![4],
            people: 5,
            places: 3,
        };
        assert!(
            why.to_string()
                .starts_with("5 people can only meet the same 1, who can have 3")
        );
    }
}
