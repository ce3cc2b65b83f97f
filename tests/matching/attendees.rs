//! Made-up attendees of an event, the same for the same seed: what the figures of peer matching are
//! measured on. Used by the tests and by the bench.
//!
//! Twelve focus areas, two to five each, some far more common than others; 54 metropolitan areas by
//! size; revenue spread log-normally and written in one of two vocabularies of tiers; ten trades;
//! titles for seven of ten; a few per cent of the cells empty. A regional event has six of ten
//! attendees from its own city, who cannot meet each other: that is where greedy matching fails.

#![expect(
    clippy::cast_possible_truncation,
    reason = "people of made-up events are few"
)]

use pgcascade::matching::profile::{Profile, RawProfile, Vocabulary};

/// One family of events.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// Attendees.
    pub people: usize,
    /// Whether six of ten come from one city.
    pub regional: bool,
}

/// The six that the promises are about.
pub const SCENARIOS: [Scenario; 6] = [
    Scenario {
        people: 60,
        regional: false,
    },
    Scenario {
        people: 200,
        regional: false,
    },
    Scenario {
        people: 500,
        regional: false,
    },
    Scenario {
        people: 60,
        regional: true,
    },
    Scenario {
        people: 200,
        regional: true,
    },
    Scenario {
        people: 500,
        regional: true,
    },
];

/// Numbers that look random, the same for the same seed on every machine.
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// 0 to `count` - 1.
    pub fn below(&mut self, count: usize) -> usize {
        (self.share() * count as f64) as usize
    }

    /// A place in a list whose first entries are the most frequent: the n-th by 1 / n^steepness.
    pub fn zipf(&mut self, count: usize, steepness: f64) -> usize {
        let weight = |place: usize| ((place + 1) as f64).powf(-steepness);
        let mut rest = self.share() * (0..count).map(weight).sum::<f64>();
        for place in 0..count {
            rest -= weight(place);
            if rest < 0.0 {
                return place;
            }
        }
        count - 1
    }

    /// Around 0, by the sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

const FOCUS: [&str; 12] = [
    "Controlling Lead Flow",
    "closing_higher_percentage",
    "Operational Efficiency",
    "hiring_sales_leadership",
    "marketing_automation",
    "Installation Quality",
    "customer_retention",
    "technology_integration",
    "financial_management",
    "Greenfield Growth",
    "team_building",
    "exit_planning",
];
const CITIES: [&str; 54] = [
    "New York, NY",
    "Los Angeles, CA",
    "Chicago, IL",
    "Dallas, TX",
    "Houston, TX",
    "Atlanta, GA",
    "Washington, DC",
    "Philadelphia, PA",
    "Miami, FL",
    "Phoenix, AZ",
    "Boston, MA",
    "Riverside, CA",
    "San Francisco, CA",
    "Detroit, MI",
    "Seattle, WA",
    "Minneapolis, MN",
    "Tampa, FL",
    "San Diego, CA",
    "Denver, CO",
    "Baltimore, MD",
    "Orlando, FL",
    "Charlotte, NC",
    "St. Louis, MO",
    "San Antonio, TX",
    "Portland, OR",
    "Austin, TX",
    "Pittsburgh, PA",
    "Sacramento, CA",
    "Las Vegas, NV",
    "Cincinnati, OH",
    "Kansas City, MO",
    "Columbus, OH",
    "Cleveland, OH",
    "Indianapolis, IN",
    "Nashville, TN",
    "San Jose, CA",
    "Virginia Beach, VA",
    "Jacksonville, FL",
    "Providence, RI",
    "Milwaukee, WI",
    "Raleigh, NC",
    "Oklahoma City, OK",
    "Louisville, KY",
    "Richmond, VA",
    "Memphis, TN",
    "Salt Lake City, UT",
    "Birmingham, AL",
    "Fresno, CA",
    "Grand Rapids, MI",
    "Buffalo, NY",
    "Hartford, CT",
    "Tucson, AZ",
    "Rochester, NY",
    "Tulsa, OK",
];
const TRADES: [&str; 10] = [
    "Roofing",
    "HVAC",
    "Windows & Doors",
    "Kitchen Remodeling",
    "Siding",
    "Solar Installation",
    "Plumbing",
    "Bathroom Remodeling",
    "Painting",
    "Landscaping",
];
const TITLES: [&str; 10] = [
    "Owner",
    "President",
    "CEO",
    "General Manager",
    "VP Sales",
    "Sales Manager",
    "Operations Manager",
    "Marketing Director",
    "Co-Owner",
    "Estimator",
];
/// Upper ends in millions, with the tier's word in each vocabulary.
const CURRENT: [(f64, &str); 9] = [
    (5.0, "0_5_million"),
    (10.0, "5_10_million"),
    (20.0, "11_20_million"),
    (30.0, "21_30_million"),
    (50.0, "31_50_million"),
    (75.0, "51_75_million"),
    (150.0, "76_150_million"),
    (300.0, "151_300_million"),
    (f64::INFINITY, "300_plus_million"),
];
const LEGACY: [(f64, &str); 6] = [
    (0.5, "under_500k"),
    (1.0, "500k_1m"),
    (2.0, "1m_2m"),
    (5.0, "2m_5m"),
    (10.0, "5m_10m"),
    (f64::INFINITY, "10m_plus"),
];

