//! Quiet hours on known days: windows, states, clock changes, the ends of the calendar.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use pgcascade::messaging::quiet_hours::{BadWindow, Hours, Weekdays, Window};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn clock(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour % 24, 0, 0).unwrap()
}

fn window(region: &str, days: &[i16], start: u32, end: u32) -> Window {
    let days = Weekdays::from_iso(days).unwrap();
    Window::new(region, days, clock(start), clock(end)).unwrap()
}

/// The federal window, three stricter states and a default.
fn rows() -> Vec<Window> {
    let all = [1, 2, 3, 4, 5, 6, 7];
    vec![
        window("*", &all, 9, 20),
        window("US", &all, 8, 21),
        window("US-FL", &all, 8, 20),
        window("US-TX", &[1, 2, 3, 4, 5, 6], 9, 21),
        window("US-TX", &[7], 12, 21),
    ]
}

fn hours<'a>(rows: &'a [Window], zones: &[&str], regions: &[&str]) -> Hours<'a> {
    let zones: Vec<Tz> = zones.iter().map(|zone| zone.parse().unwrap()).collect();
    let regions: Vec<String> = regions.iter().map(|r| (*r).to_owned()).collect();
    Hours::new(rows, &zones, &regions, Tz::UTC)
}

#[test]
fn the_window_opens_on_time_and_closes_before_its_end() {
    let rows = rows();
    let ny = hours(&rows, &["America/New_York"], &["US-NY"]);
    assert!(!ny.allow(at("2026-07-01T11:59:59Z")));
    assert!(ny.allow(at("2026-07-01T12:00:00Z")));
    assert!(ny.allow(at("2026-07-02T00:59:59Z")));
    assert!(!ny.allow(at("2026-07-02T01:00:00Z")));
    let night = at("2026-07-02T03:00:00Z");
    assert_eq!(ny.next(night), Some(at("2026-07-02T12:00:00Z")));
    let margin = TimeDelta::minutes(30);
    assert_eq!(ny.latest(night, margin), Some(at("2026-07-02T00:30:00Z")));
}

#[test]
fn the_strictest_of_all_zones_and_states_wins() {
    let rows = rows();
    let both = ["America/New_York", "America/Los_Angeles"];
    let coasts = hours(&rows, &both, &["US"]);
    // 8 AM in the West is 11 AM in the East; 9 PM in the East is 6 PM in the West.
    assert_eq!(
        coasts.next(at("2026-07-01T13:00:00Z")),
        Some(at("2026-07-01T15:00:00Z"))
    );
    assert!(!coasts.allow(at("2026-07-02T01:00:00Z")));
    let florida = hours(&rows, &["America/New_York"], &["US-FL", "US-NY"]);
    assert!(!florida.allow(at("2026-07-02T00:00:00Z")));
    // Sunday noon in Texas.
    let texas = hours(&rows, &["America/Chicago"], &["US-TX"]);
    assert_eq!(
        texas.next(at("2026-07-05T14:00:00Z")),
        Some(at("2026-07-05T17:00:00Z"))
    );
}

#[test]
fn a_region_without_rows_has_the_default() {
    let rows = rows();
    let india = hours(&rows, &["Asia/Kolkata"], &["IN"]);
    assert!(!india.allow(at("2026-07-01T03:29:59Z")));
    assert!(india.allow(at("2026-07-01T03:30:00Z")));
    let unknown = hours(&rows, &[], &[]);
    assert!(unknown.allow(at("2026-07-01T09:00:00Z")));
    assert!(!unknown.allow(at("2026-07-01T08:59:59Z")));
    let no_rows = hours(&[], &["America/New_York"], &["US-NY"]);
    assert!(no_rows.allow(at("2026-07-01T05:00:00Z")));
}

#[test]
fn hours_follow_the_clock_across_daylight_saving() {
    let rows = rows();
    let ny = hours(&rows, &["America/New_York"], &["US-NY"]);
    // 8 March 2026: 8 AM is an hour earlier than the day before; 1 November: an hour later.
    assert_eq!(
        ny.next(at("2026-03-07T06:00:00Z")),
        Some(at("2026-03-07T13:00:00Z"))
    );
    assert_eq!(
        ny.next(at("2026-03-08T06:00:00Z")),
        Some(at("2026-03-08T12:00:00Z"))
    );
    assert_eq!(
        ny.next(at("2026-11-01T05:30:00Z")),
        Some(at("2026-11-01T13:00:00Z"))
    );
    let phoenix = hours(&rows, &["America/Phoenix"], &["US-AZ"]);
    assert_eq!(
        phoenix.next(at("2026-03-08T06:00:00Z")),
        Some(at("2026-03-08T15:00:00Z"))
    );
}

#[test]
fn an_hour_that_does_not_exist_or_comes_twice_is_handled() {
    // 2 to 3 does not exist on 8 March; 1 to 2 comes twice on 1 November.
    let gap = [window("*", &[7], 2, 4)];
    let ny = hours(&gap, &["America/New_York"], &[]);
    assert_eq!(
        ny.next(at("2026-03-08T06:00:00Z")),
        Some(at("2026-03-08T07:00:00Z"))
    );
    let twice = [window("*", &[7], 1, 2)];
    let ny = hours(&twice, &["America/New_York"], &[]);
    for (from, to) in [("04:00", "05:00"), ("05:59", "05:59"), ("06:59", "06:59")] {
        let instant = at(&format!("2026-11-01T{from}:00Z"));
        assert_eq!(ny.next(instant), Some(at(&format!("2026-11-01T{to}:00Z"))));
    }
    assert!(!ny.allow(at("2026-11-01T07:00:00Z")));
}

#[test]
fn places_that_share_no_hour_have_no_answer() {
    let rows = rows();
    let zones = ["America/New_York", "Asia/Kolkata", "Pacific/Guam"];
    let nowhere = hours(&rows, &zones, &["US"]);
    assert_eq!(nowhere.next(at("2026-07-01T00:00:00Z")), None);
    assert_eq!(
        nowhere.latest(at("2026-07-01T00:00:00Z"), TimeDelta::seconds(1)),
        None
    );
}

#[test]
fn the_ends_of_the_calendar_have_no_answer() {
    let rows = rows();
    let ny = hours(&rows, &["America/New_York"], &["US"]);
    assert_eq!(ny.next(DateTime::<Utc>::MAX_UTC), None);
    assert_eq!(
        ny.latest(DateTime::<Utc>::MIN_UTC, TimeDelta::seconds(1)),
        None
    );
    assert!(ny.next(at("9999-12-31T02:00:00Z")).is_some());
    assert!(ny.next(at("1970-01-01T02:00:00Z")).is_some());
}

#[test]
fn a_window_that_cannot_be_is_refused() {
    let all = Weekdays::ALL;
    assert_eq!(
        Window::new("US", all, clock(21), clock(8)),
        Err(BadWindow::Backwards)
    );
    assert_eq!(
        Window::new(" ", all, clock(8), clock(21)),
        Err(BadWindow::Region)
    );
    assert_eq!(Weekdays::from_iso(&[0]), Err(BadWindow::Days));
    assert_eq!(Weekdays::from_iso(&[]), Err(BadWindow::Days));
    assert!(Window::new("US", all, clock(8), clock(24)).is_ok());
}
