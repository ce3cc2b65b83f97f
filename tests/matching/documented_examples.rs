//! The examples that the original systems document.

use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, plan};
use pgcascade::matching::profile::{Profile, RawProfile, Vocabulary};
use pgcascade::matching::reason::MatchType;

fn cell(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Contractors 1 and 56, who share three areas in two spellings.
fn austin_and_houston() -> Vec<RawProfile> {
    vec![
        RawProfile {
            id: 1,
            first_name: cell("John"),
            last_name: cell("Smith"),
            service_area: cell("Austin, TX"),
            focus_areas: cell(
                "Operational Efficiency, Hiring Sales Leadership, Controlling Lead Flow",
            ),
            revenue_tier: cell("31_50_million"),
            team_size: cell("40"),
            ..RawProfile::default()
        },
        RawProfile {
            id: 56,
            first_name: cell("Zeek"),
            last_name: cell("Test"),
            company_name: cell("Zeek Co"),
            service_area: cell("Houston, TX"),
            focus_areas: cell(
                r#"["operational_efficiency","hiring_sales_leadership","controlling_lead_flow"]"#,
            ),
            revenue_tier: cell("51_75_million"),
            team_size: cell("25"),
            ..RawProfile::default()
        },
    ]
}

#[test]
fn austin_meets_houston_and_the_score_is_explained() {
    let vocabulary = Vocabulary::default();
    let read = |row: &RawProfile| Profile::read(row, &vocabulary);
    assert!(
        austin_and_houston()
            .iter()
            .all(|row| read(row).1.is_empty())
    );
    let people: Vec<Person> = austin_and_houston()
        .iter()
        .map(|row| Person {
            profile: read(row).0,
            max_matches: None,
        })
        .collect();
    let params = Params::default();
    let plan = plan(&people, &params, &vocabulary, &Constraints::default(), 41).unwrap();
    assert_eq!(plan.pairs.len(), 1);
    let pair = &plan.pairs[0];
    assert_eq!((pair.contractor1_id, pair.contractor2_id), (1, 56));
    let parts = pair.criteria.components;
    assert_eq!(
        (
            parts.focus_areas.get(),
            parts.geographic.get(),
            parts.job_title
        ),
        (1.0, 1.0, None)
    );
    assert_eq!(parts.industry.get(), params.unknown_industry);
    let sum = 0.40 + 0.25 + 0.20 * parts.business_scale.get() + 0.15 * parts.industry.get();
    assert!((pair.score.get() - sum).abs() < 1e-6);
    assert_eq!(pair.match_type, MatchType::IdealPeer);
    assert_eq!(pair.criteria.distance_miles, Some(146));
    assert_eq!(
        pair.reason,
        "both focused on controlling lead flow, hiring sales leadership and 1 more, \
         and both running businesses of similar size, 146 miles apart",
    );
    let json = serde_json::to_value(&pair.criteria).unwrap();
    for key in [
        "focusAreas",
        "geographic",
        "businessScale",
        "industry",
        "location1",
        "location2",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
}

#[test]
fn no_reason_names_what_only_one_of_the_two_has() {
    let vocabulary = Vocabulary::default();
    let row = |id, area, focus, trade| RawProfile {
        id,
        service_area: cell(area),
        focus_areas: cell(focus),
        services_offered: cell(trade),
        ..RawProfile::default()
    };
    let people: Vec<Person> = [
        row(
            1,
            "Austin, TX",
            "team_building, revenue_growth, sales_process",
            "Roofing, Siding",
        ),
        row(
            2,
            "Texas; Florida",
            "team building, revenue growth, marketing_automation",
            "roofer, HVAC",
        ),
        row(3, "Boston, MA", "team building, revenue growth", "roofing"),
    ]
    .iter()
    .map(|row| Person {
        profile: Profile::read(row, &vocabulary).0,
        max_matches: None,
    })
    .collect();
    let plan = plan(
        &people,
        &Params::default(),
        &vocabulary,
        &Constraints::default(),
        1,
    )
    .unwrap();
    assert!(!plan.pairs.is_empty());
    for pair in &plan.pairs {
        assert!(
            pair.reason
                .starts_with("both focused on revenue growth and team building")
        );
        for lie in ["sales", "marketing", "siding", "HVAC", "_"] {
            assert!(!pair.reason.contains(lie), "{}", pair.reason);
        }
        assert!(
            pair.reason.contains("both roofing contractors"),
            "{}",
            pair.reason
        );
    }
    let texas = plan
        .pairs
        .iter()
        .find(|pair| pair.contractor1_id == 1 && pair.contractor2_id == 2);
    assert!(texas.is_none(), "Austin is in Texas");
    let far = plan
        .pairs
        .iter()
        .find(|pair| pair.contractor1_id == 2)
        .unwrap();
    assert!(far.reason.contains("at least "), "{}", far.reason);
}

/// The ladders of the original system, kept only to show that its documented 0.73 is understood.
mod original_ladder {
    fn ladder(difference: f64, steps: [(f64, f64); 3], last: f64) -> f64 {
        steps
            .iter()
            .find(|(below, _)| difference < *below)
            .map_or(last, |(_, score)| *score)
    }

    pub fn relative_difference(a: f64, b: f64) -> f64 {
        (a - b).abs() / ((a + b) / 2.0)
    }

    pub fn revenue(a: f64, b: f64) -> f64 {
        ladder(
            relative_difference(a, b),
            [(0.2, 1.0), (0.5, 0.8), (1.0, 0.6)],
            0.4,
        )
    }

    pub fn team(a: f64, b: f64) -> f64 {
        ladder(
            relative_difference(a, b),
            [(0.2, 1.0), (0.5, 0.8), (1.0, 0.5)],
            0.3,
        )
    }
}

#[test]
fn the_documented_0_73_follows_from_the_original_ladders() {
    let focus = 1.0;
    let same_state = 0.5;
    let scale = (original_ladder::revenue(40.5, 63.0) + original_ladder::team(40.0, 20.0)) / 2.0;
    let unknown_industry = 0.5;
    let total = 0.40 * focus + 0.25 * same_state + 0.20 * scale + 0.15 * unknown_industry;
    assert_eq!(scale, 0.65);
    assert_eq!((total * 100.0_f64).round() / 100.0, 0.73);
}
