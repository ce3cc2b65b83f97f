//! A registry file, as n8n users keep one: which event goes to which URL. Pure.
//!
//! `{"title": …, "webhooks": {"company_created": {"url": …, "method": …, "description": …,
//! "throttling": {…}, "status": …}}, "configuration": {…}, …}`. What is not ours is kept as it is,
//! so that a file that was imported is exported the same.

use serde_json::{Map, Value};
use url::Url;

/// Words of `status` that mean: not now.
const NOT_NOW: [&str; 5] = ["planned", "disabled", "inactive", "paused", "draft"];
/// Longest name of a webhook, so that its stage's name fits, too.
const NAME_CHARS_MAX: usize = 50;
/// Part of the path of n8n's test addresses, which answer once while the editor listens.
const TEST_PATH: &str = "/webhook-test/";

/// A file.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistryFile {
    /// All but the entries.
    pub document: Map<String, Value>,
    /// The entries by their keys, in the file's alphabetical order, each read or refused.
    pub entries: Vec<(String, Result<Entry, String>)>,
}

/// One entry; None stands for what it does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The webhook's name: the key, made fit.
    pub webhook: String,
    /// The stage that sends.
    pub stage: String,
    /// Which events.
    pub event_type: String,
    /// Where to.
    pub url: String,
    /// How.
    pub method: Option<String>,
    /// What for.
    pub description: Option<String>,
    /// Further headers.
    pub headers: Option<Value>,
    /// The form of the body.
    pub body: Option<String>,
    /// The variable of the signing secret.
    pub secret_env: Option<String>,
    /// Longest wait for an answer, in seconds.
    pub timeout_seconds: Option<f64>,
    /// Most calls at once.
    pub concurrency: Option<i32>,
    /// Whether private addresses may be reached.
    pub allow_private: Option<bool>,
    /// Whether anything is sent; from `status`.
    pub enabled: Option<bool>,
    /// Most events of one claim; `throttling.batch_size`.
    pub batch_size: Option<i32>,
    /// Wait after a failed attempt, in seconds; `throttling.delay_seconds`.
    pub delay_seconds: Option<f64>,
    /// Attempts in all; `throttling.max_retries` and one.
    pub max_attempts: Option<i32>,
    /// The entry as it stands in the file.
    pub raw: Map<String, Value>,
}

impl RegistryFile {
    /// Reads a file.
    ///
    /// # Errors
    /// It is no JSON, or has no entries; says what to change.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut document: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| format!("the file is no JSON object: {error}"))?;
        let Some(Value::Object(entries)) = document.remove("webhooks") else {
            return Err(String::from(
                "the file has no object \"webhooks\" with an entry for each event type",
            ));
        };
        let entries = entries
            .into_iter()
            .map(|(key, value)| {
                let entry = Entry::read(&key, value);
                (key, entry)
            })
            .collect();
        Ok(Self { document, entries })
    }
}

impl Entry {
    fn read(key: &str, value: Value) -> Result<Self, String> {
        let Value::Object(raw) = value else {
            return Err(String::from("the entry is no object"));
        };
        let given = Given(&raw);
        let throttling = match raw.get("throttling") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(throttling)) => throttling.clone(),
            Some(_) => return Err(String::from("throttling is no object")),
        };
        let throttling = Given(&throttling);
        let webhook = given.text("name")?.unwrap_or_else(|| name_of(key));
        let url = given.text("url")?.ok_or("the entry has no url")?;
        let event_type = given.text("event_type")?.unwrap_or_else(|| key.to_owned());
        if event_type.trim().is_empty() {
            return Err(String::from("its event type is empty"));
        }
        Url::parse(&url).map_err(|error| format!("its url cannot be read: {error}"))?;
        Ok(Self {
            stage: given.text("stage")?.unwrap_or_else(|| stage_of(&webhook)),
            event_type,
            url,
            method: given.text("method")?.map(|word| word.to_uppercase()),
            description: given.text("description")?,
            headers: raw.get("headers").filter(|value| !value.is_null()).cloned(),
            body: given.text("body")?,
            secret_env: given.text("secret_env")?,
            timeout_seconds: given.number("timeout_seconds")?,
            concurrency: given.whole("concurrency")?,
            allow_private: given.truth("allow_private")?,
            enabled: given.text("status")?.map(|status| is_on(&status)),
            batch_size: throttling.whole("batch_size")?,
            delay_seconds: throttling.number("delay_seconds")?,
            max_attempts: throttling.whole("max_retries")?.map(|retries| retries + 1),
            webhook,
            raw,
        })
    }

    /// Whether the URL is one of n8n's test addresses.
    pub fn is_test_url(&self) -> bool {
        self.url.contains(TEST_PATH)
    }
}

