//! What an answer other than the one we wanted means: Apify's table of errors.

use std::convert::Infallible;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::providers::foreign;
use crate::providers::http::{CallError, Malformed, Reply};
use crate::providers::pace::{Pace, jittered};

/// An answer that delivers nothing.
pub(super) type Refusal = Answer<Infallible>;

/// Runs of ours or of others fill the account: they end within minutes.
const ACCOUNT_BUSY_WAIT: Duration = Duration::from_secs(30);

/// What the call was for: the same status can mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Starting a run: costs money, must not be repeated blindly.
    Start,
    /// Looking for a run whose start was lost: safe to repeat.
    LookUp,
    /// Polling a run or reading what it found: safe to repeat.
    Collect,
}

/// What the body of an error says.
#[derive(Debug, Default)]
struct ApiError {
    kind: String,
    message: String,
}

/// What kind of no it is, whatever way it was said.
enum Meaning {
    Input,
    Token,
    Money,
    AccountBusy,
    NotFound,
    RunTimeOut,
    TooFast,
    WrongAddress,
    OutOfOrder,
}

/// Turns answers into refusals for one account.
#[derive(Debug)]
pub(super) struct Refusals {
    token: SecretString,
    poll_interval: Duration,
    pace: Pace,
}

impl Refusals {
    pub(super) fn new(token: SecretString, poll_interval: Duration) -> Self {
        Self {
            token,
            poll_interval,
            pace: Pace::default(),
        }
    }

    /// The refusal that `reply` is, or None if it is a success that carries no error.
    pub(super) fn of_reply(&self, purpose: Purpose, reply: &Reply) -> Option<Refusal> {
        let error = api_error(reply);
        if reply.is_success() && error.is_none() {
            self.pace.answered();
            return None;
        }
        let error = error.unwrap_or_default();
        let said = self.said(reply.status, &error);
        Some(match meaning(reply.status, &error.kind) {
            Meaning::Input => rejected_input(&said),
            Meaning::Token => credential(format!(
                "Apify refuses the token ({said}). Set APIFY_TOKEN to a token that the Apify \
                 console shows as valid, restart the daemon, then resume the stage."
            )),
            Meaning::Money => credential(format!(
                "The Apify account may not spend more ({said}). Top up the account or raise its \
                 monthly limit in the Apify console, then resume the stage."
            )),
            Meaning::AccountBusy => Answer::Throttled {
                after: reply
                    .retry_after()
                    .unwrap_or_else(|| jittered(ACCOUNT_BUSY_WAIT)),
                reason: format!(
                    "The Apify account runs as much at once as its plan allows ({said}). The run \
                     is started by itself when others have ended."
                ),
            },
            Meaning::NotFound => not_found(purpose, &said),
            Meaning::RunTimeOut => self.run_time_out(purpose, &said),
            Meaning::TooFast => Answer::Throttled {
                after: self.pace.refused(reply.retry_after()),
                reason: format!(
                    "Apify asks for fewer calls ({said}). The call is repeated by itself."
                ),
            },
            Meaning::WrongAddress => credential(format!(
                "Apify is not at this address ({said}). Set APIFY_BASE_URL to {}, restart the \
                 daemon, then resume the stage.",
                super::BASE_URL
            )),
            Meaning::OutOfOrder => {
                perhaps_done(purpose, &format!("Apify is out of order ({said})"))
            }
        })
    }

    /// A call without an answer.
    pub(super) fn of_lost_call(&self, purpose: Purpose, error: &CallError) -> Refusal {
        match error {
            CallError::NotSent { .. } | CallError::Unreachable(_) => Answer::Transient {
                reason: format!(
                    "Apify could not be reached ({error}). The call is repeated by itself; if it \
                     goes on, check the network and APIFY_BASE_URL."
                ),
            },
            CallError::Lost { .. } | CallError::TooLarge { .. } => {
                perhaps_done(purpose, &format!("Apify's answer was lost ({error})"))
            }
        }
    }

    /// A success that cannot be read.
    pub(super) fn of_malformed(&self, purpose: Purpose, error: &Malformed) -> Refusal {
        perhaps_done(purpose, &format!("Apify's answer cannot be read ({error})"))
    }

    /// Foreign words for a reason: no token, no person, one line.
    pub(super) fn quote(&self, text: &str) -> String {
        foreign::quote(text, Some(&self.token))
    }

