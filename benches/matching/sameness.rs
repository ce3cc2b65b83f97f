//! One plan for the same people, whatever the order of rows and the number of threads.

use std::collections::BTreeSet;
use std::io;

use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, plan};
use pgcascade::matching::profile::Vocabulary;
use sha2::{Digest, Sha256};

use super::Marks;
use super::attendees::{self, Dice, Scenario};

const SHUFFLES: usize = 100;
const SEED: u64 = 7;

/// The part of the page, which is in the marks only.
pub fn part(marks: &mut Marks) -> io::Result<String> {
    for regional in [false, true] {
        let kind = if regional { "regional" } else { "national" };
        let scenario = |people| Scenario { people, regional };
        let mut people = people(scenario(500));
        let mut dice = Dice::new(SEED);
        let mut hashes = BTreeSet::new();
        for _ in 0..SHUFFLES {
            hashes.insert(hash(&people)?);
            for place in (1..people.len()).rev() {
                people.swap(place, dice.below(place + 1));
            }
        }
        said(marks, &format!("{SHUFFLES} orders of 500 {kind}"), &hashes);
        let people = self::people(scenario(5_000));
        let mut hashes = BTreeSet::new();
        for threads in [1, 2, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(io::Error::other)?;
            hashes.insert(pool.install(|| hash(&people))?);
        }
        said(
            marks,
            &format!("5000 {kind} with 1, 2 and 4 threads"),
            &hashes,
        );
    }
    Ok(String::new())
}

fn said(marks: &mut Marks, measure: &str, hashes: &BTreeSet<String>) {
    let shown: Vec<&str> = hashes.iter().filter_map(|hash| hash.get(..12)).collect();
    marks.add(measure, "one plan", shown.join(", "), hashes.len() == 1);
}

fn people(scenario: Scenario) -> Vec<Person> {
    let profiles = attendees::profiles(scenario, SEED).into_iter();
    let person = |profile| Person {
        profile,
        max_matches: None,
    };
    profiles.map(person).collect()
}

/// Of everything that a plan says.
fn hash(people: &[Person]) -> io::Result<String> {
    let (params, vocabulary) = (Params::default(), Vocabulary::default());
    let plan = plan(people, &params, &vocabulary, &Constraints::default(), SEED);
    let plan = plan.map_err(io::Error::other)?;
    let digest = Sha256::digest(format!("{plan:?}"));
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
