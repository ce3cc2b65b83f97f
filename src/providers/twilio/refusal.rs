//! What an answer other than the one we wanted means: statuses and codes to classes.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::BASE_URL;
use super::codes::{Trouble, meaning};
use crate::answer::Answer;
use crate::messaging::delivery::NumberFault;
use crate::providers::foreign;
use crate::providers::http::Reply;
use crate::providers::pace::{Pace, jittered};
use crate::providers::sms_call::{Purpose, Refusal, Refuses, Service, credential, rejected};

/// How reasons name it.
const SERVICE: Service = Service {
    name: "Twilio",
    address_variable: "TWILIO_BASE_URL",
    settles: "It is looked for at Twilio before anything is sent again; nothing needs to be done.",
};

/// A cap of a day is asked about so often.
const DAILY_CAP_WAIT: Duration = Duration::from_secs(3600);

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

    fn of_code(
        &self,
        purpose: Purpose,
        reply: &Reply,
        code: Option<u32>,
        trouble: Trouble,
        what: &str,
        said: &str,
    ) -> Refusal {
        let refused = || rejected(format!("{what} ({said}), then retry."));
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
            Trouble::OptedOut => refused().about_number(NumberFault::OptedOut),
            Trouble::DeadNumber => refused().about_number(NumberFault::Unreachable),
            Trouble::Away | Trouble::Refused => refused(),
            Trouble::Unclear => SERVICE.perhaps_done(purpose, &format!("{what} ({said})")),
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
            408 => SERVICE.perhaps_done(purpose, &format!("Twilio gave up waiting ({said})")),
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
            _ => SERVICE.perhaps_done(purpose, &format!("Twilio is out of order ({said})")),
        }
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

impl Refuses for Refusals {
    const SERVICE: Service = SERVICE;

    fn of_reply(&self, purpose: Purpose, reply: &Reply) -> Option<Refusal> {
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

fn wrong_address(said: &str) -> Refusal {
    credential(format!(
        "Twilio knows no such account at this address ({said}). Set TWILIO_BASE_URL to {BASE_URL} \
         and TWILIO_ACCOUNT_SID as the console shows it, restart the daemon, then resume the \
         stage."
    ))
}
