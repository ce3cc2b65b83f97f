//! A notification as a line: parsed, dated by the database, and without anybody's address.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cli::output::{clean, text_width};
use crate::cli::target::get;
use crate::cli::words::{count, cut};
use crate::db::{DbError, Pool};
use crate::mask::{Email, Phone};

const EVENT_TIMES: &str = include_str!("../../../sql/queries/cli/event_times.sql");

/// Fewer digits are a number of something, not a telephone's.
const PHONE_DIGITS_MIN: usize = 7;
/// Keys that say which record an event is about, the telling one first.
const RECORD_KEYS: [&str; 4] = ["record_id", "company_unique_id", "slot_id", "run_id"];
/// Keys that a person looks for first; the end of a line may be cut off.
const TELLING_KEYS: [&str; 8] = [
    "company_name",
    "slot_type",
    "full_name",
    "email",
    "verification_status",
    "website",
    "website_url",
    "source",
];
/// Keys that say nothing on a line that shows time and record already.
const SILENT_KEYS: [&str; 1] = ["trigger_time"];

/// What the ledger announces: one event, or many of one type.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Announcement {
    /// Of one event.
    #[serde(default)]
    id: Option<i64>,
    /// The type of all of them.
    #[serde(default)]
    pub event_type: String,
    /// Of one event; values that were too long are left out.
    #[serde(default)]
    payload: Map<String, Value>,
    /// How many events a summary stands for.
    #[serde(default)]
    count: Option<i64>,
    /// The first of them.
    #[serde(default)]
    first_id: Option<i64>,
    /// The last of them.
    #[serde(default)]
    last_id: Option<i64>,
}

/// A line for a script.
#[derive(Debug, Serialize)]
pub struct Document<'d> {
    at: Option<&'d str>,
    event_type: &'d str,
    id: Option<i64>,
    payload: Option<Map<String, Value>>,
    count: Option<i64>,
    first_id: Option<i64>,
    last_id: Option<i64>,
}

impl Announcement {
    /// Reads a notification; what somebody else sent on the channel becomes a line of its own kind.
    pub fn read(body: &str) -> Self {
        serde_json::from_str(body).unwrap_or_else(|_| Self {
            event_type: "(not an event)".to_owned(),
            payload: Map::from_iter([("body".to_owned(), Value::String(body.to_owned()))]),
            ..Self::default()
        })
    }

    /// The event whose time is the time of this line.
    pub fn dated_by(&self) -> Option<i64> {
        self.id.or(self.last_id)
    }

    /// For a person: time, id, type, record and the rest of the payload, cut to the page.
    pub fn line(&self, at: &str) -> String {
        if let Some(events) = self.count {
            let (first, last) = (self.first_id.unwrap_or(0), self.last_id.unwrap_or(0));
            let (kind, events) = (clean(&self.event_type), count(events, "event"));
            return format!("{at}  {kind:<22}  {events}: #{first} to #{last}");
        }
        let record = RECORD_KEYS
            .iter()
            .find(|key| self.payload.contains_key(**key));
        let shown = |value: &Value| match value {
            Value::String(text) => clean(text),
            other => other.to_string(),
        };
        let subject = record
            .map(|key| shown(&self.payload[*key]))
            .unwrap_or_default();
        let mut fields: Vec<(String, Value)> = masked(&self.payload).into_iter().collect();
        // The sort keeps the rest in its order.
        fields.sort_by_key(|(key, _)| {
            let place = TELLING_KEYS.iter().position(|telling| telling == key);
            place.unwrap_or(TELLING_KEYS.len())
        });
        let rest: Vec<String> = fields
            .iter()
            .filter(|(key, value)| {
                let is_told = record.is_some_and(|record| key == record);
                !is_told && !SILENT_KEYS.contains(&key.as_str()) && !value.is_null()
            })
            .map(|(key, value)| format!("{}={}", clean(key), shown(value)))
            .collect();
        let id = self.id.map(|id| format!("#{id}")).unwrap_or_default();
        let line = format!(
            "{at}  {:<22}  {id:<8} {subject}  {}",
            clean(&self.event_type),
            rest.join(" ")
        );
        cut(line.trim_end(), text_width())
    }

