//! The filters and tests that templates of texts have.
//!
//! Pure. A value is missing when it is undefined, null or blank: for a reader these are one hole.
//! Times come as text, already in the event's zone, so there is no filter for them.

use minijinja::value::{Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::template::as_text;

/// Names of the filters, as an error lists them.
pub(super) const FILTERS: &[&str] = &[
    "default",
    "first_name",
    "join",
    "lower",
    "plural",
    "title",
    "trim",
    "truncate",
    "upper",
];

/// Names of the tests.
pub(super) const TESTS: &[&str] = &["defined", "missing"];

/// Words before a first name.
const HONORIFICS: &[&str] = &[
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "rev", "hon", "herr", "frau", "sr", "sra",
];

/// Adds them to an environment.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("default", |value: &Value, other: &Value| {
        let chosen = if is_missing(value) { other } else { value };
        chosen.clone()
    });
    environment.add_filter("first_name", first_name_or);
    environment.add_filter("join", join);
    environment.add_filter("lower", |value: &Value| map(value, str::to_lowercase));
    environment.add_filter("upper", |value: &Value| map(value, str::to_uppercase));
    environment.add_filter("title", |value: &Value| map(value, title));
    environment.add_filter("trim", |value: &Value| {
        map(value, |text| text.trim().to_owned())
    });
    environment.add_filter("truncate", |value: &Value, chars_max: usize| {
        map(value, |text| truncate(text, chars_max))
    });
    environment.add_filter("plural", plural);
    environment.add_test("defined", |value: &Value| !value.is_undefined());
    environment.add_test("missing", is_missing);
}

/// Whether printing the value would leave a hole.
pub(super) fn is_missing(value: &Value) -> bool {
    value.is_undefined()
        || value.is_none()
        || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The given name of a full name: `Dr. Jane Doe` and `Doe, Jane` are Jane. None when there is none.
pub fn first_name(full: &str) -> Option<String> {
    let given = match full.split_once(',') {
        // "Jane Doe, PMP" is no "Doe, Jane": the family name alone stands before that comma.
        Some((family, given)) if !family.trim().contains(' ') && !given.trim().is_empty() => given,
        Some((name, _)) => name,
        None => full,
    };
    given
        .split_whitespace()
        .find(|word| {
            let plain = word.trim_end_matches('.').to_lowercase();
            !HONORIFICS.contains(&plain.as_str()) && word.chars().any(char::is_alphabetic)
        })
        .map(str::to_owned)
}

/// `name|first_name` or `name|first_name("there")`; without that, a missing name stays missing.
fn first_name_or(value: &Value, fallback: Rest<Value>) -> Value {
    as_text(value)
        .and_then(|full| first_name(&full))
        .map_or_else(
            || fallback.first().cloned().unwrap_or(Value::UNDEFINED),
            Value::from,
        )
}

/// `names|join(", ")`; empty and missing entries are left out, so that no comma stands alone.
fn join(value: &Value, between: Option<&str>) -> Result<Value, Error> {
    if is_missing(value) {
        return Ok(Value::UNDEFINED);
    }
    if value.kind() == ValueKind::Map {
        return Err(Error::from(ErrorKind::NonPrimitive));
    }
    let mut texts = Vec::new();
    for entry in value.try_iter()?.filter(|entry| !is_missing(entry)) {
        texts.push(as_text(&entry).ok_or_else(|| Error::from(ErrorKind::NonPrimitive))?);
    }
    Ok(Value::from(texts.join(between.unwrap_or(", "))))
}

/// `count|plural("session")` is "1 session" or "3 sessions"; a second word is an irregular plural.
fn plural(value: &Value, one: &str, many: Option<&str>) -> Result<Value, Error> {
    if is_missing(value) {
        return Ok(Value::UNDEFINED);
    }
    let count = as_text(value).ok_or_else(|| Error::from(ErrorKind::NonPrimitive))?;
    let word = match (count.as_str(), many) {
        ("1", _) => one.to_owned(),
        (_, Some(many)) => many.to_owned(),
        (_, None) => format!("{one}s"),
    };
    Ok(Value::from(format!("{count} {word}")))
}

/// Changes a text; what is missing stays missing.
fn map(value: &Value, change: impl Fn(&str) -> String) -> Result<Value, Error> {
    if is_missing(value) {
        return Ok(Value::UNDEFINED);
    }
    let text = as_text(value).ok_or_else(|| Error::from(ErrorKind::NonPrimitive))?;
    Ok(Value::from(change(&text)))
}

/// Capital initials; other letters stay, so that "McDonald" and "HVAC" do.
fn title(text: &str) -> String {
    let mut before = ' ';
    let capitals = text.chars().map(|c| {
        let begins = before.is_whitespace() || before == '-';
        before = c;
        if begins {
            c.to_uppercase().collect()
        } else {
            c.to_string()
        }
    });
    capitals.collect()
}

/// At most so many characters, cut at a word where one ends, with three dots.
fn truncate(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(3)).collect();
    let end = kept
        .rfind(char::is_whitespace)
        .filter(|end| *end > kept.len() / 2);
    format!("{}...", kept[..end.unwrap_or(kept.len())].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_a_name_is_found() {
        for (full, expected) in [
            ("Jane Doe", Some("Jane")),
            ("Dr. Jane Doe", Some("Jane")),
            ("Doe, Jane", Some("Jane")),
            ("Jane Doe, PMP", Some("Jane")),
            ("  Jane ", Some("Jane")),
            ("J. R. Ewing", Some("J.")),
            ("O'Neil", Some("O'Neil")),
            ("Mr.", None),
            ("12345", None),
            ("", None),
        ] {
            assert_eq!(first_name(full).as_deref(), expected, "{full}");
        }
    }

    #[test]
    fn a_long_value_is_cut_at_a_word() {
        assert_eq!(
            truncate("Growing with machines and people", 20),
            "Growing with..."
        );
        assert_eq!(truncate("short", 20), "short");
        assert_eq!(title("growing WITH ai-tools"), "Growing WITH Ai-Tools");
    }
}
