//! Profiles as people filled them in, understood: one module for each kind of text.
//!
//! Pure. [`Profile::read`] turns the cells of a row into values that can be compared. What cannot
//! be read is returned with its text, for the report of the run; it is never guessed.

mod focus;
mod gazetteer;
mod list;
mod locate;
pub(in crate::matching) mod name;
mod place;
mod quantity;
mod revenue;
mod service;
mod team;
mod title;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use focus::FocusArea;
pub(in crate::matching) use place::Enough;
pub use place::{Place, Spot};
pub use revenue::Revenue;
pub use service::Trade;
pub use team::TeamSize;
pub use title::{Function, Level, Title};

/// The cells of a contractor's row, as they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawProfile {
    /// `contractors.id`.
    pub id: i64,
    /// The whole name, where the parts are missing.
    pub name: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The company.
    pub company_name: Option<String>,
    /// Its website.
    pub company_website: Option<String>,
    /// The company that it belongs to.
    pub parent_company: Option<String>,
    /// `Houston, TX`, a ZIP code, a state, a list of branches.
    pub service_area: Option<String>,
    /// Degrees; with `longitude` they are believed before `service_area`.
    pub latitude: Option<f64>,
    /// Degrees.
    pub longitude: Option<f64>,
    /// Trades, as JSON or a list.
    pub services_offered: Option<String>,
    /// Focus areas, as JSON or a list.
    pub focus_areas: Option<String>,
    /// The main one, which counts like the others.
    pub primary_focus_area: Option<String>,
    /// `31_50_million`, `10m_plus`.
    pub revenue_tier: Option<String>,
    /// Read where the tier is missing or unreadable.
    pub annual_revenue: Option<String>,
    /// `25`, `11-50`, `50+`.
    pub team_size: Option<String>,
    /// `Owner`, `VP Sales`.
    pub job_title: Option<String>,
    /// Phone numbers and e-mail addresses, in any order, each once or more.
    pub contacts: Vec<String>,
}

/// A contractor, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// `contractors.id`.
    pub id: i64,
    /// The whole name, fit to be shown.
    pub name: String,
    /// The company, fit to be shown; empty where unknown.
    pub company: String,
    /// What tells whether two people are of one company: keys of its name, its website's host and
    /// its parent.
    pub company_keys: Vec<String>,
    /// What helps to tell whether two rows are of one person: phone numbers and e-mail addresses,
    /// in lower case.
    pub person_keys: Vec<String>,
    /// Where; None: not known, so no distance can be promised.
    pub place: Option<Place>,
    /// Sorted, each once.
    pub focus: Vec<FocusArea>,
    /// Yearly revenue.
    pub revenue: Option<Revenue>,
    /// People who work there.
    pub team: Option<TeamSize>,
    /// Sorted, each once.
    pub trades: Vec<Trade>,
    /// What the contractor does there.
    pub title: Option<Title>,
}

/// A cell, or an entry of one, that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Whose row.
    pub contractor_id: i64,
    /// The column.
    pub field: &'static str,
    /// The text, cut after 80 characters.
    pub value: String,
}

/// Words of an organiser, on top of those that the program knows. Keys are in lower case with
/// underscores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vocabulary {
    /// Other words for a focus area: from their key to the area's.
    pub focus_aliases: BTreeMap<String, String>,
    /// Other words for a trade: from their key to the trade's.
    pub trade_aliases: BTreeMap<String, String>,
    /// Pairs of trades that complete each other, in either order.
    pub complementary_trades: Vec<(String, String)>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        Self {
            focus_aliases: BTreeMap::new(),
            trade_aliases: BTreeMap::new(),
            complementary_trades: service::COMPLEMENTARY.iter().map(own).collect(),
        }
    }
}

const UNREAD_CHARS_MAX: usize = 80;
const NAME_CHARS_MAX: usize = 60;
/// Hosts where many companies have a page: no identity.
const SHARED_HOSTS: [&str; 16] = [
    "facebook.com",
    "instagram.com",
    "linkedin.com",
    "google.com",
    "gmail.com",
    "yelp.com",
    "angi.com",
    "houzz.com",
    "linktr.ee",
    "youtube.com",
    "wixsite.com",
    "godaddysites.com",
    "squarespace.com",
    "wordpress.com",
    "business.site",
    "weebly.com",
];
/// What people write who have no company: no identity either.
const NO_COMPANY: [&str; 8] = [
    "self",
    "self_employed",
    "selfemployed",
    "independent",
    "independent_contractor",
    "freelance",
    "freelancer",
    "retired",
];

