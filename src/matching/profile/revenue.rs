//! Revenue tiers of every form as intervals of dollars.

use super::quantity::{self, Words};

/// Yearly revenue of a business, in dollars, both ends above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Revenue {
    low_usd: f64,
    high_usd: f64,
    middle: i32,
}

const WORDS: Words = Words {
    units: &[
        ("k", 1e3),
        ("thousand", 1e3),
        ("m", 1e6),
        ("mm", 1e6),
        ("mil", 1e6),
        ("mill", 1e6),
        ("million", 1e6),
        ("millions", 1e6),
        ("b", 1e9),
        ("bn", 1e9),
        ("billion", 1e9),
    ],
    filler: &[
        "usd",
        "us",
        "dollars",
        "annual",
        "annually",
        "revenue",
        "sales",
        "in",
        "per",
        "a",
        "year",
        "yr",
        "yearly",
        "about",
        "approx",
        "approximately",
        "around",
        "gross",
        "of",
    ],
    // `5-10` alone could be thousands or millions; `5,000,000` is dollars.
    bare: |value| value == 0.0 || value >= 10_000.0,
};
/// More than any business makes: such a number is a mistake.
const USD_MAX: f64 = 1e13;
/// Tiers leave a gap where they mean none: 5-10 and 11-20 million touch.
const TOUCHING: f64 = 1.1;

impl Revenue {
    /// Reads a tier (`31_50_million`, `10m_plus`) or an amount (`$4,350,000`); None where the text
    /// is anything else.
    pub fn read(text: &str) -> Option<Self> {
        let (low_usd, high_usd) = quantity::read(text, &WORDS)?.ends();
        let sane = low_usd >= 1.0 && high_usd <= USD_MAX;
        sane.then(|| Self {
            low_usd,
            high_usd,
            middle: super::log_middle(low_usd, high_usd),
        })
    }

    /// The ends of the interval in dollars.
    pub fn ends_usd(&self) -> (f64, f64) {
        (self.low_usd, self.high_usd)
    }

    /// The middle of the interval on the scale on which businesses differ: log10 of dollars, in
    /// ten-thousandths, so that the last bit of a logarithm never decides.
    pub(in crate::matching) fn middle(&self) -> i32 {
        self.middle
    }

    /// Whether the intervals share a value, or leave only the gap between two neighbouring tiers.
    pub(in crate::matching) fn touches(&self, other: &Self) -> bool {
        let (low, high) = (
            self.low_usd.max(other.low_usd),
            self.high_usd.min(other.high_usd),
        );
        low <= high * TOUCHING * (1.0 + 1e-9)
    }

    /// The words that people read: `$2M to $5M`.
    pub fn name(&self) -> String {
        if self.low_usd < self.high_usd {
            format!("{} to {}", dollars(self.low_usd), dollars(self.high_usd))
        } else {
            dollars(self.low_usd)
        }
    }
}

fn dollars(usd: f64) -> String {
    let (value, unit) = match usd {
        _ if usd >= 1e9 => (usd / 1e9, "B"),
        _ if usd >= 1e6 => (usd / 1e6, "M"),
        _ if usd >= 1e3 => (usd / 1e3, "K"),
        _ => (usd, ""),
    };
    let text = format!("{value:.1}");
    format!("${}{unit}", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millions(text: &str) -> Option<(f64, f64)> {
        let (low, high) = Revenue::read(text)?.ends_usd();
        let round = |usd: f64| (usd / 1e4).round() / 100.0;
        Some((round(low), round(high)))
    }

    #[test]
    fn every_documented_tier_is_read() {
        for (text, expected) in [
            ("1M-5M", (1.0, 5.0)),
            ("2m_5m", (2.0, 5.0)),
            ("$5,000,000 - $10,000,000", (5.0, 10.0)),
            ("31_50_million", (31.0, 50.0)),
            ("500k_1m", (0.5, 1.0)),
            ("500k-1m", (0.5, 1.0)),
            ("under_500k", (0.1, 0.5)),
            ("<2m", (0.4, 2.0)),
            ("0_5_million", (1.0, 5.0)),
            ("10m_plus", (10.0, 50.0)),
            ("10M+", (10.0, 50.0)),
            ("over 10m", (10.0, 50.0)),
            ("over_10m", (10.0, 50.0)),
            ("300_plus_million", (300.0, 1500.0)),
            ("151_300_million", (151.0, 300.0)),
            ("$1M", (1.0, 1.0)),
            ("$4,350,000", (4.35, 4.35)),
            ("up to 5 million", (1.0, 5.0)),
            ("between $1.5M and $3M per year", (1.5, 3.0)),
            ("2 – 5 million USD", (2.0, 5.0)),
        ] {
            assert_eq!(millions(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_clear_is_not_guessed() {
        for text in [
            "",
            "5-10",
            "large",
            "5M-2M",
            "1,5M",
            "€5M",
            "1M-5M-9M",
            "0",
            "-",
            "under",
            "million",
            "growing fast 5m",
            "1M 🙂",
            "99999999999999999999",
            "10m_plus under 5m",
        ] {
            assert_eq!(Revenue::read(text), None, "{text}");
        }
        assert_eq!(Revenue::read(&"1m ".repeat(5_000)), None);
    }

    #[test]
    fn neighbouring_tiers_touch_and_others_do_not() {
        let read = |text| Revenue::read(text).unwrap();
        assert!(read("5_10_million").touches(&read("11_20_million")));
        assert!(read("31_50_million").touches(&read("51_75_million")));
        assert!(read("10m_plus").touches(&read("31_50_million")));
        assert!(!read("5_10_million").touches(&read("21_30_million")));
    }

    #[test]
    fn an_interval_has_words() {
        assert_eq!(Revenue::read("2m_5m").unwrap().name(), "$2M to $5M");
        assert_eq!(Revenue::read("500k_1m").unwrap().name(), "$500K to $1M");
        assert_eq!(Revenue::read("$4,350,000").unwrap().name(), "$4.3M");
    }
}
