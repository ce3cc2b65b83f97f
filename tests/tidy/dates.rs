//! Days in tests: a suite that is green today is green in ten years, untouched.

use super::{Source, Violation, none, sources};

/// The clock is the test's own here, or there is none: days that are named in words.
const OWN_CLOCK: [&str; 3] = [
    "tests/event_day/",
    "tests/faults/database_clock.rs",
    "tests/followup/a_day_is_named_in_many_ways.rs",
];
/// What is to be scheduled lies past these days, what is over before them.
const COMING: std::ops::Range<&str> = "2026-12-01".."2080-01-01";

const NEAR: &str =
    "a day to come is reckoned from now, or lies in 2080 or later: another fails when it is over";

#[test]
fn no_day_of_a_test_comes_and_goes() {
    let bad = Source::new(
        "tests/x.sql",
        "-- Long over: 2026-10-31.\nvalues ('2027-03-14')\n",
    );
    assert_eq!(near_days(&bad), [bad.breaks(NEAR, 2)]);
    let fine = Source::new("tests/x.rs", "\"2083-03-14\", \"12027-03-14\", 2027-3\n");
    assert_eq!(near_days(&fine), []);
    let mut files = sources(&["tests"], ".rs");
    files.extend(sources(&["tests"], ".sql"));
    none(
        files
            .iter()
            .filter(|file| !file.is_in("tests/tidy"))
            .filter(|file| !OWN_CLOCK.iter().any(|own| file.is_in(own)))
            .flat_map(near_days)
            .collect(),
    );
}

/// Days as `2027-03-14` has them.
fn near_days(source: &Source) -> Vec<Violation> {
    source
        .lines()
        .filter(|(_, line)| {
            line.split(|c: char| !c.is_ascii_digit() && c != '-')
                .any(is_near)
        })
        .map(|(number, _)| source.breaks(NEAR, number))
        .collect()
}

fn is_near(word: &str) -> bool {
    let is_day =
        word.len() == "2027-03-14".len() && word.rmatch_indices('-').map(|(at, _)| at).eq([7, 4]);
    is_day && COMING.contains(&word)
}
