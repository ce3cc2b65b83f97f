//! Who must not be introduced to whom, however good the score.

use std::fmt;

use serde::Serialize;

/// Why two people are not introduced. The order is that in which they are asked: the first that
/// holds is the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// They are taken for one person with two accounts: two phone numbers or e-mail addresses of
    /// both, or one and the name.
    SamePerson,
    /// One of the two does not want to meet the other.
    Blocked,
    /// The organiser does not want them to meet.
    Forbidden,
    /// They have been introduced before, at this event or another.
    MetBefore,
    /// They work for one company, or for companies of one parent.
    SameCompany,
    /// They have no focus area in common.
    NoSharedFocus,
    /// They work too near to each other to be called non-competing.
    TooClose,
    /// The run is for people of one industry only, and they are not.
    OtherIndustry,
    /// The run is for people of one role only, and they are not.
    OtherRole,
    /// Their score is below the minimum.
    BelowMinimum,
}

/// Why a person takes part in no pair at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    /// Wants no introductions.
    OptedOut,
    /// Without focus areas nobody can be said to share one.
    FocusUnknown,
    /// Without a place nobody can be said to be in another market.
    PlaceUnknown,
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SamePerson => "taken for the same person (name, phone number, e-mail address)",
            Self::Blocked => "blocked by one of the two",
            Self::Forbidden => "forbidden by the organiser",
            Self::MetBefore => "introduced before",
            Self::SameCompany => "of the same company",
            Self::NoSharedFocus => "without a common focus area",
            Self::TooClose => "too near to be in another market",
            Self::OtherIndustry => "of another industry",
            Self::OtherRole => "of another role",
            Self::BelowMinimum => "below the minimum score",
        })
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OptedOut => "wants no introductions",
            Self::FocusUnknown => "has named no focus area: ask for one",
            Self::PlaceUnknown => "works at a place that is not known: ask for city and state",
        })
    }
}
