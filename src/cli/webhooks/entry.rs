//! An entry of a registry file, made again from the rows that it became. Pure.
//!
//! The entry as it was imported is the base; what the rows say otherwise by now is put over it, so
//! that an import followed by an export gives the same file.

use serde_json::{Map, Number, Value, json};

use crate::providers::webhook::registry::{is_on, name_of, stage_of};

/// What the rows say.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub webhook: String,
    pub stage: String,
    pub event_type: String,
    pub url: String,
    pub method: String,
    pub headers: Value,
    pub body: String,
    pub secret_env: Option<String>,
    pub timeout_seconds: f64,
    pub concurrency: i32,
    pub allow_private: bool,
    pub description: String,
    pub enabled: bool,
    pub batch_size: i32,
    pub max_attempts: i32,
    pub backoff_seconds: f64,
    pub registry_key: Option<String>,
    pub registry: Map<String, Value>,
}

impl Rows {
    /// The key under which the entry stands: its own, else the event type, else the stage.
    pub(super) fn key(&self, taken: impl Fn(&str) -> bool) -> String {
        let imported = self.registry_key.iter().map(String::as_str);
        let free = imported
            .chain([self.event_type.as_str(), self.stage.as_str()])
            .find(|key| !taken(key));
        free.unwrap_or(&self.stage).to_owned()
    }

    /// The entry under that key.
    pub(super) fn entry(&self, key: &str) -> Value {
        let mut entry = Overlay(self.registry.clone());
        entry.put("url", json!(self.url), None);
        entry.put("method", json!(self.method), Some(json!("POST")));
        entry.put("description", json!(self.description), Some(json!("")));
        entry.put("name", json!(self.webhook), Some(json!(name_of(key))));
        let usual = json!(stage_of(&self.webhook));
        entry.put("stage", json!(self.stage), Some(usual));
        entry.put("event_type", json!(self.event_type), Some(json!(key)));
        entry.put("headers", self.headers.clone(), Some(json!({})));
        entry.put("body", json!(self.body), Some(json!("standard")));
        entry.put("secret_env", json!(self.secret_env), Some(Value::Null));
        entry.put(
            "timeout_seconds",
            number(self.timeout_seconds),
            Some(json!(20)),
        );
        entry.put("concurrency", json!(self.concurrency), Some(json!(8)));
        entry.put(
            "allow_private",
            json!(self.allow_private),
            Some(json!(false)),
        );
        entry.status(self.enabled);
        entry.throttling(self);
        Value::Object(entry.0)
    }
}

/// An entry that rows are put over.
struct Overlay(Map<String, Value>);

impl Overlay {
    /// Writes a value, unless the entry has it in another spelling, or is silent and it is usual.
    fn put(&mut self, key: &str, value: Value, usual: Option<Value>) {
        match self.0.get(key) {
            Some(there) if same(there, &value) => {}
            None if usual == Some(value.clone()) => {}
            _ => {
                self.0.insert(key.to_owned(), value);
            }
        }
    }

    fn status(&mut self, enabled: bool) {
        let said = self.0.get("status").and_then(Value::as_str);
        if said.is_none_or(is_on) != enabled {
            let status = if enabled { "active" } else { "disabled" };
            self.0.insert("status".to_owned(), json!(status));
        }
    }

    /// What throttling says is put right; an entry without it stays without.
    fn throttling(&mut self, rows: &Rows) {
        let Some(Value::Object(throttling)) = self.0.get("throttling") else {
            return;
        };
        let mut inner = Self(throttling.clone());
        for (key, value) in [
            ("batch_size", json!(rows.batch_size)),
            ("max_retries", json!(rows.max_attempts - 1)),
            ("delay_seconds", number(rows.backoff_seconds)),
        ] {
            // No delay is the usual one to us, which a file may write as 0.
            let no_delay = key == "delay_seconds" && inner.0.get(key) == Some(&json!(0));
            if inner.0.contains_key(key) && !no_delay {
                inner.put(key, value, None);
            }
        }
        self.0
            .insert("throttling".to_owned(), Value::Object(inner.0));
    }
}

/// Whether two values mean the same: `post` and `POST`, `5` and `5.0`, nothing and null.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.eq_ignore_ascii_case(other),
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

/// Seconds, without a fraction where there is none.
fn number(seconds: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the database bounds time-outs and waits far below"
    )]
    let whole = seconds.trunc() as i64;
    match seconds.fract() == 0.0 {
        true => json!(whole),
        false => Number::from_f64(seconds).map_or(Value::Null, Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(registry: Value) -> Rows {
        Rows {
            webhook: "company_created".to_owned(),
            stage: "webhook_company_created".to_owned(),
            event_type: "company_created".to_owned(),
            url: "https://n8n.example.com/webhook/x".to_owned(),
            method: "POST".to_owned(),
            headers: json!({}),
            body: "standard".to_owned(),
            secret_env: None,
            timeout_seconds: 20.0,
            concurrency: 8,
            allow_private: false,
            description: String::new(),
            enabled: true,
            batch_size: 25,
            max_attempts: 4,
            backoff_seconds: 5.0,
            registry_key: Some("company_created".to_owned()),
            registry: registry.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn an_entry_whose_rows_are_as_imported_comes_out_as_it_went_in() {
        let registry = json!({
            "url": "https://n8n.example.com/webhook/x",
            "method": "post",
            "actions": ["a", "b"],
            "throttling": {"batch_size": 25, "delay_seconds": 5.0, "max_retries": 3, "more": 1},
            "status": "Live",
        });
        assert_eq!(rows(registry.clone()).entry("company_created"), registry);
        let bare = json!({"url": "https://n8n.example.com/webhook/x"});
        assert_eq!(rows(json!({})).entry("company_created"), bare);
    }

    #[test]
    fn what_was_edited_since_stands_in_the_entry() {
        let mut edited =
            rows(json!({"url": "https://old.example/", "throttling": {"batch_size": 1}}));
        edited.enabled = false;
        edited.timeout_seconds = 1.5;
        assert_eq!(
            edited.entry("other"),
            json!({
                "url": "https://n8n.example.com/webhook/x",
                "name": "company_created",
                "event_type": "company_created",
                "timeout_seconds": 1.5,
                "status": "disabled",
                "throttling": {"batch_size": 25},
            })
        );
        assert_eq!(edited.key(|_| false), "company_created");
        assert_eq!(
            edited.key(|key| key == "company_created"),
            "webhook_company_created"
        );
    }
}
