//! Where a recipient may be: every time zone and state that the number and the person allow.
//!
//! Pure. People keep their number when they move and travel with it, so nothing here decides where
//! somebody is: it lists where they may be, and whoever asks for quiet hours keeps those of all
//! these places. The table of prefixes and its source are in `data/number_places.tsv`.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use chrono_tz::Tz;
use thiserror::Error;

use super::phone::PhoneNumber;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("data/number_places.tsv")));

/// The prefix of the row for North American codes that name no place.
const NORTH_AMERICA: &str = "1";

/// Longest prefix in the table, in digits.
const PREFIX_DIGITS_MAX: usize = 8;

/// Every place that is possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// IANA zones, sorted by name.
    pub zones: Vec<Tz>,
    /// ISO 3166-2 states (`US-TX`) where known, else ISO 3166-1 countries (`FR`), sorted.
    pub regions: Vec<String>,
}

/// What is known of a person besides the number. Empty and blank fields say nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The person's own IANA zone.
    pub zone: Option<&'a str>,
    /// A state: `TX`, `US-TX`, `Texas`.
    pub state: Option<&'a str>,
    /// A postal address or service area of which the state is read: `Austin, TX 78701`.
    pub address: Option<&'a str>,
    /// A zone where the person is now, such as that of an event they have checked in to.
    pub present_zone: Option<&'a str>,
}

/// A zone that no zone database knows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no time zone called {0:?}: use an IANA name such as America/Chicago")]
pub struct UnknownZone(pub String);

/// Every place that a number and what is known of its holder allow.
///
/// # Errors
///
/// [`UnknownZone`] for a zone that does not exist. A state that does not exist says nothing,
/// because addresses are free text.
pub fn places(phone: Option<&PhoneNumber>, known: &Known<'_>) -> Result<Places, UnknownZone> {
    let mut zones: BTreeSet<&'static str> = BTreeSet::new();
    let mut regions = BTreeSet::new();
    if let Some(phone) = phone {
        let row = TABLE.of_number(phone.e164());
        zones.extend(row.iter().flat_map(|row| &row.zones));
        let own = row.map(|row| row.regions.as_slice()).unwrap_or_default();
        regions.extend(own.iter().map(|region| (*region).to_owned()));
        // Without a state in the table the country says it; Puerto Rico and Guam are their own.
        if own.is_empty() {
            regions.extend(phone.country().map(str::to_owned));
        }
    }
    for zone in [known.zone, known.present_zone].into_iter().flatten() {
        let zone = zone.trim();
        if !zone.is_empty() {
            let known: Tz = zone.parse().map_err(|_| UnknownZone(cut(zone)))?;
            zones.insert(known.name());
        }
    }
    let states = known.state.and_then(state).into_iter();
    for state in states.chain(known.address.and_then(state_of_address)) {
        zones.extend(TABLE.of_state(state));
        regions.insert(state.to_owned());
    }
    // A state says more than its country, whose rules apply to it anyway.
    let countries: Vec<String> = regions
        .iter()
        .filter_map(|region| region.split_once('-'))
        .map(|(country, _)| country.to_owned())
        .collect();
    Ok(Places {
        zones: zones.iter().filter_map(|zone| zone.parse().ok()).collect(),
        regions: regions
            .into_iter()
            .filter(|region| !countries.contains(region))
            .collect(),
    })
}

/// The ISO 3166-2 code of a state or province, by its code (`TX`, `US-TX`) or English name.
pub fn state(text: &str) -> Option<&'static str> {
    let text = text.trim().trim_end_matches('.').to_uppercase();
    let bare = text.strip_prefix("US-").or(text.strip_prefix("CA-"));
    let bare = bare.unwrap_or(&text);
    STATES
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(code, name)| code[3..] == *bare || name.to_uppercase() == *bare)
        .map(|(code, _)| code)
}

/// The state that an address ends with, as `Austin, TX`, `Austin TX 78701`, `Austin, Texas, USA`.
fn state_of_address(address: &str) -> Option<&'static str> {
    // The end of an address is enough, and keeps free text of any length cheap.
    let tail: Vec<char> = address.chars().rev().take(80).collect();
    let tail: String = tail.into_iter().rev().collect();
    let parts: Vec<&str> = tail.split([',', '\n', ';']).map(str::trim).collect();
    for part in parts.iter().rev() {
        let words: Vec<&str> = part
            .split_whitespace()
            .filter(|word| !word.chars().any(|c| c.is_ascii_digit()))
            .filter(|word| !["USA", "US", "U.S.A.", "U.S.", "Canada"].contains(word))
            .collect();
        // "Austin TX": a code counts in capitals only, for "in" and "or" are words.
        let code = words
            .last()
            .filter(|word| word.chars().all(|c| c.is_ascii_uppercase()));
        if let Some(found) = state(&words.join(" ")).or(code.and_then(|code| state(code))) {
            return Some(found);
        }
        if !words.is_empty() && parts.len() > 1 {
            let last_two = words.iter().rev().take(2).rev().copied();
            let named = last_two.collect::<Vec<_>>().join(" ");
            return state(&named).or(words.last().and_then(|word| state(word)));
        }
    }
    None
}

/// One row: what a prefix allows.
struct Row {
    regions: Vec<&'static str>,
    zones: Vec<&'static str>,
}

