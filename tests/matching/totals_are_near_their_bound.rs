//! The total score is proved to be near the best, and other methods agree with the proof.

use pgcascade::matching::assign::Pairs;
use pgcascade::matching::gate::Gate;
use pgcascade::matching::params::{FocusMeasure, Params};
use pgcascade::matching::plan::{Constraints, Person, Plan, plan};
use pgcascade::matching::profile::{Profile, Vocabulary};
use pgcascade::matching::roster::{KeptAway, Roster};

use super::attendees::{self, SCENARIOS, Scenario};
use super::oracle::{self, Written};

fn people(scenario: Scenario, seed: u64) -> Vec<Person> {
    let profiles = attendees::profiles(scenario, seed).into_iter();
    profiles
        .map(|profile| Person {
            profile,
            max_matches: None,
        })
        .collect()
}

fn planned(people: &[Person], params: &Params, constraints: &Constraints) -> Plan {
    plan(people, params, &Vocabulary::default(), constraints, 1).unwrap()
}

#[test]
fn every_scenario_reaches_99_5_per_cent_of_its_bound() {
    for scenario in SCENARIOS {
        for seed in 0..4 {
            let met = attendees::met(scenario, seed);
            let constraints = Constraints {
                met: met.clone(),
                ..Constraints::default()
            };
            let plan = planned(&people(scenario, seed), &Params::default(), &constraints);
            let reached = 1.0 - plan.certificate.gap();
            assert!(reached >= 0.995, "{scenario:?} {seed}: {reached}");
            let again = |pair: (i64, i64)| met.contains(&pair) || met.contains(&(pair.1, pair.0));
            let pairs = plan
                .pairs
                .iter()
                .map(|pair| (pair.contractor1_id, pair.contractor2_id));
            assert_eq!(pairs.filter(|pair| again(*pair)).count(), 0);
        }
    }
}

#[test]
fn both_focus_measures_and_no_second_level_are_near_their_bounds() {
    let scenario = Scenario {
        people: 200,
        regional: true,
    };
    for params in [
        Params {
            focus_measure: FocusMeasure::IdfCosine,
            ..Params::default()
        },
        Params {
            second_match: false,
            ..Params::default()
        },
        Params {
            max_matches: 2,
            ..Params::default()
        },
        Params {
            min_distance_miles_other_trades: Some(20.0),
            ..Params::default()
        },
        Params {
            same_industry: true,
            ..Params::default()
        },
    ] {
        let plan = planned(&people(scenario, 1), &params, &Constraints::default());
        assert!(
            plan.certificate.gap() <= 0.005,
            "{params:?}: {:?}",
            plan.certificate
        );
        assert_eq!(plan.certificate.covered, plan.certificate.coverable);
    }
}

#[test]
fn an_integer_programme_finds_nothing_above_the_bound() {
    let params = Params {
        second_match: false,
        ..Params::default()
    };
    for (people, regional) in [(24, false), (30, true), (40, true)] {
        let scenario = Scenario { people, regional };
        let profiles = attendees::profiles(scenario, 2);
        let known: Vec<&Profile> = profiles
            .iter()
            .filter(|p| p.place.is_some() && !p.focus.is_empty())
            .collect();
        let roster = Roster::new(&known, &params, &Vocabulary::default(), &[]);
        let graph = Written::of(&roster);
        let found = graph.assign(&vec![3; roster.people()], false).certificate;
        let Some(exact) = oracle::exact_total(&graph, 3) else {
            panic!("{scenario:?}: not everybody can be covered at once")
        };
        assert!(
            exact <= found.upper_bound,
            "{scenario:?}: {exact} {found:?}"
        );
        assert!(
            found.total * 1000 >= exact * 995,
            "{scenario:?}: {exact} {found:?}"
        );
    }
}

#[test]
fn scores_of_rows_are_those_of_pairs() {
    let params = Params {
        min_distance_miles_other_trades: Some(40.0),
        ..Params::default()
    };
    let profiles = attendees::profiles(
        Scenario {
            people: 120,
            regional: true,
        },
        3,
    );
    let known: Vec<&Profile> = profiles
        .iter()
        .filter(|p| p.place.is_some() && !p.focus.is_empty())
        .collect();
    let roster = Roster::new(&known, &params, &Vocabulary::default(), &[]);
    let (mut row, mut found) = (Default::default(), Vec::new());
    for a in 0..roster.people() {
        roster.partners(a, &mut row, &mut found);
        for b in (0..roster.people()).filter(|b| *b != a) {
            let in_row = found.iter().find(|partner| partner.person as usize == b);
            let judged = roster
                .judge(a, b)
                .ok()
                .map(|parts| parts.total(&params).millionths());
            assert_eq!(in_row.map(|partner| partner.weight), judged, "{a} {b}");
        }
    }
}

#[test]
fn what_keeps_people_away_is_counted_as_pair_by_pair() {
    let scenario = Scenario {
        people: 90,
        regional: true,
    };
    let profiles = attendees::profiles(scenario, 6);
    let known: Vec<&Profile> = profiles
        .iter()
        .filter(|p| p.place.is_some() && !p.focus.is_empty())
        .collect();
    for params in [
        Params::default(),
        Params {
            min_distance_miles_other_trades: Some(40.0),
            same_industry: true,
            ..Params::default()
        },
        Params {
            min_score: 0.75,
            same_role_title: true,
            ..Params::default()
        },
    ] {
        let apart = [
            (0, 1, Gate::Blocked),
            (2, 5, Gate::MetBefore),
            (3, 4, Gate::SamePerson),
        ];
        let roster = Roster::new(&known, &params, &Vocabulary::default(), &apart);
        let mut row = Default::default();
        for person in 0..roster.people() {
            let mut each = KeptAway::default();
            for other in (0..roster.people()).filter(|other| *other != person) {
                let Err(gate) = roster.judge(person, other) else {
                    continue;
                };
                *each.by_gate.entry(gate).or_default() += 1;
                if gate == Gate::BelowMinimum {
                    let score = roster.total(&roster.components(person, other));
                    each.best_score = each.best_score.max(Some(score));
                }
            }
            assert_eq!(roster.kept_away(person, &mut row), each, "{params:?}");
        }
    }
}
