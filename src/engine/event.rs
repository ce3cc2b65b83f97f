//! An event as a stage sees it.

use std::time::Duration;

use serde_json::Value;

/// A claimed event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id in the ledger; ids grow in the order in which events were emitted.
    pub id: i64,
    /// What happened, for example `company_created`.
    pub event_type: String,
    /// What the emitter said about it; always an object.
    pub payload: Value,
    /// Which attempt this is, from 1.
    pub attempt: i16,
    /// From when it was written, or due, to its claim.
    pub waited: Duration,
    /// How often a daemon died while it held the event. If ever, it runs alone.
    pub crashes: i16,
    /// The number of the claim, for outside work and for what runs alone; 0 for other work in the
    /// database, whose transaction is its claim.
    pub epoch: i64,
}

impl Event {
    /// The whole number under `key`, written as a number or as digits; None when there is none.
    pub fn integer(&self, key: &str) -> Option<i64> {
        match self.payload.get(key)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The text under `key`; None when there is none.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.payload.get(key)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_is_read_without_trusting_it() {
        let event = Event {
            id: 1,
            event_type: "company_created".to_owned(),
            payload: json!({"record_id": 7, "batch_id": "B1", "digits": "42", "odd": [1]}),
            waited: Duration::ZERO,
            attempt: 1,
            crashes: 0,
            epoch: 0,
        };
        assert_eq!(event.integer("record_id"), Some(7));
        assert_eq!(event.integer("digits"), Some(42));
        assert_eq!(event.integer("batch_id"), None);
        assert_eq!(event.text("batch_id"), Some("B1"));
        assert_eq!(event.text("odd"), None);
        assert_eq!(event.integer("missing"), None);
    }
}
