//! Accounts of one person, as far as phone numbers and e-mail addresses tell. Pure.

use std::collections::BTreeMap;

use crate::matching::profile::Profile;

/// Ids that are named to an organiser; the others are counted.
const NAMED_MAX: usize = 5;

/// What an organiser should know of people who are there twice; None: nobody is. Names ids only:
/// numbers and addresses are nobody else's business.
pub(super) fn told<'a>(people: impl Iterator<Item = &'a Profile>) -> Option<String> {
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    let mut doubles: Vec<(i64, i64)> = Vec::new();
    for person in people {
        for key in &person.person_keys {
            let known = *first.entry(key).or_insert(person.id);
            if known != person.id {
                doubles.push((known, person.id));
            }
        }
    }
    doubles.sort_unstable();
    doubles.dedup();
    if doubles.is_empty() {
        return None;
    }
    let named = doubles.iter().take(NAMED_MAX);
    let named: Vec<String> = named.map(|(a, b)| format!("{a} and {b}")).collect();
    let more = match doubles.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        count => format!(" and {count} more pairs"),
    };
    Some(format!(
        "Contractors {}{more} have a phone number or an e-mail address in common and are not \
         introduced to each other: merge them, exclude one, or correct the number.",
        named.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::profile::{RawProfile, Vocabulary};

    fn people(contacts: &[&str]) -> Vec<Profile> {
        let rows = (1..).zip(contacts).map(|(id, contact)| RawProfile {
            id,
            contacts: vec![(*contact).to_owned()],
            ..RawProfile::default()
        });
        rows.map(|row| Profile::read(&row, &Vocabulary::default()).0)
            .collect()
    }

    #[test]
    fn who_is_there_twice_is_told_by_id_only() {
        let met = people(&["+15125550101", "a@sample.test", " A@Sample.Test", ""]);
        let told = told(met.iter()).unwrap();
        assert!(
            told.starts_with("Contractors 2 and 3 have a phone"),
            "{told}"
        );
        assert!(!told.contains("sample"), "{told}");
    }

    #[test]
    fn a_number_of_many_is_told_in_one_sentence() {
        let met = people(&["+15125550101"; 9]);
        let told = told(met.iter()).unwrap();
        assert!(told.contains("1 and 6 and 3 more pairs have"), "{told}");
        assert_eq!(super::told(people(&["1", "2"]).iter()), None);
    }
}
