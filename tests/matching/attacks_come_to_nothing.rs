//! Input that somebody chose to do harm with, or that only an accident writes.

#![expect(
    clippy::cast_possible_truncation,
    reason = "people of made-up events are few"
)]

use pgcascade::matching::assign::{Problem, TieBreak, assign};
use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, Plan, plan};
use pgcascade::matching::profile::{Profile, RawProfile, Vocabulary};
use proptest::prelude::*;

use super::oracle::{self, Written, degrees};

const CITIES: [&str; 6] = [
    "Austin, TX",
    "Miami, FL",
    "Chicago, IL",
    "Denver, CO",
    "Boston, MA",
    "Seattle, WA",
];

fn row(id: i64) -> RawProfile {
    RawProfile {
        id,
        service_area: Some(CITIES[id as usize % CITIES.len()].to_owned()),
        focus_areas: Some("team_building".to_owned()),
        ..RawProfile::default()
    }
}

fn planned(rows: &[RawProfile], constraints: &Constraints) -> Plan {
    let vocabulary = Vocabulary::default();
    let people: Vec<Person> = rows
        .iter()
        .map(|row| Person {
            profile: Profile::read(row, &vocabulary).0,
            max_matches: None,
        })
        .collect();
    plan(&people, &Params::default(), &vocabulary, constraints, 1).unwrap()
}

#[test]
fn two_who_work_for_themselves_are_not_of_one_company() {
    for company in ["Self Employed", "self-employed", "Independent", "Freelance"] {
        let rows = [1, 2].map(|id| RawProfile {
            company_name: Some(company.to_owned()),
            ..row(id)
        });
        let plan = planned(&rows, &Constraints::default());
        assert_eq!(plan.pairs.len(), 1, "{company}: {:?}", plan.unplaced);
    }
}

#[test]
fn what_is_no_website_makes_nobody_colleagues() {
    for website in ["n.a.", "...", ".", "coming.soon!", "http://", "1.0", "www."] {
        let rows = [1, 2].map(|id| RawProfile {
            company_website: Some(website.to_owned()),
            ..row(id)
        });
        let plan = planned(&rows, &Constraints::default());
        assert_eq!(plan.pairs.len(), 1, "{website}: {:?}", plan.unplaced);
    }
    let rows = [1, 2].map(|id| RawProfile {
        company_website: Some(format!("HTTPS://www.Acme.example:443/{id}")),
        ..row(id)
    });
    assert!(planned(&rows, &Constraints::default()).pairs.is_empty());
}

#[test]
fn a_pair_of_one_person_takes_no_place() {
    let rows: Vec<RawProfile> = (1..=4).map(row).collect();
    let constraints = Constraints {
        kept: vec![(1, 1), (1, 1), (2, 2)],
        met: vec![(3, 3)],
        blocked: vec![(4, 4)],
        ..Constraints::default()
    };
    let plan = planned(&rows, &constraints);
    assert_eq!(plan.pairs.len(), 6, "{plan:?}");
}

#[test]
fn ids_at_both_ends_of_their_range_are_matched() {
    let mut rows: Vec<RawProfile> = (0..4).map(row).collect();
    for (row, id) in rows.iter_mut().zip([i64::MIN, -1, 0, i64::MAX]) {
        row.id = id;
    }
    let plan = planned(&rows, &Constraints::default());
    assert_eq!(plan.pairs.len(), 6);
    assert!(
        plan.pairs
            .iter()
            .all(|pair| pair.contractor1_id < pair.contractor2_id)
    );
}

#[test]
fn hundreds_of_invented_words_in_every_title_are_survived() {
    let rows: Vec<RawProfile> = (0..120)
        .map(|id| RawProfile {
            job_title: Some(
                (0..8)
                    .map(|n| format!("Qwertz{}ian ", id * 8 + n))
                    .collect(),
            ),
            ..row(id)
        })
        .collect();
    let plan = planned(&rows, &Constraints::default());
    assert_eq!(plan.certificate.covered, 120);
}

fn edges() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    let weight = prop_oneof![Just(1u32), Just(600_000), Just(1_000_000), 1u32..=1_000_000];
    prop::collection::vec((0u32..7, 0u32..7, weight), 0..13).prop_map(|edges| {
        let mut edges: Vec<(u32, u32, u32)> = edges
            .into_iter()
            .filter(|(a, b, _)| a != b)
            .map(|(a, b, weight)| (a.min(b), a.max(b), weight))
            .collect();
        edges.sort_unstable();
        edges.dedup_by_key(|(a, b, _)| (*a, *b));
        edges
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_capacity_is_too_small_or_too_large(
        edges in edges(),
        capacity in prop::collection::vec(prop_oneof![Just(0u8), Just(2), Just(3), Just(10)], 7),
        second_match in any::<bool>(),
    ) {
        let graph = Written { people: 7, edges };
        let best = oracle::best_of_all(&graph, &capacity, second_match);
        let found = graph.assign(&capacity, second_match);
        let certificate = &found.certificate;
        prop_assert_eq!(certificate.covered, best.0);
        prop_assert_eq!(certificate.coverable, best.0);
        prop_assert!(best.2 <= certificate.upper_bound, "{:?} {:?}", best, certificate);
        let degrees = degrees(7, &found.pairs);
        prop_assert!(degrees.iter().zip(&capacity).all(|(degree, cap)| *degree <= usize::from(*cap)));
    }

    #[test]
    fn whoever_has_matches_already_is_counted_as_covered(
        edges in edges(),
        held in prop::collection::vec(0u8..=255, 7),
    ) {
        let graph = Written { people: 7, edges };
        let ids: Vec<i64> = (0..7).collect();
        let found = assign(&Problem {
            pairs: &graph,
            capacity: &[3; 7],
            held: &held,
            second_match: true,
            ties: TieBreak { salt: u64::MAX, ids: &ids },
        });
        let degrees = degrees(7, &found.pairs);
        let covered = degrees.iter().zip(&held).filter(|(new, held)| **new > 0 || **held > 0);
        prop_assert_eq!(found.certificate.covered, covered.count());
        prop_assert!(found.certificate.total <= found.certificate.upper_bound);
    }
}
