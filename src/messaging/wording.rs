//! What a text says in the end: its own words or its template's, spelled and measured.
//!
//! Pure. Words that came with the row are no template: only their three placeholders are filled,
//! and they are never cut; they lose emoji only where their account says so. What is missing is an
//! error; a text with a hole is not sent.

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::due_text::DueText;
use super::emoji::spell_thriftily;
use super::placeholder::{self, Placeholders};
use super::segments;
use super::sms_gateway::BODY_CHARS_MAX;
use super::template::Template;
use super::transliterate::transliterate;

/// What every template may name, whatever the type.
pub const ALWAYS_KNOWN: [&str; 8] = [
    "first_name",
    "last_name",
    "name",
    "company_name",
    "event_name",
    "event_location",
    "event_date",
    "is_early",
];

/// A text that goes so long before its time was moved ahead, and what it says of "in an hour" would
/// be wrong. Less is the machine's own.
const EARLY_MIN: TimeDelta = TimeDelta::minutes(5);

/// A text as it will be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// What it says.
    pub body: String,
    /// How many segments it is billed as.
    pub segments: usize,
}

/// The words of a text.
///
/// # Errors
/// Why it cannot be worded, and what to do; no value of a person is in it.
pub fn word(text: &DueText) -> Result<Wording, String> {
    let body = if text.content.trim().is_empty() {
        from_template(text)?
    } else {
        own_words(text)?
    };
    let segments = segments::measure(&body).segments;
    Ok(Wording { body, segments })
}

fn own_words(text: &DueText) -> Result<String, String> {
    let person = &text.person;
    let placeholders = Placeholders {
        first_name: person.first_name.as_deref(),
        name: person.name.as_deref(),
        event_name: text.occasion.as_ref().map(|event| event.name.as_str()),
    };
    let filled = placeholder::fill(&text.content, &placeholders)
        .map_err(|error| format!("message_content cannot be sent: {error}."))?;
    let body = if text
        .account
        .as_ref()
        .is_some_and(|account| !account.keeps_emoji)
    {
        spell_thriftily(&filled)
    } else {
        transliterate(&filled).text
    };
    let chars = body.chars().count();
    if chars > BODY_CHARS_MAX {
        return Err(format!(
            "message_content has {chars} characters; {BODY_CHARS_MAX} is the most that providers \
             take: shorten it, then schedule the text again."
        ));
    }
    Ok(body)
}

fn from_template(text: &DueText) -> Result<String, String> {
    let Some(source) = &text.template else {
        return Err(format!(
            "There is no template for {}: write message_content, or INSERT INTO message_templates \
             (name, body).",
            text.message_type
        ));
    };
    let values = values(text);
    let known = ALWAYS_KNOWN
        .into_iter()
        .chain(text.rules.variables.iter().map(String::as_str))
        .chain(values.keys().map(String::as_str));
    let known: Vec<&str> = known.collect();
    let template = Template::compile(source, &known)
        .map_err(|error| format!("The template cannot be used: {error}"))?;
    let rendered = template
        .render(&values)
        .map_err(|error| format!("The template cannot be filled: {error}"))?;
    let spelled = if text.keeps_emoji {
        rendered
    } else {
        spell_thriftily(&rendered)
    };
    let fitted = segments::fit(&spelled, text.rules.max_segments)
        .map_err(|error| format!("The text is too long: {error}."))?;
    Ok(fitted.text)
}

/// What templates may use: what is known now, and above it what the row brought.
fn values(text: &DueText) -> Map<String, Value> {
    let person = &text.person;
    let mut values = Map::new();
    let mut known = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            values.insert(name.to_owned(), Value::String(value.clone()));
        }
    };
    known("first_name", person.first_name.as_ref());
    known("last_name", person.last_name.as_ref());
    known("name", person.name.as_ref());
    known("company_name", person.company_name.as_ref());
    if let Some(event) = &text.occasion {
        known("event_name", Some(&event.name));
        known("event_location", event.location.as_ref());
        known("event_date", event.date.as_ref());
    }
    let is_early = text.now + EARLY_MIN < text.scheduled_time;
    values.insert("is_early".to_owned(), Value::Bool(is_early));
    for (name, value) in &text.values {
        if !value.is_null() {
            values.insert(name.clone(), value.clone());
        }
    }
    values
}
