//! Trades: what a contractor sells, and which trades complete each other.
//!
//! The vocabulary is open, like that of focus areas. Complementary trades are pairs in a table that
//! an organiser edits; the default holds trades that pass each other work without competing.

use super::Vocabulary;
use super::list;

/// A trade, as its key (`windows_doors`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trade(String);

/// Keys, the words for the middle of a sentence, and other spellings.
const KNOWN: [(&str, &str, &[&str]); 19] = [
    (
        "roofing",
        "roofing",
        &[
            "roof",
            "roofs",
            "roofer",
            "roofers",
            "roofing_contractor",
            "roof_repair",
        ],
    ),
    (
        "hvac",
        "HVAC",
        &[
            "heating_and_cooling",
            "heating_cooling",
            "air_conditioning",
            "heating",
            "ac",
            "hvac_contractor",
        ],
    ),
    (
        "solar",
        "solar",
        &[
            "solar_installation",
            "solar_installer",
            "solar_panels",
            "solar_energy",
        ],
    ),
    (
        "windows_doors",
        "windows and doors",
        &[
            "windows_and_doors",
            "windows",
            "doors",
            "window",
            "door",
            "windows_and_door",
            "window_replacement",
        ],
    ),
    (
        "siding",
        "siding",
        &["siding_installation", "exterior_siding"],
    ),
    (
        "flooring",
        "flooring",
        &["floors", "floor", "hardwood_floors"],
    ),
    (
        "kitchens",
        "kitchen remodeling",
        &[
            "kitchen",
            "kitchen_remodeling",
            "kitchen_remodel",
            "kitchen_remodelling",
        ],
    ),
    (
        "bath",
        "bathroom remodeling",
        &[
            "baths",
            "bathroom",
            "bathrooms",
            "bathroom_remodeling",
            "bathroom_remodel",
            "bath_remodeling",
        ],
    ),
    (
        "electrical",
        "electrical",
        &[
            "electric",
            "electrician",
            "electricians",
            "electrical_contractor",
        ],
    ),
    (
        "plumbing",
        "plumbing",
        &["plumber", "plumbers", "plumbing_contractor"],
    ),
    (
        "landscaping",
        "landscaping",
        &["landscape", "landscaper", "lawn_care"],
    ),
    ("painting", "painting", &["painter", "painters", "paint"]),
    (
        "insulation",
        "insulation",
        &["insulating", "insulation_contractor"],
    ),
    (
        "gutters",
        "gutters",
        &["gutter", "gutter_installation", "gutter_protection"],
    ),
    (
        "pools",
        "pools",
        &["pool", "swimming_pools", "pool_installation"],
    ),
    (
        "concrete_coatings",
        "concrete coatings",
        &["concrete_coating", "garage_floor_coating", "epoxy_floors"],
    ),
    (
        "cleaning",
        "cleaning",
        &["cleaning_service", "cleaning_services", "pressure_washing"],
    ),
    ("decks", "decks", &["deck", "decking", "decks_and_patios"]),
    (
        "general_contracting",
        "general",
        &[
            "general_contractor",
            "general_contracting",
            "gc",
            "remodeling",
            "remodeler",
        ],
    ),
];
/// Trades that refer work to each other, each pair in both directions.
pub(super) const COMPLEMENTARY: [(&str, &str); 24] = [
    ("roofing", "siding"),
    ("roofing", "windows_doors"),
    ("siding", "windows_doors"),
    ("roofing", "gutters"),
    ("siding", "gutters"),
    ("roofing", "solar"),
    ("solar", "electrical"),
    ("roofing", "insulation"),
    ("hvac", "insulation"),
    ("hvac", "plumbing"),
    ("hvac", "electrical"),
    ("plumbing", "electrical"),
    ("kitchens", "plumbing"),
    ("bath", "plumbing"),
    ("kitchens", "electrical"),
    ("kitchens", "bath"),
    ("kitchens", "flooring"),
    ("bath", "flooring"),
    ("painting", "siding"),
    ("painting", "flooring"),
    ("landscaping", "pools"),
    ("landscaping", "decks"),
    ("pools", "decks"),
    ("concrete_coatings", "flooring"),
];

impl Trade {
    /// The trade that a text names; None for blank text, words that say nothing, and whole essays.
    pub fn read(text: &str, vocabulary: &Vocabulary) -> Option<Self> {
        let key = list::key(text)?;
        if let Some(own) = vocabulary.trade_aliases.get(&key) {
            return Some(Self(own.clone()));
        }
        let short = [
            "_services",
            "_service",
            "_contractor",
            "_contractors",
            "_company",
        ]
        .iter()
        .find_map(|ending| key.strip_suffix(ending))
        .unwrap_or(&key);
        let known = KNOWN.iter().find(|(name, _, aliases)| {
            [key.as_str(), short]
                .iter()
                .any(|key| name == key || aliases.contains(key))
        });
        Some(Self(known.map_or_else(
            || key.clone(),
            |(name, _, _)| (*name).to_owned(),
        )))
    }

    /// The key that is stored and compared.
    pub fn key(&self) -> &str {
        &self.0
    }

    /// The words for the middle of a sentence, before "contractors": `HVAC`, `windows and doors`.
    pub fn name(&self) -> String {
        let known = KNOWN.iter().find(|(key, _, _)| *key == self.0);
        known.map_or_else(
            || self.0.replace('_', " "),
            |(_, name, _)| (*name).to_owned(),
        )
    }
}

/// The trades of a cell, sorted, each once; and what was no trade.
pub(super) fn read_all(cell: Option<&str>, vocabulary: &Vocabulary) -> (Vec<Trade>, Vec<String>) {
    let mut trades = Vec::new();
    let mut unread = Vec::new();
    for item in cell.into_iter().flat_map(list::items) {
        match Trade::read(&item, vocabulary) {
            Some(trade) => trades.push(trade),
            None => unread.push(item),
        }
    }
    trades.sort();
    trades.dedup();
    (trades, unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_of_trades_meet_in_one_vocabulary() {
        let vocabulary = Vocabulary::default();
        for (contractor, partner) in [
            ("Windows & Doors", "windows_doors"),
            ("Kitchen Remodeling", "kitchens"),
            ("Bathroom Remodeling", "bath"),
            ("Solar Installation", "solar"),
            ("HVAC", "hvac services"),
            ("Roofer", "Roofing Contractor"),
        ] {
            let read = |text| Trade::read(text, &vocabulary);
            assert_eq!(read(contractor), read(partner), "{contractor}");
        }
    }

    #[test]
    fn a_cell_of_either_form_is_a_sorted_set() {
        let expected = ["plumbing", "roofing"];
        for cell in [
            r#"["Roofing","Plumbing","roofers"]"#,
            "roofing, plumbing",
            "{Plumbing,Roofing}",
        ] {
            let (trades, unread) = read_all(Some(cell), &Vocabulary::default());
            let keys: Vec<&str> = trades.iter().map(Trade::key).collect();
            assert_eq!(keys, expected);
            assert!(unread.is_empty());
        }
    }

    #[test]
    fn an_unknown_trade_is_a_trade_of_its_own() {
        let trade = Trade::read("Chimney Sweeping", &Vocabulary::default()).unwrap();
        assert_eq!(
            (trade.key(), trade.name()),
            ("chimney_sweeping", "chimney sweeping".into())
        );
    }

    #[test]
    fn every_complementary_trade_is_known() {
        for trade in COMPLEMENTARY.iter().flat_map(|(a, b)| [a, b]) {
            assert!(KNOWN.iter().any(|(key, _, _)| key == trade), "{trade}");
        }
    }
}
