//! Properties of quiet hours, against the plain definition: an answer is allowed, and nothing
//! between it and the question is.

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use pgcascade::messaging::quiet_hours::{Hours, Weekdays, Window};
use proptest::prelude::*;

/// Zones that differ in what makes them hard: daylight saving in both halves of the world, half
/// hours, a half-hour change, a change at midnight, none, and a day that was left out.
const ZONES: [&str; 12] = [
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Asuncion",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Honolulu",
];
const REGIONS: [&str; 3] = ["US", "US-TX", "US-FL"];

/// One row, as the definition below reads it.
type Row = (String, Vec<i16>, u32, u32);

fn row() -> impl Strategy<Value = Row> {
    let days = prop_oneof![
        3 => Just(vec![1, 2, 3, 4, 5, 6, 7]),
        1 => Just(vec![7]),
        1 => Just(vec![1, 2, 3, 4, 5]),
    ];
    let region = prop_oneof![Just("*"), Just("US"), Just("US-TX")];
    (
        region,
        days,
        0..12_u32,
        1..13_u32,
        prop_oneof![Just(0), Just(30)],
    )
        .prop_map(|(region, days, start, length, minutes)| {
            let end = (start + length).min(24) * 60;
            (region.to_owned(), days, start * 60 + minutes, end)
        })
}

fn windows(rows: &[Row]) -> Vec<Window> {
    let time = |minute: u32| NaiveTime::from_hms_opt(minute / 60 % 24, minute % 60, 0).unwrap();
    rows.iter()
        .filter(|(_, _, start, end)| start < end)
        .map(|(region, days, start, end)| {
            let days = Weekdays::from_iso(days).unwrap();
            Window::new(region, days, time(*start), time(*end)).unwrap()
        })
        .collect()
}

/// The definition, written down again: within a window of every group, in every zone.
fn allowed(rows: &[Row], zones: &[Tz], regions: &[String], instant: DateTime<Utc>) -> bool {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.2 < row.3).collect();
    let of = |name: &str| rows.iter().filter(|row| row.0 == name).collect::<Vec<_>>();
    let mut groups = Vec::new();
    for region in regions {
        let (country, own) = (of(&region[..2]), of(region));
        if country.is_empty() {
            groups.push(of("*"));
        }
        groups.extend([country, own]);
    }
    if regions.is_empty() {
        groups.push(of("*"));
    }
    zones.iter().all(|zone| {
        let local = instant.with_timezone(zone);
        let day = i16::try_from(local.weekday().number_from_monday()).unwrap();
        let minute = local.hour() * 60 + local.minute();
        groups
            .iter()
            .filter(|group| !group.is_empty())
            .all(|group| {
                group
                    .iter()
                    .any(|row| row.1.contains(&day) && row.2 <= minute && minute < row.3)
            })
    })
}

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    // Around clock changes of 2026, the day that Samoa left out in 2011, and anywhere.
    let near = prop_oneof![
        Just(1_772_953_200_i64), // New York and Chicago, 8 March
        Just(1_793_509_200),     // 1 November
        Just(1_775_314_800),     // Lord Howe, 4 April
        Just(1_325_152_800),     // Apia, 30 December 2011
        0..2_000_000_000_i64,
    ];
    (near, -200_000..200_000_i64)
        .prop_map(|(near, off)| DateTime::from_timestamp(near + off, 0).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_answer_is_allowed_and_nothing_allowed_lies_between(
        rows in prop::collection::vec(row(), 1..5),
        zones in prop::sample::subsequence(&ZONES[..], 1..4),
        regions in prop::sample::subsequence(&REGIONS[..], 0..3),
        instant in instant(),
        margin in 0..7200_i64,
    ) {
        let windows = windows(&rows);
        let zones: Vec<Tz> = zones.iter().map(|zone| zone.parse().unwrap()).collect();
        let regions: Vec<String> = regions.iter().map(|r| (*r).to_owned()).collect();
        let hours = Hours::new(&windows, &zones, &regions, Tz::UTC);
        let is = |instant| allowed(&rows, &zones, &regions, instant);
        prop_assert_eq!(hours.allow(instant), is(instant));

        let next = hours.next(instant);
        let horizon = instant + TimeDelta::days(8);
        let until = next.unwrap_or(horizon).min(horizon);
        if let Some(next) = next {
            prop_assert!(next >= instant && is(next), "{next} is not allowed");
        }
        // Every change lies on a whole minute, in these years.
        let mut minute = instant;
        while minute < until {
            prop_assert!(!is(minute), "{minute} comes before {next:?}");
            minute += TimeDelta::minutes(1);
            minute -= TimeDelta::seconds(i64::from(minute.second()));
        }

        let latest = hours.latest(instant, TimeDelta::seconds(margin));
        let mut second = instant;
        match latest {
            None => {}
            Some(latest) if latest == instant => prop_assert!(is(latest)),
            Some(latest) => {
                prop_assert!(latest < instant && is(latest), "{latest} is not allowed");
                // Back to the end of the hours: nothing allowed; then no more than the margin.
                while !is(second - TimeDelta::seconds(1)) {
                    second -= TimeDelta::seconds(i64::from(second.second()));
                    if !is(second - TimeDelta::seconds(1)) {
                        second -= TimeDelta::minutes(1);
                    }
                }
                prop_assert!(latest < second);
                let early = (second - latest).num_seconds();
                prop_assert!(early <= margin.max(1), "{early} s before the end, {margin} asked");
                let short = !is(second - TimeDelta::seconds(margin.max(1)));
                prop_assert!(early == margin.max(1) || short || !is(latest - TimeDelta::seconds(1)));
            }
        }
    }
}
