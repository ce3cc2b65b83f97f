//! What an answer other than the one we wanted means: statuses and codes to classes.

use std::convert::Infallible;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::BASE_URL;
use super::codes::{Trouble, meaning};
use crate::answer::Answer;
use crate::messaging::delivery::NumberFault;
use crate::messaging::sms_gateway::GatewayAnswer;
use crate::providers::foreign;
use crate::providers::http::{CallError, Malformed, Reply};
use crate::providers::pace::{Pace, jittered};

/// A cap of a day is asked about so often.
const DAILY_CAP_WAIT: Duration = Duration::from_secs(3600);

/// What the call was for: the same status can mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Handing over a text: must not be repeated blindly.
    Send,
    /// Everything else: safe to repeat.
    LookUp,
}

/// An answer that delivers nothing, and what it says about the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    answer: Answer<Infallible>,
    number: Option<NumberFault>,
}

impl Refusal {
    pub(super) fn into_answer<T>(self) -> Answer<T> {
        self.answer.map(|never| match never {})
    }
}

impl From<Answer<Infallible>> for Refusal {
    fn from(answer: Answer<Infallible>) -> Self {
        Self {
            answer,
            number: None,
        }
    }
}

impl<T> From<Refusal> for GatewayAnswer<T> {
    fn from(refusal: Refusal) -> Self {
        Self {
            number: refusal.number,
            answer: refusal.into_answer(),
        }
    }
}

/// Turns answers into refusals for one account.
#[derive(Debug)]
pub(super) struct Refusals {
    auth_token: SecretString,
    pace: Pace,
}

impl Refusals {
    pub(super) fn new(auth_token: SecretString) -> Self {
        Self {
            auth_token,
            pace: Pace::default(),
        }
    }

    /// The refusal that `reply` is, or None if it is a success.
    pub(super) fn of_reply(&self, purpose: Purpose, reply: &Reply) -> Option<Refusal> {
        if reply.is_success() {
            self.pace.answered();
            return None;
        }
        let (code, message) = words(reply);
        let said = self.said(reply.status, code, &message);
        // A code counts only where the status agrees that nothing was done.
        let known = code
            .filter(|_| (400..500).contains(&reply.status))
            .and_then(meaning);
        Some(match known {
            Some((trouble, what)) => self.of_code(purpose, reply, code, trouble, what, &said),
            None => self.of_status(purpose, reply, &said),
        })
    }

    fn of_code(
        &self,
        purpose: Purpose,
        reply: &Reply,
        code: Option<u32>,
        trouble: Trouble,
        what: &str,
        said: &str,
    ) -> Refusal {
        let refused = |number| Refusal {
            answer: Answer::Rejected {
                reason: format!("{what} ({said}), then retry."),
            },
            number,
        };
        match trouble {
            Trouble::Account | Trouble::Sender => {
                credential(format!("{what} ({said}), then resume the stage."))
            }
            Trouble::Busy => {
                let daily = (code == Some(30023)).then(|| jittered(DAILY_CAP_WAIT));
                Answer::Throttled {
                    after: self.pace.refused(reply.retry_after().or(daily)),
                    reason: format!("{what} ({said}). The text waits and is sent by itself."),
                }
                .into()
            }
            Trouble::OptedOut => refused(Some(NumberFault::OptedOut)),
            Trouble::DeadNumber => refused(Some(NumberFault::Unreachable)),
            Trouble::Away | Trouble::Refused => refused(None),
            Trouble::Unclear => perhaps_done(purpose, &format!("{what} ({said})")),
        }
    }

    fn of_status(&self, purpose: Purpose, reply: &Reply, said: &str) -> Refusal {
        match reply.status {
            300..400 => wrong_address(said),
            401..404 => credential(format!(
                "Twilio turns us away ({said}). Check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and \
                 the account's balance in the console, restart the daemon, then resume the stage."
            )),
            404 if purpose == Purpose::LookUp => Answer::Rejected {
                reason: format!(
                    "Twilio does not know the message ({said}): it was deleted, or belongs to \
                     another account."
                ),
            }
            .into(),
            404 => wrong_address(said),
            408 => perhaps_done(purpose, &format!("Twilio gave up waiting ({said})")),
            // Documented as never processed.
            429 => Answer::Throttled {
                after: self.pace.refused(reply.retry_after()),
                reason: format!(
                    "Twilio asks for fewer calls ({said}). The text waits and is sent by itself."
                ),
            }
            .into(),
            400..500 => Answer::Rejected {
                reason: format!(
                    "Twilio refuses the request ({said}). Correct what it names, then retry."
                ),
            }
            .into(),
            _ => perhaps_done(purpose, &format!("Twilio is out of order ({said})")),
        }
    }

    /// A call without an answer.
    pub(super) fn of_lost_call(&self, purpose: Purpose, error: &CallError) -> Refusal {
        match error {
            CallError::NotSent { .. } | CallError::Unreachable(_) => Answer::Transient {
                reason: format!(
                    "Twilio could not be reached ({error}). The call is repeated by itself; if it \
                     goes on, check the network and TWILIO_BASE_URL."
                ),
            }
            .into(),
            CallError::Lost { .. } | CallError::TooLarge { .. } => {
                perhaps_done(purpose, &format!("Twilio's answer was lost ({error})"))
            }
        }
    }

    /// A success that cannot be read.
    pub(super) fn of_malformed(&self, purpose: Purpose, error: &Malformed) -> Refusal {
        perhaps_done(
            purpose,
            &format!("Twilio's answer cannot be read ({error})"),
        )
    }

    /// `HTTP 400, error 21211: message`, as far as known; no token, no person, one line.
    fn said(&self, status: u16, code: Option<u32>, message: &str) -> String {
        let mut said = format!("HTTP {status}");
        if let Some(code) = code {
            said.push_str(&format!(", error {code}"));
        }
        if !message.is_empty() {
            said.push_str(": ");
            said.push_str(&foreign::quote(message, Some(&self.auth_token)));
        }
        said
    }
}

/// The code and the message of an error's body.
fn words(reply: &Reply) -> (Option<u32>, String) {
    let Ok(body) = reply.json::<Map<String, Value>>() else {
        return (None, String::new());
    };
    let code = body.get("code").and_then(Value::as_u64);
    let code = code.and_then(|code| u32::try_from(code).ok());
    let message = body.get("message").and_then(Value::as_str);
    (code, message.unwrap_or_default().to_owned())
}

fn credential(reason: String) -> Refusal {
    Answer::Credential { reason }.into()
}

fn wrong_address(said: &str) -> Refusal {
    credential(format!(
        "Twilio knows no such account at this address ({said}). Set TWILIO_BASE_URL to {BASE_URL} \
         and TWILIO_ACCOUNT_SID as the console shows it, restart the daemon, then resume the \
         stage."
    ))
}

/// An answer that does not say whether the call did its work.
fn perhaps_done(purpose: Purpose, what: &str) -> Refusal {
    match purpose {
        Purpose::Send => Answer::Unknown {
            reason: format!(
                "{what}, so nobody knows whether the text is on its way. It is looked for at \
                 Twilio before anything is sent again; nothing needs to be done."
            ),
        },
        Purpose::LookUp => Answer::Transient {
            reason: format!(
                "{what}. The call is repeated by itself and sends nothing; if it goes on, look at \
                 Twilio's status page."
            ),
        },
    }
    .into()
}