    /// For a script.
    pub fn document<'d>(&'d self, at: Option<&'d str>) -> Document<'d> {
        Document {
            at,
            event_type: &self.event_type,
            id: self.id,
            payload: self.count.is_none().then(|| masked(&self.payload)),
            count: self.count,
            first_id: self.first_id,
            last_id: self.last_id,
        }
    }
}

/// The payload with every address and phone number masked, at every depth.
fn masked(payload: &Map<String, Value>) -> Map<String, Value> {
    payload
        .iter()
        .map(|(key, value)| (key.clone(), masked_value(key, value)))
        .collect()
}

fn masked_value(key: &str, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(masked_text(key, text)),
        Value::Number(number) if key.contains("phone") => {
            Value::String(Phone::new(number.to_string()).to_string())
        }
        Value::Array(parts) => parts.iter().map(|part| masked_value(key, part)).collect(),
        Value::Object(inner) => Value::Object(masked(inner)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn masked_text(key: &str, text: &str) -> String {
    let is_number = |text: &str| {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let usual = |c: char| c.is_ascii_digit() || " +-().".contains(c);
        // Dots alone separate the groups of our own identifiers.
        digits >= PHONE_DIGITS_MIN && text.chars().all(usual) && !text.starts_with("04.04.")
    };
    if key.contains("phone") || (is_number(text) && !RECORD_KEYS.contains(&key)) {
        return Phone::new(text).to_string();
    }
    let words = text.split(' ').map(|word| match word.contains('@') {
        true => Email::new(word).to_string(),
        false => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The database's clock: when events were written.
pub struct Clock {
    pool: Pool,
}

impl Clock {
    /// Asks through this pool, which finds the database again after a cut.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// The times of events; empty where the database cannot be asked.
    pub async fn times(&self, ids: &[i64]) -> HashMap<i64, String> {
        match self.ask(ids).await {
            Ok(times) => times,
            Err(error) => {
                tracing::debug!(%error, "events are shown without their times");
                HashMap::new()
            }
        }
    }

    async fn ask(&self, ids: &[i64]) -> Result<HashMap<i64, String>, DbError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let client = self.pool.get().await?;
        let query = client.prepare_cached(EVENT_TIMES).await?;
        let rows = client.query(&query, &[&ids]).await?;
        rows.iter()
            .map(|row| Ok((get(row, "id")?, get(row, "at")?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_address_is_shown_at_any_depth() {
        let said = Announcement::read(
            r#"{"id": 7, "event_type": "contact_enriched", "payload": {"slot_id":
               "04.04.05.84.00001.001", "email": "jane.doe@example.com", "phone": "+1 202 555 0142",
               "note": "call 202-555-0142", "more": {"to": ["jane.doe@example.com"]},
               "number": "+1 (202) 555-0142", "trigger_time": "2026-01-01T00:00:00Z"}}"#,
        );
        let line = said.line("12:00:00.000");
        assert!(!line.contains("jane.doe"), "{line}");
        let document = serde_json::to_string(&said.document(None)).unwrap();
        assert!(!document.contains("jane.doe"), "{document}");
        assert!(!document.contains("202) 555-0142"), "{document}");
        assert!(document.contains("04.04.05.84.00001.001"), "{document}");
    }

    #[test]
    fn a_summary_and_a_strangers_words_are_lines_too() {
        let said = Announcement::read(
            r#"{"event_type": "company_created", "count": 1000, "first_id": 1, "last_id": 1000}"#,
        );
        assert_eq!(
            said.line("12:00:00.000"),
            "12:00:00.000  company_created         1,000 events: #1 to #1000"
        );
        let strange = Announcement::read("hello\u{1b}[2J").line("12:00:00.000");
        assert!(strange.contains("body=hello\u{fffd}[2J"), "{strange}");
    }
}
