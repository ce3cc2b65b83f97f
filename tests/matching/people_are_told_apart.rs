//! Two accounts are one person by two contacts, or by one and the name; a number of many is nobody's.

use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, plan};
use pgcascade::matching::profile::{Profile, RawProfile, Vocabulary};
use pgcascade::matching::seating::seat;

const OFFICE: &str = "+15125550100";
const INFO: &str = "info@sample.test";
const CITIES: [&str; 4] = ["Austin, TX", "Miami, FL", "Chicago, IL", "Seattle, WA"];

/// Each of another city and company, by name and contacts.
fn people(rows: &[(&str, &[&str])]) -> Vec<Person> {
    let cities = CITIES.iter().cycle();
    let rows = (1..).zip(rows).zip(cities);
    rows.map(|((id, (name, contacts)), city)| {
        let row = RawProfile {
            id,
            name: Some((*name).to_owned()),
            company_name: Some(format!("Company {id}")),
            service_area: Some((*city).to_owned()),
            focus_areas: Some("team_building".to_owned()),
            contacts: contacts.iter().map(|text| (*text).to_owned()).collect(),
            ..RawProfile::default()
        };
        Person {
            profile: Profile::read(&row, &Vocabulary::default()).0,
            max_matches: None,
        }
    })
    .collect()
}

fn met(people: &[Person]) -> Vec<(i64, i64)> {
    let (params, words) = (Params::default(), Vocabulary::default());
    let plan = plan(people, &params, &words, &Constraints::default(), 1).unwrap();
    let pairs = plan.pairs.iter();
    pairs
        .map(|pair| (pair.contractor1_id, pair.contractor2_id))
        .collect()
}

#[test]
fn strangers_with_one_contact_in_common_meet() {
    for key in [OFFICE, INFO] {
        let two = people(&[("Robin Sample", &[key]), ("Alex Example", &[key])]);
        assert_eq!(met(&two), [(1, 2)], "{key}");
        let nameless = people(&[("", &[key]), ("", &[key])]);
        assert_eq!(met(&nameless), [(1, 2)], "{key}");
    }
}

#[test]
fn a_third_person_makes_no_two_others_one() {
    let (line, mail) = ("+13055550100", "desk@sample.test");
    let three = people(&[
        ("Robin Sample", &[OFFICE, line]),
        ("Alex Example", &[OFFICE, line, INFO, mail]),
        ("Kim Test", &[INFO, mail]),
    ]);
    assert_eq!(met(&three), [(1, 3)]);
}

#[test]
fn one_contact_and_the_same_name_are_one_person() {
    for (one, other) in [
        ("Robin Sample", "ROBIN  sample"),
        ("Zoé O'Sample", "Zoe OSample"),
        ("Robin Sample", "Robin J. Sample"),
        ("Robin Sample", "R. Sample"),
        ("Robin Sample", "R. S."),
        ("RS", "Robin Sample"),
    ] {
        let two = people(&[(one, &[OFFICE]), (other, &[OFFICE])]);
        assert_eq!(met(&two), [], "{one} {other}");
        let apart = people(&[(one, &[OFFICE]), (other, &[INFO])]);
        assert_eq!(met(&apart), [(1, 2)], "a name alone tells nothing");
    }
    for (one, other) in [
        ("Robin Sample", "Roberta Sample"),
        ("Robin Sample", "A. Sample"),
        ("Robin Sample", "Robin Sample Jr."),
        ("unknown", "unknown"),
    ] {
        let two = people(&[(one, &[OFFICE]), (other, &[OFFICE])]);
        assert_eq!(met(&two), [(1, 2)], "{one} {other}");
    }
}

#[test]
fn two_contacts_in_common_are_one_person_whatever_the_names() {
    let both: &[&str] = &[OFFICE, INFO];
    let two = people(&[("Robin Sample", both), ("Alex Example", both)]);
    assert_eq!(met(&two), []);
}

#[test]
fn what_more_than_two_people_share_tells_nobody() {
    let both: &[&str] = &[OFFICE, INFO];
    let three = people(&[
        ("Robin Sample", both),
        ("Alex Example", both),
        ("Kim Test", both),
    ]);
    assert_eq!(met(&three), [(1, 2), (1, 3), (2, 3)]);
}

#[test]
fn accounts_of_one_name_are_one_person_however_many() {
    let robin: (&str, &[&str]) = ("Robin Sample", &[OFFICE]);
    assert_eq!(met(&people(&[robin, robin, robin])), []);
}

#[test]
fn who_is_taken_for_one_person_is_told_why() {
    let robin: (&str, &[&str]) = ("Robin Sample", &[OFFICE]);
    let (params, words) = (Params::default(), Vocabulary::default());
    let two = people(&[robin, robin]);
    let plan = plan(&two, &params, &words, &Constraints::default(), 1).unwrap();
    assert_eq!(plan.certificate.coverable, 0);
    assert_eq!(plan.unplaced.len(), 2);
    for unplaced in &plan.unplaced {
        let told = unplaced.why.to_string();
        assert!(told.contains("1 taken for the same person"), "{told}");
    }
}

#[test]
fn accounts_of_one_person_share_no_table() {
    let robin: (&str, &[&str]) = ("Robin Sample", &[OFFICE]);
    let (params, words) = (Params::default(), Vocabulary::default());
    let tables = |three: &[Person]| {
        let seating = seat(three, &params, &words, &Constraints::default(), 1);
        seating.unwrap().tables.len()
    };
    let third: (&str, &[&str]) = ("Kim Test", &[INFO]);
    assert_eq!(tables(&people(&[robin, robin, third])), 0);
    let other: (&str, &[&str]) = ("Alex Example", &[OFFICE]);
    assert_eq!(tables(&people(&[robin, other, third])), 1);
}
