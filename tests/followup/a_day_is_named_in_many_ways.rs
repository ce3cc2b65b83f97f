//! Days and times in answers, on a Wednesday.

use chrono::{NaiveDate, NaiveTime};
use pgcascade::followup::when::{instant, read};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn every_usual_way_to_name_a_day_is_read() {
    // A Wednesday.
    let today = date("2026-10-14");
    for (text, expected) in [
        ("tomorrow", "2026-10-15"),
        ("tmrw pls", "2026-10-15"),
        ("remind me Tuesday", "2026-10-20"),
        ("Wed", "2026-10-21"),
        ("friday works", "2026-10-16"),
        ("next Friday", "2026-10-23"),
        ("next tuesday", "2026-10-20"),
        ("next week", "2026-10-19"),
        ("not yet, next week", "2026-10-19"),
        ("in 3 days", "2026-10-17"),
        ("in two weeks", "2026-10-28"),
        ("give me 2 more weeks", "2026-10-28"),
        ("in a few days", "2026-10-17"),
        ("give me a week", "2026-10-21"),
        ("in a month", "2026-11-13"),
        ("2 months", "2026-12-14"),
        ("next month", "2026-11-02"),
        ("end of week", "2026-10-16"),
        ("EOM", "2026-10-31"),
        ("after the weekend", "2026-10-19"),
        ("over the weekend", "2026-10-17"),
        ("later this week", "2026-10-16"),
        ("day after tomorrow", "2026-10-16"),
        ("Oct 16", "2026-10-16"),
        ("October 3rd", "2027-10-03"),
        ("16 October", "2026-10-16"),
        ("by 10/20", "2026-10-20"),
        ("on the 20th", "2026-10-20"),
        ("after the 3rd", "2026-11-03"),
        ("2026-12-01", "2026-12-01"),
        ("mañana", "2026-10-15"),
        ("el viernes", "2026-10-16"),
        ("la semaine prochaine", "2026-10-19"),
        ("nächste Woche", "2026-10-19"),
        ("übermorgen", "2026-10-16"),
        ("semana que vem", "2026-10-19"),
        ("today", "2026-10-14"),
    ] {
        let found = read(text, today).map(|when| when.date);
        assert_eq!(found, Some(date(expected)), "{text}");
    }
}

#[test]
fn a_text_without_a_day_names_none() {
    let today = date("2026-10-14");
    for text in [
        "later",
        "soon",
        "done",
        "9/10",
        "call 512 555 0123",
        "in 9999 days",
        "the 3 of us",
        "2020-01-01",
        "",
    ] {
        assert_eq!(read(text, today), None, "{text}");
    }
}

#[test]
fn a_time_is_read_beside_its_day() {
    let today = date("2026-10-14");
    for (text, hour, minute) in [
        ("tomorrow at 10", 10, 0),
        ("tomorrow at 3", 15, 0),
        ("friday 3pm", 15, 0),
        ("friday 9 am", 9, 0),
        ("tomorrow 10:30", 10, 30),
        ("tomorrow 2:15pm", 14, 15),
        ("monday noon", 12, 0),
        ("tomorrow morning", 9, 0),
    ] {
        let time = read(text, today).and_then(|when| when.time);
        assert_eq!(time, NaiveTime::from_hms_opt(hour, minute, 0), "{text}");
    }
    assert_eq!(read("in 3 days", today).and_then(|when| when.time), None);
}

#[test]
fn a_local_time_that_does_not_exist_is_moved_on() {
    let zone = chrono_tz::America::New_York;
    let half_past_two = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
    let spring = instant(date("2026-03-08"), half_past_two, zone).unwrap();
    assert_eq!(spring.to_rfc3339(), "2026-03-08T07:30:00+00:00");
    let half_past_one = NaiveTime::from_hms_opt(1, 30, 0).unwrap();
    let autumn = instant(date("2026-11-01"), half_past_one, zone).unwrap();
    assert_eq!(autumn.to_rfc3339(), "2026-11-01T05:30:00+00:00");
}
