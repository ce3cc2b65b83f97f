//! What is sent: one event in its envelope. Pure.

use std::time::Duration;

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An event on its way out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same at every attempt; by it a receiver knows what it has already.
    pub id: String,
    /// The event's id in the ledger.
    pub event_id: i64,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it happened, RFC 3339.
    pub timestamp: String,
    /// The event's payload.
    pub data: Value,
}

/// The form of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Body {
    /// As Standard Webhooks has it.
    #[default]
    Standard,
    /// As existing n8n flows read it.
    Event,
}

impl Message {
    /// The id of an event at a stage: two stages that send the same event send two messages.
    pub fn id_of(event_id: i64, stage: &str) -> String {
        format!("evt_{event_id}_{stage}")
    }

    /// How long ago it happened, by a time in Unix seconds.
    pub fn age(&self, now: i64) -> Duration {
        let happened = DateTime::parse_from_rfc3339(&self.timestamp);
        let seconds = happened.map_or(0, |happened| now - happened.timestamp());
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    }

    /// The body as it is signed and sent.
    pub fn body(&self, form: Body) -> String {
        match form {
            Body::Standard => json!(self),
            Body::Event => json!({
                "event_id": self.event_id,
                "event_type": self.event_type,
                "payload": self.data,
            }),
        }
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_hold_the_event_and_are_the_same_each_time() {
        let message = Message {
            id: Message::id_of(7, "to_n8n"),
            event_id: 7,
            event_type: "company_created".to_owned(),
            timestamp: "2026-01-02T03:04:05.000006Z".to_owned(),
            data: json!({"record_id": 1}),
        };
        assert_eq!(
            message.body(Body::Standard),
            concat!(
                r#"{"data":{"record_id":1},"event_id":7,"id":"evt_7_to_n8n","#,
                r#""timestamp":"2026-01-02T03:04:05.000006Z","type":"company_created"}"#
            )
        );
        assert_eq!(
            message.body(Body::Event),
            r#"{"event_id":7,"event_type":"company_created","payload":{"record_id":1}}"#
        );
    }
}
