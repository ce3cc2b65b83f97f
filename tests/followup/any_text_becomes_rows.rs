//! Properties of the readers: no text makes them panic, what is found was in the text, time is linear.

use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate};
use pgcascade::followup::{action, capitals, note, priorities, when};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,300}",
        "((1|2|3|10|first|and|John|Smith|Acme|Inc|next|week|in|Tuesday|Oct|555-1234|a@b.co)[ .,;:)\n-]{0,2}){0,25}",
        "[\\x00-\\x20\\x7f]{0,30}",
    ]
}

proptest! {
    #[test]
    fn any_text_has_its_rows(text in text(), days in 700_000..740_000_i32) {
        let found = note::read(&text, "US");
        prop_assert!((0.0..=1.0).contains(&found.priority));
        for email in &found.entities.emails {
            prop_assert!(text.contains(email.as_str()), "{} is invented", email);
        }
        let capitals = capitals::find(&text);
        for name in capitals.names.iter().chain(&capitals.companies) {
            prop_assert!(text.contains(name.as_str()), "{} is invented", name);
        }
        let listed = priorities::read(&text);
        prop_assert!(listed.titles.len() <= priorities::PRIORITIES_MAX);
        for title in &listed.titles {
            prop_assert!(title.chars().any(char::is_alphanumeric) && title.chars().count() <= 250);
            let _ = action::action_type(title);
        }
        let candidate = action::Candidate { names: vec![text.clone(), "John Smith".to_owned()] };
        for link in action::links(&text, &[candidate]) {
            prop_assert!((0.6..=1.0).contains(&link.confidence));
        }
        let today = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
        if let Some(when) = when::read(&text, today) {
            prop_assert!(when.date >= today && when.date.year() <= today.year() + 2);
        }
    }

    #[test]
    fn a_weekday_is_its_next_one(days in 700_000..740_000_i32, name in 0..7_usize) {
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let today = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
        let found = when::read(names[name], today).unwrap().date;
        prop_assert_eq!(found.weekday().num_days_from_monday() as usize, name);
        prop_assert!((1..=7).contains(&(found - today).num_days()));
        let next = when::read("next week", today).unwrap().date;
        prop_assert!(next > today && next.iso_week() != today.iso_week());
    }
}

/// Twice what a long message is taken to be.
const BYTES: usize = 20_000;

#[test]
fn a_long_text_takes_no_more_than_its_share_of_time() {
    let today = NaiveDate::from_ymd_opt(2026, 10, 14).unwrap();
    for piece in [
        "John Smith ",
        "1. a ",
        "5",
        "a, ",
        "next ",
        "(",
        "a@b.co ",
        "first, ",
        ". ",
        "\u{0}",
        "in 3 ",
        "é ",
    ] {
        let long = piece.repeat(BYTES / piece.len());
        let begun = Instant::now();
        let _ = note::read(&long, "US");
        let _ = capitals::find(&long);
        let _ = priorities::read(&long);
        let _ = when::read(&long, today);
        let _ = action::action_type(&long);
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(30), "{piece:?}: {took:?}");
    }
}