    /// `HTTP 402, type: message`, as far as known.
    fn said(&self, status: u16, error: &ApiError) -> String {
        let words = [error.kind.as_str(), error.message.as_str()];
        let words = words
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>();
        if words.is_empty() {
            format!("HTTP {status}")
        } else {
            format!("HTTP {status}, {}", self.quote(&words.join(": ")))
        }
    }

    fn run_time_out(&self, purpose: Purpose, said: &str) -> Refusal {
        match purpose {
            Purpose::Start => perhaps_done(
                purpose,
                &format!("Apify stopped waiting for a run that may go on ({said})"),
            ),
            Purpose::LookUp | Purpose::Collect => Answer::Throttled {
                after: self.poll_interval,
                reason: format!("The Apify run is still at work ({said}). It is polled again."),
            },
        }
    }
}

/// The error that a body carries, if it does. A page of items is a list and never one.
fn api_error(reply: &Reply) -> Option<ApiError> {
    let body = reply.json::<Map<String, Value>>().ok()?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    match body.get("error")? {
        Value::Null => None,
        Value::Object(error) => Some(ApiError {
            kind: text(error.get("type")),
            message: text(error.get("message")),
        }),
        other => Some(ApiError {
            message: text(Some(other)),
            ..ApiError::default()
        }),
    }
}

/// Reads the error's type first: it is exact, and a gateway may have replaced the status.
fn meaning(status: u16, kind: &str) -> Meaning {
    match kind {
        // Sent as 402, and over in minutes: pausing the stage for these would be wrong.
        "actor-memory-limit-exceeded" | "concurrent-runs-limit-exceeded" => {
            return Meaning::AccountBusy;
        }
        "rate-limit-exceeded" => return Meaning::TooFast,
        "run-timeout-exceeded" => return Meaning::RunTimeOut,
        "page-not-found" => return Meaning::WrongAddress,
        "record-not-found" | "actor-not-found" => return Meaning::NotFound,
        "token-not-provided" | "user-or-token-not-found" | "invalid-token" => {
            return Meaning::Token;
        }
        "invalid-request" | "invalid-input" | "invalid-value" => return Meaning::Input,
        "x402-payment-required" | "not-enough-usage-to-run-paid-actor" => return Meaning::Money,
        _ => {}
    }
    match status {
        300..400 => Meaning::WrongAddress,
        401 | 403 | 407 => Meaning::Token,
        402 => Meaning::Money,
        404 => Meaning::NotFound,
        408 => Meaning::RunTimeOut,
        429 => Meaning::TooFast,
        400..500 => Meaning::Input,
        _ => Meaning::OutOfOrder,
    }
}

fn credential(reason: String) -> Refusal {
    Answer::Credential { reason }
}

fn rejected_input(said: &str) -> Refusal {
    Answer::Rejected {
        reason: format!(
            "Apify refuses the run as it was asked for ({said}). Compare the field it names with \
             the actor's input page, correct it, then retry."
        ),
    }
}

/// A missing actor stops the stage; a missing run or dataset only ends that run.
fn not_found(purpose: Purpose, said: &str) -> Refusal {
    match purpose {
        Purpose::Start | Purpose::LookUp => credential(format!(
            "Apify knows no such actor ({said}). Set APIFY_ACTOR to its name, like {}, and check \
             that APIFY_BASE_URL is {}; restart the daemon, then resume the stage.",
            super::ACTOR,
            super::BASE_URL
        )),
        Purpose::Collect => Answer::Rejected {
            reason: format!(
                "Apify no longer knows the run or its results ({said}): they were deleted, or the \
                 token belongs to another account. Retry to pay for a new run."
            ),
        },
    }
}

/// An answer that does not say whether the call did its work.
fn perhaps_done(purpose: Purpose, what: &str) -> Refusal {
    match purpose {
        Purpose::Start => Answer::Unknown {
            reason: format!(
                "{what}, so nobody knows whether a run was started. It is looked for before \
                 another is paid for; nothing needs to be done."
            ),
        },
        Purpose::LookUp | Purpose::Collect => Answer::Transient {
            reason: format!(
                "{what}. The call is repeated by itself and costs nothing; if it goes on, look at \
                 Apify's status page."
            ),
        },
    }
}
