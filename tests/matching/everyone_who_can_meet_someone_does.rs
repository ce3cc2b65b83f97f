//! Coverage is never less than what is possible at all, and nobody gets too many.

#![expect(
    clippy::cast_possible_truncation,
    reason = "people of made-up events are few"
)]

use pgcascade::matching::assign::Pairs;
use pgcascade::matching::gate::{Gate, Ineligible};
use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, Plan, plan};
use pgcascade::matching::profile::{Profile, RawProfile, Vocabulary};
use pgcascade::matching::roster::Roster;
use pgcascade::matching::unplaced::Why;
use proptest::prelude::*;

use super::attendees::{self, SCENARIOS, Scenario};
use super::oracle::{self, Written, degrees};

/// People as they come from a row with nothing but what is given.
fn person(id: i64, area: &str, focus: &str) -> Person {
    let row = RawProfile {
        id,
        service_area: Some(area.to_owned()),
        focus_areas: Some(focus.to_owned()),
        ..RawProfile::default()
    };
    Person {
        profile: Profile::read(&row, &Vocabulary::default()).0,
        max_matches: None,
    }
}

fn planned(people: &[Person], constraints: &Constraints) -> Plan {
    plan(
        people,
        &Params::default(),
        &Vocabulary::default(),
        constraints,
        1,
    )
    .unwrap()
}

#[test]
fn coverage_is_the_maximum_of_the_flow() {
    let vocabulary = Vocabulary::default();
    let params = Params::default();
    for scenario in SCENARIOS {
        for seed in 0..3 {
            let profiles = attendees::profiles(scenario, seed);
            let known: Vec<&Profile> = profiles
                .iter()
                .filter(|p| p.place.is_some() && !p.focus.is_empty())
                .collect();
            let roster = Roster::new(&known, &params, &vocabulary, &[]);
            let graph = Written::of(&roster);
            let people: Vec<Person> = profiles
                .iter()
                .map(|profile| Person {
                    profile: profile.clone(),
                    max_matches: None,
                })
                .collect();
            let plan = planned(&people, &Constraints::default());
            let coverable = oracle::coverable(&graph, &vec![3; roster.people()]);
            assert_eq!(plan.certificate.covered, coverable, "{scenario:?} {seed}");
            assert_eq!(plan.certificate.coverable, coverable);
            assert!(plan.certificate.coverage_proved);
            assert_eq!(plan.unplaced.len(), scenario.people - coverable);
        }
    }
}

#[test]
fn nobody_gets_more_than_the_maximum() {
    let profiles = attendees::profiles(
        Scenario {
            people: 200,
            regional: true,
        },
        5,
    );
    let wanted = |id: i64| match id % 4 {
        0 => Some(1),
        1 => Some(0),
        _ => None,
    };
    let people: Vec<Person> = profiles
        .into_iter()
        .map(|profile| Person {
            max_matches: wanted(profile.id),
            profile,
        })
        .collect();
    let plan = planned(&people, &Constraints::default());
    assert!(!plan.pairs.is_empty());
    for person in &people {
        let id = person.profile.id;
        let own = plan
            .pairs
            .iter()
            .filter(|p| p.contractor1_id == id || p.contractor2_id == id);
        assert!(own.count() <= usize::from(wanted(id).unwrap_or(3)), "{id}");
    }
}

#[test]
fn a_crowd_that_shares_one_partner_is_explained() {
    let mut people: Vec<Person> = (1..=5)
        .map(|id| person(id, "Houston, TX", "team_building"))
        .collect();
    people.push(person(9, "Miami, FL", "team_building"));
    let plan = planned(&people, &Constraints::default());
    assert_eq!(
        (plan.certificate.covered, plan.certificate.coverable),
        (4, 4)
    );
    assert_eq!(plan.unplaced.len(), 2);
    for unplaced in &plan.unplaced {
        assert_eq!(
            unplaced.why,
            Why::Crowded {
                partners: vec![9],
                people: 5,
                places: 3
            }
        );
    }
}

