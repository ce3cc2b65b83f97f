//! Numbers and times as a person reads them. Pure.

/// `1 event`, `2 events`, `12,345 events`.
pub fn count(number: i64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(number))
}

/// The same for a noun whose plural is no mere `s`: `1 company`, `2 companies`.
pub fn count_of(number: i64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", grouped(number))
}

/// A length as the database counts; lengths in memory are far below the limit.
pub fn whole(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// The text, or its beginning with an ellipsis where it is longer than so many characters.
pub fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// `12,345`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// A duration in its two leading words at most: `3 ms`, `1.2 s`, `4 min`, `2 h 5 min`, `3 days`.
pub fn seconds(seconds: f64) -> String {
    if seconds < 0.9995 {
        return format!("{:.0} ms", (seconds.max(0.0)) * 1000.0);
    }
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    if seconds < 119.5 {
        return format!("{seconds:.0} s");
    }
    let minutes = seconds / 60.0;
    if minutes < 119.5 {
        return format!("{minutes:.0} min");
    }
    let (hours, rest) = ((minutes / 60.0).floor(), (minutes % 60.0).floor());
    if hours < 48.0 {
        return match rest {
            0.0 => format!("{hours:.0} h"),
            _ => format!("{hours:.0} h {rest:.0} min"),
        };
    }
    format!("{:.0} days", hours / 24.0)
}

/// The same for a value that may be missing.
pub fn maybe_seconds(value: Option<f64>) -> String {
    value.map(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let written: Vec<String> = [0, 7, 999, 1000, 1_234_567, -4200].map(grouped).into();
        assert_eq!(written, ["0", "7", "999", "1,000", "1,234,567", "-4,200"]);
        assert_eq!(count(1, "event"), "1 event");
        assert_eq!(count(2000, "event"), "2,000 events");
        assert_eq!(count_of(2, "company", "companies"), "2 companies");
        assert_eq!(
            (cut("abcdef", 6), cut("abcdef", 5)),
            ("abcdef".into(), "abcd…".into())
        );
    }

    #[test]
    fn a_duration_has_the_unit_that_fits() {
        let written = [
            0.0, 0.0123, 0.9999, 1.24, 59.6, 300.0, 7500.0, 7200.0, 259_200.0,
        ]
        .map(seconds);
        let expected = [
            "0 ms",
            "12 ms",
            "1.0 s",
            "1.2 s",
            "60 s",
            "5 min",
            "2 h 5 min",
            "2 h",
            "3 days",
        ];
        assert_eq!(written, expected);
    }
}
