//! What an answer other than the one we wanted means: GoHighLevel's table of errors.

use std::time::Duration;

use chrono::{Days, NaiveTime};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::BASE_URL;
use crate::answer::Answer;
use crate::messaging::delivery::NumberFault;
use crate::providers::foreign;
use crate::providers::http::Reply;
use crate::providers::pace::jittered;
use crate::providers::sms_call::{Purpose, Refusal, Refuses, Service, credential, rejected};

/// How reasons name it.
const SERVICE: Service = Service {
    name: "GoHighLevel",
    address_variable: "GHL_BASE_URL",
    settles: "It is looked for at GoHighLevel before anything is sent again; nothing needs to be \
              done.",
};

/// The service counts calls in windows of this length and says so in a header.
const WINDOW: Duration = Duration::from_secs(10);

/// The wait where the day's calls are used up and the service does not say what time it is.
const DAY_USED_UP_WAIT: Duration = Duration::from_secs(3600);

/// Turns answers into refusals for one account.
#[derive(Debug)]
pub(super) struct Refusals {
    api_key: SecretString,
}

impl Refusals {
    pub(super) fn new(api_key: SecretString) -> Self {
        Self { api_key }
    }

    /// A success that lacks what it should hold, with what it says instead.
    pub(super) fn of_incomplete(&self, purpose: Purpose, reply: &Reply, lacks: &str) -> Refusal {
        let said = self.said(reply, &words(reply));
        SERVICE.perhaps_done(
            purpose,
            &format!("GoHighLevel's answer names no {lacks} ({said})"),
        )
    }

    /// `HTTP 400, message, trace …`, as far as known; no key, no person, one line.
    fn said(&self, reply: &Reply, words: &Words) -> String {
        let quote = |text: &str| foreign::quote(text, Some(&self.api_key));
        let mut said = format!("HTTP {}", reply.status);
        for (label, text) in [("", &words.message), ("trace ", &words.trace_id)] {
            if !text.is_empty() {
                said.push_str(", ");
                said.push_str(label);
                said.push_str(&quote(text));
            }
        }
        said
    }
}

impl Refuses for Refusals {
    const SERVICE: Service = SERVICE;

    fn of_reply(&self, purpose: Purpose, reply: &Reply) -> Option<Refusal> {
        if reply.is_success() {
            return None;
        }
        let words = words(reply);
        let said = self.said(reply, &words);
        let status = reply.status;
        Some(match status {
            300..400 => wrong_address(&said),
            401 if words.message.to_lowercase().contains("version header") => credential(format!(
                "GoHighLevel no longer knows the API version that pgcascade speaks ({said}). \
                     The key is not at fault: install a newer pgcascade, then resume the stage."
            )),
            401 => credential(format!(
                "GoHighLevel refuses the key ({said}). Set GHL_API_KEY to a private integration \
                 token of the location, restart the daemon, then resume the stage."
            )),
            402 => credential(format!(
                "The GoHighLevel account may not spend more ({said}). Top up its wallet, then \
                 resume the stage."
            )),
            403 => credential(format!(
                "GoHighLevel does not let this key do that ({said}). Give the token the scopes \
                 contacts.write, contacts.readonly, conversations.readonly, \
                 conversations/message.write and conversations/message.readonly, and compare \
                 GHL_LOCATION_ID with the location it belongs to; then resume the stage."
            )),
            404 if !words.is_json => wrong_address(&said),
            404 => missing(&said),
            408 => SERVICE.perhaps_done(purpose, &format!("GoHighLevel gave up waiting ({said})")),
            429 => throttled(reply, &said),
            400..500 => bad_request(&words.message, &said),
            _ => SERVICE.perhaps_done(purpose, &format!("GoHighLevel is out of order ({said})")),
        })
    }
}

/// What the body of an error says.
#[derive(Debug, Default)]
struct Words {
    message: String,
    trace_id: String,
    /// The service's own answers are JSON; a gateway's are not.
    is_json: bool,
}