#[test]
fn events_of_nobody_of_one_and_of_one_city_are_explained() {
    assert!(planned(&[], &Constraints::default()).pairs.is_empty());
    let alone = planned(
        &[person(1, "Houston, TX", "team_building")],
        &Constraints::default(),
    );
    assert_eq!(alone.unplaced[0].why, Why::NobodyElse);
    let city: Vec<Person> = (1..=4)
        .map(|id| person(id, "Houston, TX", "team_building"))
        .collect();
    let plan = planned(&city, &Constraints::default());
    assert!(plan.pairs.is_empty());
    assert_eq!(
        (plan.certificate.covered, plan.certificate.coverable),
        (0, 0)
    );
    for unplaced in &plan.unplaced {
        let Why::NobodyAllowed { kept_away, .. } = &unplaced.why else {
            panic!("{unplaced:?}")
        };
        assert_eq!(
            kept_away.iter().collect::<Vec<_>>(),
            [(&Gate::TooClose, &3)]
        );
    }
}

#[test]
fn everybody_identical_but_for_the_place_meets_three() {
    let cities = [
        "Austin, TX",
        "Miami, FL",
        "Chicago, IL",
        "Denver, CO",
        "Boston, MA",
        "Seattle, WA",
    ];
    let people: Vec<Person> = (1i64..)
        .zip(cities)
        .map(|(id, city)| person(id, city, "team_building"))
        .collect();
    let plan = planned(&people, &Constraints::default());
    assert_eq!(plan.pairs.len(), 9);
    assert_eq!(
        (plan.certificate.with_two, plan.certificate.gap()),
        (6, 0.0)
    );
}

#[test]
fn people_of_whom_too_little_is_known_are_named() {
    let people = [
        person(1, "Houston, TX", ""),
        person(2, "Narnia", "team_building"),
        person(3, "Miami, FL", "team_building"),
        Person {
            max_matches: Some(0),
            ..person(4, "Boston, MA", "team_building")
        },
    ];
    let plan = planned(&people, &Constraints::default());
    let why = |id: i64| {
        plan.unplaced
            .iter()
            .find(|u| u.contractor_id == id)
            .map(|u| u.why.clone())
    };
    assert_eq!(why(1), Some(Why::Ineligible(Ineligible::FocusUnknown)));
    assert_eq!(why(2), Some(Why::Ineligible(Ineligible::PlaceUnknown)));
    assert_eq!(why(3), Some(Why::NobodyElse));
    assert_eq!(why(4), Some(Why::Ineligible(Ineligible::OptedOut)));
}

#[test]
fn who_met_before_is_blocked_or_of_one_company_is_not_introduced() {
    let mut people: Vec<Person> = [
        "Austin, TX",
        "Miami, FL",
        "Chicago, IL",
        "Denver, CO",
        "Boston, MA",
    ]
    .into_iter()
    .zip(1i64..)
    .map(|(city, id)| person(id, city, "team_building"))
    .collect();
    for twin in [0, 1] {
        people[twin].profile.company_keys = vec!["acme".to_owned()];
    }
    let constraints = Constraints {
        met: vec![(3, 1)],
        blocked: vec![(1, 4)],
        forbidden: vec![(2, 3)],
        kept: vec![(4, 5)],
    };
    let plan = planned(&people, &constraints);
    let pairs: Vec<(i64, i64)> = plan
        .pairs
        .iter()
        .map(|pair| (pair.contractor1_id, pair.contractor2_id))
        .collect();
    // Boston has two places left: one for Austin, who can meet nobody else, and one for either.
    assert_eq!(pairs.len(), 4, "{pairs:?}");
    for pair in [(1, 5), (2, 4), (3, 4)] {
        assert!(pairs.contains(&pair), "{pairs:?}");
    }
    assert!(
        pairs.contains(&(2, 5)) != pairs.contains(&(3, 5)),
        "{pairs:?}"
    );
}

#[test]
fn a_phone_or_an_address_in_any_spelling_is_one() {
    let read = |contacts: &[&str]| {
        let row = RawProfile {
            contacts: contacts.iter().map(|text| (*text).to_owned()).collect(),
            ..RawProfile::default()
        };
        Profile::read(&row, &Vocabulary::default()).0.person_keys
    };
    assert_eq!(
        read(&[" Robin@Sample.TEST ", "", "robin@sample.test"]),
        ["robin@sample.test"]
    );
    assert_eq!(read(&[" "]), [""; 0]);
}