/// Whether a status lets events be sent.
pub fn is_on(status: &str) -> bool {
    !NOT_NOW.contains(&status.trim().to_lowercase().as_str())
}

/// A webhook's name for a key: lowercase letters, digits and underscores.
pub fn name_of(key: &str) -> String {
    let fit = |letter: char| match letter.to_ascii_lowercase() {
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => '_',
    };
    let name: String = key.chars().map(fit).take(NAME_CHARS_MAX).collect();
    match name.starts_with(|first: char| first.is_ascii_lowercase()) {
        true => name,
        false => format!("to_{name}"),
    }
}

/// The name of the stage that sends to a webhook.
pub fn stage_of(webhook: &str) -> String {
    format!("webhook_{webhook}")
}

/// Typed looks into an object; null counts as not there.
struct Given<'m>(&'m Map<String, Value>);

impl Given<'_> {
    fn get<T>(
        &self,
        key: &str,
        what: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .ok_or_else(|| format!("{key} is no {what}")),
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        self.get(key, "text", |value| value.as_str().map(str::to_owned))
    }

    fn number(&self, key: &str) -> Result<Option<f64>, String> {
        self.get(key, "number", Value::as_f64)
    }

    fn truth(&self, key: &str) -> Result<Option<bool>, String> {
        self.get(key, "true or false", Value::as_bool)
    }

    fn whole(&self, key: &str) -> Result<Option<i32>, String> {
        // One less than the type holds, because a retry count is raised by one.
        let fits = |number: &i64| (0..i64::from(i32::MAX)).contains(number);
        let read = |value: &Value| i32::try_from(value.as_i64().filter(fits)?).ok();
        self.get(key, "whole number", read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_with_what_its_throttling_says() {
        let text = r#"{"title": "T", "webhooks": {"slots_created": {
            "url": "https://n8n.example.com/webhook/enrich-contact", "method": "post",
            "throttling": {"batch_size": 25, "delay_seconds": 5, "max_retries": 3},
            "status": "planned", "actions": ["a"]
        }}}"#;
        let file = RegistryFile::parse(text).unwrap();
        assert_eq!(file.document.len(), 1);
        let (key, entry) = &file.entries[0];
        let entry = entry.as_ref().unwrap();
        assert_eq!(
            (key.as_str(), entry.event_type.as_str()),
            ("slots_created", "slots_created")
        );
        assert_eq!(entry.stage, "webhook_slots_created");
        assert_eq!(entry.method.as_deref(), Some("POST"));
        assert_eq!(
            (entry.batch_size, entry.max_attempts, entry.delay_seconds),
            (Some(25), Some(4), Some(5.0))
        );
        assert_eq!(entry.enabled, Some(false));
        assert!(!entry.is_test_url());
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_reason() {
        assert!(RegistryFile::parse("[]").is_err());
        assert!(RegistryFile::parse("{}").unwrap_err().contains("webhooks"));
        for (entry, words) in [
            (r#""x""#, "no object"),
            ("{}", "no url"),
            (r#"{"url": "n8n"}"#, "cannot be read"),
            (r#"{"url": 7}"#, "url is no text"),
            (
                r#"{"url": "https://a.example", "event_type": " "}"#,
                "event type is empty",
            ),
            (
                r#"{"url": "https://a.example", "throttling": {"batch_size": 1.5}}"#,
                "batch_size is no whole number",
            ),
        ] {
            let text = format!(r#"{{"webhooks": {{"a": {entry}}}}}"#);
            let file = RegistryFile::parse(&text).unwrap();
            let reason = file.entries[0].1.clone().unwrap_err();
            assert!(reason.contains(words), "{reason}");
        }
    }

    #[test]
    fn any_key_becomes_a_name() {
        assert_eq!(name_of("company.created v2"), "company_created_v2");
        assert_eq!(name_of("7days"), "to_7days");
        assert_eq!(name_of(&"x".repeat(90)).len(), NAME_CHARS_MAX);
    }
}
