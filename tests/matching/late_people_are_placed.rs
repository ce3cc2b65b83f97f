//! Late check-ins, released people and forbidden pairs change a plan in few places.

use std::collections::BTreeMap;

use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, plan};
use pgcascade::matching::profile::Vocabulary;
use pgcascade::matching::repair::{Repair, repair};
use pgcascade::matching::unplaced::Why;

use super::attendees::{self, Scenario};

fn people(scenario: Scenario, seed: u64) -> Vec<Person> {
    let profiles = attendees::profiles(scenario, seed).into_iter();
    profiles
        .map(|profile| Person {
            profile,
            max_matches: None,
        })
        .collect()
}

/// The pairs of a plan for these people.
fn pairs_of(people: &[Person]) -> Vec<(i64, i64)> {
    let vocabulary = Vocabulary::default();
    let plan = plan(
        people,
        &Params::default(),
        &vocabulary,
        &Constraints::default(),
        1,
    )
    .unwrap();
    plan.pairs
        .iter()
        .map(|pair| (pair.contractor1_id, pair.contractor2_id))
        .collect()
}

fn repaired(
    people: &[Person],
    constraints: &Constraints,
    movable: &[(i64, i64)],
    wanted: &[i64],
) -> Repair {
    let (params, vocabulary) = (Params::default(), Vocabulary::default());
    repair(
        people,
        &params,
        &vocabulary,
        constraints,
        movable,
        wanted,
        1,
    )
    .unwrap()
}

/// How many matches everybody has after a repair.
fn counts(standing: &[(i64, i64)], repair: &Repair) -> BTreeMap<i64, usize> {
    let kept = standing
        .iter()
        .filter(|pair| !repair.dropped.contains(pair))
        .copied();
    let added = repair
        .added
        .iter()
        .map(|pair| (pair.contractor1_id, pair.contractor2_id));
    let mut counts = BTreeMap::new();
    for id in kept.chain(added).flat_map(|(a, b)| [a, b]) {
        *counts.entry(id).or_insert(0) += 1;
    }
    counts
}

#[test]
fn a_late_check_in_is_placed_and_nobody_loses_their_last_match() {
    for regional in [false, true] {
        let all = people(
            Scenario {
                people: 200,
                regional,
            },
            6,
        );
        let standing = pairs_of(&all[..199]);
        let repair = repaired(&all, &Constraints::default(), &standing, &[200]);
        let after = counts(&standing, &repair);
        assert!(
            after.get(&200).is_some_and(|count| (1..=3).contains(count)),
            "{repair:?}"
        );
        for id in counts(
            &standing,
            &repaired(&all, &Constraints::default(), &standing, &[]),
        )
        .keys()
        {
            assert!((1..=3).contains(after.get(id).unwrap_or(&0)), "{id}");
        }
        assert!(repair.dropped.len() <= 4, "{:?}", repair.dropped);
        assert!(repair.unplaced.is_empty());
    }
}

#[test]
fn who_gives_a_place_is_told() {
    let all = people(
        Scenario {
            people: 200,
            regional: false,
        },
        6,
    );
    let standing = pairs_of(&all[..199]);
    let repair = repaired(&all, &Constraints::default(), &standing, &[200]);
    let peers = repair.added.iter().map(|pair| pair.contractor1_id);
    let peers: Vec<i64> = peers.collect();
    assert!(repair.givers.len() >= 2, "{repair:?}");
    for giver in &repair.givers {
        assert!(
            giver.is_some_and(|giver| peers.contains(&giver)),
            "{repair:?}"
        );
    }
}

#[test]
fn pairs_that_were_sent_stay() {
    let all = people(
        Scenario {
            people: 60,
            regional: true,
        },
        6,
    );
    let sent = pairs_of(&all[..59]);
    let constraints = Constraints {
        kept: sent.clone(),
        ..Constraints::default()
    };
    let repair = repaired(&all, &constraints, &[], &[60]);
    assert!(repair.dropped.is_empty());
    let after = counts(&sent, &repair);
    assert!(after.values().all(|count| *count <= 3), "{after:?}");
}

#[test]
fn who_is_left_by_a_partner_is_placed_again() {
    let all = people(
        Scenario {
            people: 200,
            regional: false,
        },
        7,
    );
    let standing = pairs_of(&all);
    let gone = standing[0].0;
    let left: Vec<i64> = standing
        .iter()
        .filter(|(a, b)| *a == gone || *b == gone)
        .map(|(a, b)| if *a == gone { *b } else { *a })
        .collect();
    let there: Vec<Person> = all
        .into_iter()
        .filter(|person| person.profile.id != gone)
        .collect();
    let repair = repaired(&there, &Constraints::default(), &standing, &[]);
    assert!(
        repair
            .dropped
            .iter()
            .filter(|(a, b)| *a == gone || *b == gone)
            .count()
            == left.len()
    );
    let after = counts(&standing, &repair);
    assert_eq!(after.get(&gone), None);
    assert!(
        left.iter()
            .all(|id| after.get(id).is_some_and(|count| *count >= 2)),
        "{after:?}"
    );
}

#[test]
fn a_forbidden_pair_is_given_up() {
    let all = people(
        Scenario {
            people: 60,
            regional: false,
        },
        8,
    );
    let standing = pairs_of(&all);
    let constraints = Constraints {
        forbidden: vec![standing[3]],
        ..Constraints::default()
    };
    let repair = repaired(&all, &constraints, &standing, &[]);
    assert!(repair.dropped.contains(&standing[3]));
    let added = repair
        .added
        .iter()
        .map(|pair| (pair.contractor1_id, pair.contractor2_id));
    assert!(!added.collect::<Vec<_>>().contains(&standing[3]));
}

#[test]
fn who_cannot_be_placed_late_is_told_why() {
    let all = people(
        Scenario {
            people: 60,
            regional: false,
        },
        8,
    );
    let standing = pairs_of(&all[..59]);
    let strangers = (1..60).map(|id| (id, 60)).collect();
    let constraints = Constraints {
        blocked: strangers,
        ..Constraints::default()
    };
    let repair = repaired(&all, &constraints, &standing, &[60]);
    assert!(repair.added.is_empty() && repair.dropped.is_empty());
    if all[59].profile.place.is_some() && !all[59].profile.focus.is_empty() {
        assert!(
            matches!(repair.unplaced[0].why, Why::NobodyAllowed { .. }),
            "{repair:?}"
        );
    }
}