#[test]
fn crowds_of_one_partner_are_told_apart_from_those_of_another() {
    // Two hubs far apart in what they work on, and a third crowd whose people know both.
    let mut people: Vec<Person> = (1..=5)
        .map(|id| person(id, "Houston, TX", "team_building"))
        .collect();
    people.extend((11..=15).map(|id| person(id, "Houston, TX", "exit_planning")));
    people.push(person(21, "Miami, FL", "team_building"));
    people.push(person(22, "Boston, MA", "exit_planning"));
    let plan = planned(&people, &Constraints::default());
    let partners = |id: i64| {
        let found = plan
            .unplaced
            .iter()
            .find(|person| person.contractor_id == id);
        match found.map(|person| &person.why) {
            Some(Why::Crowded { partners, .. }) => partners.clone(),
            _ => Vec::new(),
        }
    };
    let left: Vec<i64> = plan
        .unplaced
        .iter()
        .map(|person| person.contractor_id)
        .collect();
    assert_eq!(left.len(), 4, "{left:?}");
    for id in left {
        assert_eq!(partners(id), [if id < 10 { 21 } else { 22 }]);
    }
}

/// A small graph of people who want two or three introductions.
fn small_graph() -> impl Strategy<Value = (Written, Vec<u8>)> {
    (2usize..8).prop_flat_map(|people| {
        let edge = (0..people as u32, 0..people as u32, 600_000u32..=1_000_000);
        let edges = prop::collection::vec(edge, 0..13).prop_map(move |edges| {
            let mut edges: Vec<(u32, u32, u32)> = edges
                .into_iter()
                .filter(|(a, b, _)| a != b)
                .map(|(a, b, weight)| (a.min(b), a.max(b), weight - weight % 50_000))
                .collect();
            edges.sort_unstable();
            edges.dedup_by_key(|(a, b, _)| (*a, *b));
            Written { people, edges }
        });
        (edges, prop::collection::vec(2u8..=3, people))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_graphs_are_covered_as_well_as_any_subset_of_their_pairs(
        (graph, capacity) in small_graph(),
        second_match in any::<bool>(),
    ) {
        let best = oracle::best_of_all(&graph, &capacity, second_match);
        let found = graph.assign(&capacity, second_match);
        let certificate = &found.certificate;
        prop_assert_eq!(certificate.covered, best.0);
        prop_assert_eq!(certificate.coverable, best.0);
        prop_assert!(certificate.coverage_proved);
        prop_assert!(best.2 <= certificate.upper_bound, "{:?} {:?}", best, certificate);
        prop_assert!(certificate.total <= certificate.upper_bound);
        let degrees = degrees(graph.people, &found.pairs);
        prop_assert!(degrees.iter().zip(&capacity).all(|(degree, cap)| *degree <= usize::from(*cap)));
        for pair in &found.pairs {
            prop_assert!(graph.edges.contains(&(pair.a, pair.b, pair.weight)));
        }
        // Not promised, but a fall below would be a fault: the best total among equals.
        if !second_match || certificate.with_two == best.1 {
            prop_assert!(certificate.total * 100 >= best.2 * 90, "{:?} {:?}", best, certificate);
        }
    }

    #[test]
    fn one_more_person_never_lowers_what_can_be_covered(
        (graph, mut capacity) in small_graph(),
        partners in prop::collection::btree_set(0u32..8, 0..4),
    ) {
        let before = graph.assign(&capacity, true).certificate.covered;
        let new = graph.people as u32;
        let mut larger = graph.clone();
        larger.people += 1;
        larger.edges.extend(partners.into_iter().filter(|p| *p < new).map(|p| (p, new, 700_000)));
        capacity.push(3);
        prop_assert!(larger.assign(&capacity, true).certificate.covered >= before);
    }

    #[test]
    fn who_wants_one_introduction_only_is_never_promised_too_much(
        (graph, capacity) in small_graph(),
        ones in prop::collection::vec(any::<bool>(), 8),
    ) {
        let capacity: Vec<u8> =
            capacity.iter().zip(&ones).map(|(cap, one)| if *one { 1 } else { *cap }).collect();
        let best = oracle::best_of_all(&graph, &capacity, false);
        let certificate = graph.assign(&capacity, false).certificate;
        prop_assert!(certificate.covered <= best.0);
        prop_assert!(certificate.coverable >= best.0);
        prop_assert!(!certificate.coverage_proved || certificate.covered == best.0);
        prop_assert!(certificate.covered + 1 >= best.0, "{:?} {:?}", best, certificate);
    }
}