/// The message stands under one of three names, as a text or a list of texts.
fn words(reply: &Reply) -> Words {
    let Ok(body) = reply.json::<Map<String, Value>>() else {
        // A bare JSON text is a message, too.
        let message = reply.json::<String>();
        return Words {
            is_json: message.is_ok(),
            message: message.unwrap_or_default(),
            trace_id: String::new(),
        };
    };
    let named = ["message", "error", "detail", "msg"];
    let message = named.iter().filter_map(|name| body.get(*name)).map(joined);
    Words {
        message: message
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
        trace_id: body.get("traceId").map(joined).unwrap_or_default(),
        is_json: true,
    }
}

fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(texts) => texts.iter().map(joined).collect::<Vec<_>>().join("; "),
        _ => String::new(),
    }
}

/// A 400 or 422, which are everyday business: a person who opted out, a number that is none.
fn bad_request(message: &str, said: &str) -> Refusal {
    let message = message.to_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if message.contains("dnd") || names(&["opted out", "opt-out", "unsubscribed"]) {
        return opted_out(said);
    }
    if message.contains("contact") && names(&["not found", "does not exist", "deleted"]) {
        return missing(said);
    }
    if message.contains("missing phone") {
        return rejected(format!(
            "The GoHighLevel contact has no phone number ({said}). Enter the number in the \
             contact, then retry."
        ));
    }
    let of_number = names(&["phone", "number", "landline"]);
    if of_number && names(&["invalid", "not valid", "landline", "not a mobile"]) {
        return rejected(format!(
            "GoHighLevel says that this number cannot receive texts ({said}). Correct the \
             person's number, then retry."
        ))
        .about_number(NumberFault::Unreachable);
    }
    rejected(format!(
        "GoHighLevel refuses the request ({said}). Correct what it names, then retry."
    ))
}

/// A person whom the service will not text.
pub(super) fn opted_out(said: &str) -> Refusal {
    rejected(format!(
        "The person wants no texts, or cannot receive any: do-not-disturb is on in GoHighLevel \
         ({said}). Nothing is sent to this number until the person writes START, or the contact's \
         do-not-disturb is lifted with the person's consent."
    ))
    .about_number(NumberFault::OptedOut)
}

fn missing(said: &str) -> Refusal {
    Refusal {
        is_missing: true,
        ..rejected(format!(
            "GoHighLevel does not know the contact or message ({said}): it was deleted or merged. \
             Retry to have the contact looked up by its number."
        ))
    }
}

fn wrong_address(said: &str) -> Refusal {
    credential(format!(
        "GoHighLevel is not at this address ({said}). Set GHL_BASE_URL to {BASE_URL}, restart the \
         daemon, then resume the stage."
    ))
}

fn throttled(reply: &Reply, said: &str) -> Refusal {
    let day_used_up = reply
        .header("x-ratelimit-daily-remaining")
        .is_some_and(|left| left.trim() == "0");
    let window = reply
        .header("x-ratelimit-interval-milliseconds")
        .and_then(|text| text.trim().parse().ok())
        .map_or(WINDOW, Duration::from_millis)
        .min(DAY_USED_UP_WAIT);
    let after = match reply.retry_after() {
        Some(asked) => asked,
        None if day_used_up => until_midnight(reply).unwrap_or(DAY_USED_UP_WAIT),
        None => jittered(window),
    };
    Answer::Throttled {
        after,
        reason: format!(
            "GoHighLevel asks for fewer calls ({said}). The text waits and is sent by \
                         itself."
        ),
    }
    .into()
}

/// The count of a day's calls begins anew at midnight UTC, by the service's own clock.
fn until_midnight(reply: &Reply) -> Option<Duration> {
    let now = reply.date()?.to_utc();
    let midnight = now.date_naive().checked_add_days(Days::new(1))?;
    let midnight = midnight.and_time(NaiveTime::MIN).and_utc();
    (midnight - now).to_std().ok()
}
