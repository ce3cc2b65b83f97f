//! What an answer other than the one we wanted means: the table of errors of chat services.

use std::convert::Infallible;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::BASE_URL;
use crate::answer::Answer;
use crate::providers::foreign;
use crate::providers::http::{CallError, Malformed, Reply};
use crate::providers::pace::Pace;

/// An answer that delivers nothing.
pub(super) type Refusal = Answer<Infallible>;

/// Most of a wait in milliseconds that is believed.
const WAIT_MAX: Duration = Duration::from_secs(3600);

/// What the body of an error says.
#[derive(Debug, Default)]
pub(super) struct ApiError {
    pub(super) code: String,
    pub(super) param: String,
    pub(super) message: String,
}

impl ApiError {
    /// Reads the error of a body; servers write it as an object, a text, or not at all.
    pub(super) fn of(reply: &Reply) -> Self {
        let body = reply.json::<Map<String, Value>>().unwrap_or_default();
        let error = body.get("error").cloned();
        let error = error.unwrap_or(Value::Object(body));
        let text = |name: &str| match &error[name] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        match &error {
            Value::String(message) => Self {
                message: message.clone(),
                ..Self::default()
            },
            _ => Self {
                code: Some(text("code"))
                    .filter(|code| !code.is_empty())
                    .unwrap_or(text("type")),
                param: text("param"),
                message: text("message"),
            },
        }
    }
}

/// Turns answers into refusals for one account.
#[derive(Debug)]
pub(super) struct Refusals {
    api_key: SecretString,
    pace: Pace,
}

impl Refusals {
    pub(super) fn new(api_key: SecretString) -> Self {
        Self {
            api_key,
            pace: Pace::default(),
        }
    }

    /// The service answered as it should.
    pub(super) fn answered(&self) {
        self.pace.answered();
    }

    /// The refusal that an answer other than success is.
    pub(super) fn of_reply(&self, reply: &Reply, error: &ApiError) -> Refusal {
        let said = self.said(reply.status, error);
        let credential = |what: &str| Answer::Credential {
            reason: format!("{what} ({said}); restart the daemon, then resume the stage."),
        };
        match reply.status {
            401 | 403 => {
                credential("The chat service refuses the key. Set OPENAI_API_KEY to a valid one")
            }
            402 => credential("The account of the chat service may not spend more. Top it up"),
            404 if error.speaks_of("model") => credential(
                "The chat service does not have this model. Set OPENAI_MODEL to one that it has",
            ),
            300..=399 | 404 | 405 => credential(&format!(
                "The chat service is not at this address. Set OPENAI_BASE_URL to one like \
                 {BASE_URL}"
            )),
            429 if error.is_about_money() => credential(
                "The account of the chat service has spent what it may, and waiting does not \
                 help. Top it up or raise its limit",
            ),
            429 => Answer::Throttled {
                after: self.pace.refused(wait_asked(reply)),
                reason: format!(
                    "The chat service asks for fewer calls ({said}). It is asked again by itself."
                ),
            },
            408 | 409 | 425 | 500.. => Answer::Transient {
                reason: format!(
                    "The chat service is out of order ({said}). It is asked again by itself; if \
                     this goes on, look at its status page."
                ),
            },
            _ => Answer::Rejected {
                reason: format!(
                    "The chat service refuses the question ({said}). What it was for goes on \
                     without it; correct what it names, or choose another OPENAI_MODEL."
                ),
            },
        }
    }

    /// A call without an answer: repeating it costs cents and harms nobody.
    pub(super) fn of_lost_call(&self, error: &CallError) -> Refusal {
        Answer::Transient {
            reason: format!(
                "The chat service did not answer ({error}). It is asked again by itself; if this \
                 goes on, check the network and OPENAI_BASE_URL."
            ),
        }
    }

    /// A success that cannot be read.
    pub(super) fn of_malformed(&self, error: &Malformed) -> Refusal {
        Answer::Transient {
            reason: format!(
                "The chat service sent something that is no answer ({error}). It is asked again \
                 by itself; if this goes on, check OPENAI_BASE_URL."
            ),
        }
    }

    /// `HTTP 400, code: message`, as far as known; no key, no person, one line.
    fn said(&self, status: u16, error: &ApiError) -> String {
        let words = [error.code.as_str(), error.message.as_str()];
        let words = words.into_iter().filter(|word| !word.is_empty());
        let words = words.collect::<Vec<_>>().join(": ");
        if words.is_empty() {
            format!("HTTP {status}")
        } else {
            let words = foreign::quote(&words, Some(&self.api_key));
            format!("HTTP {status}, {words}")
        }
    }
}

impl ApiError {
    fn speaks_of(&self, word: &str) -> bool {
        self.code.contains(word) || self.message.to_lowercase().contains(word)
    }

    fn is_about_money(&self) -> bool {
        ["quota", "billing", "credit", "spend"]
            .iter()
            .any(|word| self.speaks_of(word))
    }
}

/// The wait that the service asks for, in either of its two headers.
fn wait_asked(reply: &Reply) -> Option<Duration> {
    let millis = reply.header("retry-after-ms");
    let millis = millis.and_then(|text| text.trim().parse::<u64>().ok());
    let wait = millis
        .map(Duration::from_millis)
        .or_else(|| reply.retry_after());
    // Gateways that know no wait send 0.
    wait.filter(|wait| !wait.is_zero())
        .map(|wait| wait.min(WAIT_MAX))
}