impl Profile {
    /// What tells of this person that another is of the same company, or the same person.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.company_keys
            .iter()
            .chain(&self.person_keys)
            .map(String::as_str)
    }

    /// Understands a row. The second value lists what could not be read; blank cells are not
    /// listed.
    pub fn read(raw: &RawProfile, vocabulary: &Vocabulary) -> (Self, Vec<Unread>) {
        let mut report = Report {
            contractor_id: raw.id,
            unread: Vec::new(),
        };
        let cells = [filled(&raw.focus_areas), filled(&raw.primary_focus_area)];
        let (focus, bad) = focus::read_all(cells, vocabulary);
        report.add("focus_areas", bad);
        let (trades, bad) = service::read_all(filled(&raw.services_offered), vocabulary);
        report.add("services_offered", bad);
        let tier = report.cell("revenue_tier", &raw.revenue_tier, Revenue::read);
        let amount = || report.cell("annual_revenue", &raw.annual_revenue, Revenue::read);
        let revenue = tier.or_else(amount);
        let profile = Self {
            id: raw.id,
            name: shown_name(raw),
            company: shown(filled(&raw.company_name).unwrap_or_default()),
            company_keys: company_keys(raw),
            person_keys: person_keys(raw),
            place: read_place(raw, &mut report),
            focus,
            revenue,
            team: report.cell("team_size", &raw.team_size, TeamSize::read),
            trades,
            title: report.cell("job_title", &raw.job_title, Title::read),
        };
        (profile, report.unread)
    }

    /// How much of what is scored is known, 0 to 5: focus areas, place, scale, trades, title.
    pub fn completeness(&self) -> u8 {
        let known = [
            !self.focus.is_empty(),
            self.place.is_some(),
            self.revenue.is_some() || self.team.is_some(),
            !self.trades.is_empty(),
            self.title.is_some(),
        ];
        known.into_iter().map(u8::from).sum()
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "contractor {}: {} not understood: {}",
            self.contractor_id, self.field, self.value
        )
    }
}

/// Collects what could not be read of one row.
struct Report {
    contractor_id: i64,
    unread: Vec<Unread>,
}

impl Report {
    fn add(&mut self, field: &'static str, values: Vec<String>) {
        let contractor_id = self.contractor_id;
        self.unread.extend(values.into_iter().map(|value| Unread {
            contractor_id,
            field,
            value: value.trim().chars().take(UNREAD_CHARS_MAX).collect(),
        }));
    }

    fn cell<T>(
        &mut self,
        field: &'static str,
        cell: &Option<String>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = filled(cell)?;
        let value = read(text);
        if value.is_none() {
            self.add(field, vec![text.to_owned()]);
        }
        value
    }
}