struct Table {
    rows: Vec<Row>,
    by_prefix: HashMap<&'static str, usize>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut rows = Vec::new();
        let mut by_prefix = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t').map(|cell| cell.split(' '));
            let (Some(regions), Some(zones), Some(prefixes)) =
                (cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            by_prefix.extend(prefixes.map(|prefix| (prefix, rows.len())));
            rows.push(Row {
                regions: regions.filter(|region| *region != "-").collect(),
                zones: zones.collect(),
            });
        }
        Self { rows, by_prefix }
    }

    fn of_number(&self, e164: &str) -> Option<&Row> {
        let digits = e164.trim_start_matches('+');
        let longest = digits.len().min(PREFIX_DIGITS_MAX);
        (NORTH_AMERICA.len()..=longest)
            .rev()
            .filter_map(|length| digits.get(..length))
            .find_map(|prefix| self.by_prefix.get(prefix))
            .and_then(|row| self.rows.get(*row))
    }

    /// The zones of all area codes of a state. Codes that two states share would lend it zones that
    /// are not its own, so a code of its own is preferred.
    fn of_state(&self, state: &str) -> BTreeSet<&'static str> {
        let within = |alone: bool| -> BTreeSet<&'static str> {
            self.rows
                .iter()
                .filter(|row| row.regions.contains(&state) && (row.regions.len() == 1 || !alone))
                .flat_map(|row| row.zones.iter().copied())
                .collect()
        };
        let own = within(true);
        if own.is_empty() { within(false) } else { own }
    }
}

fn cut(zone: &str) -> String {
    zone.chars().take(60).collect()
}

/// ISO 3166-2 codes and English names (USPS and Canada Post abbreviations are their last letters).
const STATES: &str = include_str!("data/states.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::phone;

    fn of(number: &str) -> Places {
        let phone = phone::parse(number, "US").unwrap();
        places(Some(&phone), &Known::default()).unwrap()
    }

    fn names(places: &Places) -> Vec<&str> {
        places.zones.iter().map(|zone| zone.name()).collect()
    }

    #[test]
    fn a_number_allows_every_zone_of_its_area_code() {
        for (number, zones, regions) in [
            ("512 555 0123", &["America/Chicago"][..], &["US-TX"][..]),
            ("212 555 0123", &["America/New_York"], &["US-NY"]),
            ("602 555 0123", &["America/Phoenix"], &["US-AZ"]),
            (
                "928 555 0123",
                &["America/Denver", "America/Phoenix"],
                &["US-AZ"],
            ),
            (
                "850 555 0123",
                &["America/Chicago", "America/New_York"],
                &["US-FL"],
            ),
            (
                "364 555 0123",
                &["America/Chicago", "America/New_York"],
                &["US-KY"],
            ),
            ("808 555 0123", &["Pacific/Honolulu"], &["US-HI"]),
            ("416 555 0123", &["America/Toronto"], &["CA-ON"]),
            ("787 555 0123", &["America/Puerto_Rico"], &["PR"]),
            ("+44 7400 123456", &["Europe/London"], &["GB"]),
            ("+91 98765 43210", &["Asia/Kolkata"], &["IN"]),
        ] {
            let places = of(number);
            for zone in zones {
                assert!(names(&places).contains(zone), "{number}: {places:?}");
            }
            assert!(
                number.starts_with('+') || places.zones.len() == zones.len(),
                "{places:?}"
            );
            assert_eq!(places.regions, regions, "{number}");
        }
    }

    #[test]
    fn a_number_of_no_place_may_be_in_any_state() {
        let places = of("800 555 0123");
        assert!(names(&places).contains(&"America/New_York"));
        assert!(names(&places).contains(&"Pacific/Honolulu"));
        assert_eq!(places.regions, ["US"]);
    }

    #[test]
    fn what_is_known_of_a_person_is_added() {
        let phone = phone::parse("512 555 0123", "US").unwrap();
        let known = Known {
            zone: Some("America/Los_Angeles"),
            address: Some("12 Main St, Miami, FL 33101"),
            present_zone: Some("America/Phoenix"),
            ..Known::default()
        };
        let places = places(Some(&phone), &known).unwrap();
        assert_eq!(places.regions, ["US-FL", "US-TX"]);
        for zone in ["Los_Angeles", "New_York", "Chicago", "Phoenix"] {
            assert!(
                names(&places).contains(&format!("America/{zone}").as_str()),
                "{zone}"
            );
        }
    }

    #[test]
    fn a_state_is_read_from_an_address() {
        for (address, expected) in [
            ("Austin, TX", Some("US-TX")),
            ("Austin TX 78701", Some("US-TX")),
            ("Austin, Texas, USA", Some("US-TX")),
            ("500 5th Ave, New York, NY 10110, USA", Some("US-NY")),
            ("Charleston, West Virginia 25301", Some("US-WV")),
            ("Washington, D.C. 20001", Some("US-DC")),
            ("Toronto, ON M5V 2T6, Canada", Some("CA-ON")),
            ("Texas", Some("US-TX")),
            ("somewhere or other in town", None),
            ("Berlin, Germany", None),
            ("", None),
        ] {
            assert_eq!(state_of_address(address), expected, "{address}");
        }
    }

    #[test]
    fn a_zone_that_does_not_exist_is_refused() {
        let known = Known {
            zone: Some("Texas/Austin"),
            ..Known::default()
        };
        assert_eq!(
            places(None, &known),
            Err(UnknownZone("Texas/Austin".to_owned()))
        );
    }

    #[test]
    fn every_zone_and_state_of_the_table_exists() {
        for row in &TABLE.rows {
            for zone in &row.zones {
                assert!(zone.parse::<Tz>().is_ok(), "{zone}");
            }
            for region in row.regions.iter().filter(|region| region.contains('-')) {
                assert_eq!(state(region), Some(*region));
            }
        }
        assert!(TABLE.by_prefix.keys().all(|p| p.len() <= PREFIX_DIGITS_MAX));
        for line in STATES.lines() {
            let code = line.split(' ').next().unwrap();
            assert!(!TABLE.of_state(code).is_empty(), "{code}");
        }
    }
}
