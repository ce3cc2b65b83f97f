//! What an answer other than success means.
//!
//! A receiver that answers at all with 3xx or 4xx has not sent the text. Whatever is not the text's
//! fault (an address that is gone, a flow that is not active, a refused signature) would meet every
//! further text, so it stops the account instead of losing texts one by one.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::messaging::delivery::NumberFault;
use crate::providers::foreign;
use crate::providers::http::Reply;
use crate::providers::pace::Pace;
use crate::providers::sms_call::{Purpose, Refusal, Refuses, Service, credential, rejected};

/// A receiver that asks for less is not asked again in the same breath.
const WAIT_MIN: Duration = Duration::from_millis(500);

/// Turns answers into refusals.
#[derive(Debug)]
pub(super) struct Refusals {
    secret: SecretString,
    pace: Pace,
}

impl Refusals {
    pub(super) fn new(secret: SecretString) -> Self {
        Self {
            secret,
            pace: Pace::default(),
        }
    }

    /// `HTTP 400: the answer's beginning`; no secret, no person, one line.
    fn said(&self, reply: &Reply) -> String {
        let mut text = reply.text().into_owned();
        for secret in self.secret.expose_secret().split_whitespace() {
            text = text.replace(secret, "[key]");
        }
        match foreign::quote(&text, None) {
            words if words.is_empty() => format!("HTTP {}", reply.status),
            words => format!("HTTP {}: {words}", reply.status),
        }
    }
}

impl Refuses for Refusals {
    const SERVICE: Service = Service {
        name: "The text webhook",
        address_variable: "PGCASCADE_TEXT_WEBHOOK_URL",
        settles: "A webhook cannot be asked: a person finds out and settles it.",
    };

    fn of_reply(&self, purpose: Purpose, reply: &Reply) -> Option<Refusal> {
        if reply.is_success() {
            self.pace.answered();
            return None;
        }
        let said = self.said(reply);
        Some(match reply.status {
            401 | 403 | 407 => credential(format!(
                "The text webhook turns us away ({said}). Compare PGCASCADE_TEXT_WEBHOOK_SECRET \
                 with the receiver's, restart the daemon, then resume the stage."
            )),
            300..400 | 404 | 405 | 410 => credential(format!(
                "No text webhook takes texts at this address ({said}). Activate the flow, or \
                 correct PGCASCADE_TEXT_WEBHOOK_URL and restart the daemon; then resume the stage."
            )),
            408 => Self::SERVICE.perhaps_done(
                purpose,
                &format!("The text webhook gave up waiting ({said})"),
            ),
            425 | 429 => Answer::Throttled {
                after: self.pace.refused(reply.retry_after()).max(WAIT_MIN),
                reason: format!(
                    "The text webhook asks for fewer calls ({said}). The text waits and is sent \
                     by itself."
                ),
            }
            .into(),
            400..500 => not_taken(reply, &said),
            _ => Self::SERVICE.perhaps_done(
                purpose,
                &format!("The text webhook is out of order ({said})"),
            ),
        })
    }
}

/// The text's own fault, or its number's.
fn not_taken(reply: &Reply, said: &str) -> Refusal {
    let words = reply.json::<Map<String, Value>>().unwrap_or_default();
    match words.get("number").and_then(Value::as_str) {
        Some("opted_out") => rejected(format!(
            "The text webhook says that the person has opted out ({said}). Nothing is sent to \
             this number until the person writes START."
        ))
        .about_number(NumberFault::OptedOut),
        Some("unreachable") => rejected(format!(
            "The text webhook says that this number cannot receive texts ({said}). Correct the \
             person's number, then retry."
        ))
        .about_number(NumberFault::Unreachable),
        _ => rejected(format!(
            "The text webhook refuses the text ({said}). Correct what it names, then retry."
        )),
    }
}
