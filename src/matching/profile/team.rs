//! Team sizes from text: `25`, `11-50`, `50+ employees`, `just me`.

use super::list;
use super::quantity::{self, Words};

/// How many people work in a business, both ends at least 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TeamSize {
    low: f64,
    high: f64,
    middle: i32,
}

const WORDS: Words = Words {
    units: &[("k", 1e3), ("thousand", 1e3)],
    filler: &[
        "employees",
        "employee",
        "people",
        "persons",
        "person",
        "staff",
        "team",
        "members",
        "member",
        "crew",
        "fte",
        "ftes",
        "full",
        "time",
        "workers",
        "about",
        "approx",
        "approximately",
        "around",
        "of",
        "in",
        "office",
        "field",
        "us",
    ],
    bare: |value| value.fract() == 0.0,
};
const PEOPLE_MAX: f64 = 5e6;
/// What people write who work alone.
const ALONE: [&str; 8] = [
    "just_me",
    "solo",
    "only_me",
    "myself",
    "me",
    "owner_operator",
    "one",
    "sole_proprietor",
];

impl TeamSize {
    /// Reads a size or a range; None where the text is anything else.
    pub fn read(text: &str) -> Option<Self> {
        if list::key(text).is_some_and(|key| ALONE.contains(&key.as_str())) {
            return Some(Self::between(1.0, 1.0));
        }
        let (low, high) = quantity::read(text, &WORDS)?.ends();
        let low = low.max(1.0);
        (high >= low && high <= PEOPLE_MAX).then(|| Self::between(low, high))
    }

    fn between(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            middle: super::log_middle(low, high),
        }
    }

    /// The ends, in people.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// The middle on a logarithmic scale, in ten-thousandths of log10.
    pub(in crate::matching) fn middle(&self) -> i32 {
        self.middle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_text() {
        for (text, expected) in [
            ("25", (25.0, 25.0)),
            ("11-50", (11.0, 50.0)),
            ("11_50 employees", (11.0, 50.0)),
            ("50+", (50.0, 250.0)),
            ("1,200 people", (1200.0, 1200.0)),
            ("Just me", (1.0, 1.0)),
            ("under 10", (2.0, 10.0)),
            ("about 30 staff", (30.0, 30.0)),
            ("0-5", (1.0, 5.0)),
        ] {
            assert_eq!(
                TeamSize::read(text).map(|size| size.ends()),
                Some(expected),
                "{text}"
            );
        }
        for text in ["", "0", "many", "2.5", "12 trucks", "🙂", "99999999999"] {
            assert_eq!(TeamSize::read(text), None, "{text}");
        }
    }
}