fn filled(cell: &Option<String>) -> Option<&str> {
    cell.as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn read_place(raw: &RawProfile, report: &mut Report) -> Option<Place> {
    let text = filled(&raw.service_area);
    if let (Some(latitude), Some(longitude)) = (raw.latitude, raw.longitude) {
        let name = text.map_or_else(|| format!("{latitude:.2}, {longitude:.2}"), shown);
        if let Some(place) = Place::from_coordinates(latitude, longitude, &name) {
            return Some(place);
        }
        report.add(
            "latitude, longitude",
            vec![format!("{latitude}, {longitude}")],
        );
    }
    let (place, unread) = Place::read(text?);
    report.add("service_area", unread);
    place
}

/// The name as one writes it; the parts win over the whole.
fn shown_name(raw: &RawProfile) -> String {
    let parts = [filled(&raw.first_name), filled(&raw.last_name)];
    let joined: Vec<&str> = parts.into_iter().flatten().collect();
    if joined.is_empty() {
        shown(filled(&raw.name).unwrap_or_default())
    } else {
        shown(&joined.join(" "))
    }
}

/// One line of bounded length, without control characters.
fn shown(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let line = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .take(NAME_CHARS_MAX);
    let line = line.collect::<Vec<_>>().join(" ");
    line.chars()
        .take(NAME_CHARS_MAX)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

fn company_keys(raw: &RawProfile) -> Vec<String> {
    let name = filled(&raw.company_name).and_then(company_key);
    let parent = filled(&raw.parent_company).and_then(company_key);
    let site = filled(&raw.company_website)
        .and_then(host)
        .map(|host| format!("site:{host}"));
    let mut keys: Vec<String> = [name, parent, site].into_iter().flatten().collect();
    keys.sort();
    keys.dedup();
    keys
}

fn person_keys(raw: &RawProfile) -> Vec<String> {
    let contacts = raw.contacts.iter().map(|contact| contact.trim());
    let mut keys: Vec<String> = contacts
        .filter(|contact| !contact.is_empty())
        .map(str::to_lowercase)
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// A company's name without its legal form: `Acme, Inc.` is `ACME Inc`.
fn company_key(name: &str) -> Option<String> {
    let key = list::key(name)?;
    let mut rest = key.as_str();
    for form in [
        "_inc",
        "_llc",
        "_ltd",
        "_co",
        "_corp",
        "_corporation",
        "_company",
        "_l_l_c",
        "_pllc",
    ] {
        rest = rest.strip_suffix(form).unwrap_or(rest);
    }
    (!NO_COMPANY.contains(&rest)).then(|| rest.to_owned())
}

/// The host of a website, where it is the company's own.
fn host(website: &str) -> Option<String> {
    let lower = website.to_lowercase();
    let rest = lower
        .split_once("://")
        .map_or(lower.as_str(), |(_, rest)| rest);
    let host = rest
        .split(['/', '?', '#', ':'])
        .next()?
        .trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let shared = SHARED_HOSTS.iter().any(|shared| {
        host.strip_suffix(shared)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    // `n.a.` and `1.0` have no country or the like behind the last point.
    let (name, top) = host.rsplit_once('.')?;
    let is_top = top.len() >= 2 && top.chars().all(char::is_alphabetic);
    (!name.is_empty() && is_top && !host.contains([' ', '@']) && !shared).then(|| host.to_owned())
}

/// The middle of an interval on a logarithmic scale, in ten-thousandths of log10, so that the last
/// bit of a logarithm, which differs between machines, never decides.
#[expect(
    clippy::cast_possible_truncation,
    reason = "log10 of an amount is below 20"
)]
fn log_middle(low: f64, high: f64) -> i32 {
    ((low.log10() + high.log10()) / 2.0 * 1e4).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_row_is_understood() {
        let raw = RawProfile {
            id: 7,
            first_name: cell(" Ada "),
            last_name: cell("Byron"),
            company_name: cell("Engines, Inc."),
            company_website: cell("https://www.engines.example/about"),
            service_area: cell("Austin, TX"),
            services_offered: cell("Roofing"),
            focus_areas: cell("Operational Efficiency, team_building"),
            revenue_tier: cell("31_50_million"),
            team_size: cell("25"),
            job_title: cell("Owner"),
            ..RawProfile::default()
        };
        let (profile, unread) = Profile::read(&raw, &Vocabulary::default());
        assert_eq!(unread, []);
        assert_eq!(
            (profile.name.as_str(), profile.completeness()),
            ("Ada Byron", 5)
        );
        assert_eq!(profile.company_keys, ["engines", "site:engines.example"]);
    }

    #[test]
    fn what_cannot_be_read_is_reported_with_its_text() {
        let raw = RawProfile {
            id: 7,
            service_area: cell("Narnia"),
            revenue_tier: cell("lots"),
            annual_revenue: cell("$4M"),
            team_size: cell(&"many ".repeat(2_000)),
            latitude: Some(0.0),
            longitude: Some(0.0),
            ..RawProfile::default()
        };
        let (profile, unread) = Profile::read(&raw, &Vocabulary::default());
        let fields: Vec<&str> = unread.iter().map(|unread| unread.field).collect();
        assert_eq!(
            fields,
            [
                "revenue_tier",
                "latitude, longitude",
                "service_area",
                "team_size"
            ]
        );
        assert!(
            unread
                .iter()
                .all(|unread| unread.value.chars().count() <= UNREAD_CHARS_MAX)
        );
        assert!(
            profile.revenue.is_some(),
            "the amount stands in for the tier"
        );
        assert_eq!(profile.completeness(), 1);
    }

    #[test]
    fn coordinates_win_over_the_text() {
        let raw = RawProfile {
            service_area: cell("Houston, TX"),
            latitude: Some(25.76),
            longitude: Some(-80.19),
            ..RawProfile::default()
        };
        let (profile, _) = Profile::read(&raw, &Vocabulary::default());
        let miami = Place::read("Miami, FL").0.unwrap();
        assert!(profile.place.unwrap().miles_to(&miami) < 5.0);
    }

    #[test]
    fn companies_are_told_by_name_and_own_website() {
        let keys = |name, site| {
            company_keys(&RawProfile {
                company_name: cell(name),
                company_website: cell(site),
                ..RawProfile::default()
            })
        };
        assert_eq!(
            keys("ACME Inc", "acme.example"),
            keys("Acme, Inc.", "http://www.ACME.example/x")
        );
        assert_eq!(keys("Bolt", "https://facebook.com/bolt"), ["bolt"]);
        assert_eq!(keys("Bolt", "bob@bolt.example"), ["bolt"]);
    }
}
