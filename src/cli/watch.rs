//! `pgcascade watch`: events as they happen.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::connect::deployed;
use super::output;
use crate::config;
use crate::db::{Heard, ListenOptions, ListenState, Listener};
use crate::mask::{Email, Phone};
use crate::shutdown;

/// Channel on which every event is announced.
const CHANNEL: &str = "pipeline_event";

/// Prints a line for each event the moment it is committed, daemon or no daemon.
///
/// The same in psql: LISTEN pipeline_event;
#[derive(Debug, Args)]
pub struct Watch {
    /// Only events of this type.
    #[arg(long = "type", value_name = "EVENT_TYPE")]
    event_type: Option<String>,

    /// One JSON object per event, for scripts.
    #[arg(long)]
    json: bool,
}

impl Watch {
    /// Runs the command until Ctrl-C.
    ///
    /// # Errors
    /// The database cannot be reached at the start.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        let stop = shutdown::on_signal()?;
        let (place, client) = deployed(config).await?;
        drop(client);
        let listener = Listener::spawn(
            ListenOptions {
                url: place.direct,
                application_name: "pgcascade watch".to_owned(),
                channels: vec![CHANNEL],
                lock_key: None,
            },
            CancellationToken::new(),
        );
        let mut stream = listener.stream();
        let mut state = listener.state();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                heard = stream.next() => match heard {
                    Some(heard) => self.show(&heard),
                    None => break,
                },
                changed = state.changed() => match changed {
                    Ok(()) => self.say_state(&state.borrow_and_update().clone()),
                    Err(_) => break,
                },
            }
        }
        listener.stop().await;
        Ok(ExitCode::SUCCESS)
    }

    fn say_state(&self, state: &ListenState) {
        if self.json {
            return;
        }
        match state {
            ListenState::Connected => output::line("listening; Ctrl-C ends"),
            ListenState::Disconnected { reason, .. } => {
                output::line(format!("connection lost, trying again: {reason}"));
            }
        }
    }

    fn show(&self, heard: &Heard) {
        match heard {
            Heard::Missed(count) => output::line(format!("({count} events passed too fast)")),
            Heard::Notification(notification) => {
                let body: Value =
                    serde_json::from_str(&notification.payload).unwrap_or_else(|_| json!({}));
                let event_type = body["event_type"].as_str().unwrap_or("?");
                if self
                    .event_type
                    .as_deref()
                    .is_some_and(|wanted| wanted != event_type)
                {
                    return;
                }
                output::line(if self.json {
                    masked(&body).to_string()
                } else {
                    text(&body)
                });
            }
        }
    }
}

/// One event, or the summary of a statement that emitted many, as a line.
fn text(body: &Value) -> String {
    let event_type = body["event_type"].as_str().unwrap_or("?");
    if let Some(count) = body["count"].as_i64() {
        return format!("{:>10}  {event_type:<24} {count} events", body["first_id"]);
    }
    let payload = masked(&body["payload"]);
    let time = payload["trigger_time"]
        .as_str()
        .and_then(|time| time.get(11..19))
        .unwrap_or("");
    let fields: Vec<String> = payload
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| *key != "trigger_time" && !value.is_null())
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect();
    format!(
        "{:>10}  {event_type:<24} {time:<8} {}",
        body["id"],
        fields.join(" ")
    )
}

/// The value with people masked: addresses and phone numbers.
fn masked(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| {
                let value = match value.as_str() {
                    Some(text) if key.contains("phone") => json!(Phone::new(text).to_string()),
                    Some(text) if text.contains('@') => json!(Email::new(text).to_string()),
                    _ => masked(value),
                };
                (key.clone(), value)
            })
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_masked_in_the_stream() {
        let line = text(&json!({
            "id": 7,
            "event_type": "contact_enriched",
            "payload": {"email": "jane@acme.com", "slot_id": "s", "trigger_time": "2026-11-20T10:11:12Z"},
        }));
        assert!(
            line.contains("j***@acme.com") && !line.contains("jane@"),
            "{line}"
        );
        assert!(
            line.contains("10:11:12") && line.contains("slot_id=s"),
            "{line}"
        );
    }

    #[test]
    fn a_bulk_insert_is_one_line() {
        let line = text(&json!({"event_type": "company_created", "count": 1000, "first_id": 5}));
        assert!(line.contains("1000 events"), "{line}");
    }
}