/// The rows of the attendees, ids from 1.
pub fn rows(scenario: Scenario, seed: u64) -> Vec<RawProfile> {
    let mut dice = Dice::new(seed.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ scenario.people as u64);
    let host = CITIES[dice.below(20)];
    (1..=scenario.people as i64)
        .map(|id| row(id, host, scenario.regional, &mut dice))
        .collect()
}

/// The attendees, understood.
pub fn profiles(scenario: Scenario, seed: u64) -> Vec<Profile> {
    let vocabulary = Vocabulary::default();
    rows(scenario, seed)
        .iter()
        .map(|row| Profile::read(row, &vocabulary).0)
        .collect()
}

fn row(id: i64, host: &str, regional: bool, dice: &mut Dice) -> RawProfile {
    let at_home = regional && dice.share() < 0.6;
    let city = if at_home {
        host
    } else {
        CITIES[dice.zipf(CITIES.len(), 1.0)]
    };
    let millions = (1.4 + 1.2 * dice.normal()).exp();
    let tiers = if dice.share() < 0.5 {
        &CURRENT[..]
    } else {
        &LEGACY[..]
    };
    let tier = tiers
        .iter()
        .find(|(end, _)| millions <= *end)
        .map_or("", |(_, word)| word);
    let mut filled = |text: String, missing: f64| (dice.share() >= missing).then_some(text);
    let company_name = filled(format!("Company {id}"), 0.02);
    let service_area = filled(city.to_owned(), 0.02);
    let revenue_tier = filled(tier.to_owned(), 0.08);
    RawProfile {
        id,
        first_name: Some(format!("Person{id}")),
        last_name: Some("Example".to_owned()),
        company_name,
        service_area,
        revenue_tier,
        services_offered: (dice.share() >= 0.05).then(|| TRADES[dice.zipf(10, 0.7)].to_owned()),
        focus_areas: (dice.share() >= 0.02).then(|| focus(dice)),
        job_title: (dice.share() < 0.7).then(|| TITLES[dice.zipf(10, 0.7)].to_owned()),
        ..RawProfile::default()
    }
}

fn focus(dice: &mut Dice) -> String {
    let wanted = 2 + dice.below(4);
    let mut areas: Vec<&str> = Vec::new();
    while areas.len() < wanted {
        let area = FOCUS[dice.zipf(FOCUS.len(), 0.8)];
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    areas.join(", ")
}

/// Pairs that have met before: as many as there are people.
pub fn met(scenario: Scenario, seed: u64) -> Vec<(i64, i64)> {
    let mut dice = Dice::new(seed ^ 0xfeed);
    let person = |dice: &mut Dice| 1 + dice.below(scenario.people) as i64;
    (0..scenario.people)
        .map(|_| (person(&mut dice), person(&mut dice)))
        .collect()
}
