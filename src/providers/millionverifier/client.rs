//! The client: one GET per address, and one for the credits that are left.
//!
//! A check may be repeated (it costs a credit at most), so a lost answer is `Transient`. A refused
//! key is remembered: the service blocks the network address of a caller that goes on asking with
//! it, and twenty checks may be waiting when the first one hears of it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::mask::Email;
use crate::outreach::email_verifier::{EmailVerifier, Verification};
use crate::providers::http::{CallError, HttpClient, HttpLimits, Malformed, Reply};
use crate::providers::pace::Pace;

use super::MillionVerifierConfig;
use super::verdict::{Fault, Judgement, judge};

const NAME: &str = "millionverifier";

/// An answer has a few hundred bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// What the service accepts as `timeout`, in seconds.
const TIMEOUT_SECS: std::ops::RangeInclusive<u64> = 2..=60;

/// Verifies addresses at MillionVerifier.
#[derive(Debug)]
pub struct MillionVerifierClient {
    http: HttpClient,
    config: MillionVerifierConfig,
    timeout: Duration,
    pace: Pace,
    /// Why the service refused the key or this machine, once it has.
    refused: Mutex<Option<String>>,
}

impl MillionVerifierClient {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(config: MillionVerifierConfig) -> anyhow::Result<Self> {
        let limits = HttpLimits {
            body_bytes_max: BODY_BYTES_MAX,
            ..HttpLimits::default()
        };
        let http = HttpClient::new(&config.base_url, limits)?;
        let secs = config
            .timeout
            .as_secs()
            .clamp(*TIMEOUT_SECS.start(), *TIMEOUT_SECS.end());
        let timeout = Duration::from_secs(secs);
        Ok(Self {
            http,
            config,
            timeout,
            pace: Pace::default(),
            refused: Mutex::default(),
        })
    }

    /// How many checks the account can still pay for. Asks the service even if it refused the key
    /// before, and forgets the refusal when the key works again.
    pub async fn credits(&self) -> Answer<u64> {
        let body = match self.get(&["api", "v3", "credits"], &[]).await {
            Ok(body) => body,
            Err(answer) => return answer.map(|never| match never {}),
        };
        let error = body
            .get("error")
            .and_then(Value::as_str)
            .unwrap_or_default();
        // Seen as a number and, from gateways that retype JSON, as a text.
        let credits = body.get("credits").and_then(|credits| match credits {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
        match credits {
            _ if !error.is_empty() => self.fault(Fault::of(error), error),
            Some(credits) => {
                self.remember_refusal(None);
                Answer::Delivered(credits)
            }
            None => self.fault(Fault::Other, "no number of credits"),
        }
    }

    /// One GET, as far as a JSON object.
    async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Map<String, Value>, Refusal> {
        let mut url = self.config.base_url.join(path.iter().copied());
        url.query_pairs_mut()
            .append_pair("api", self.config.api_key.expose_secret())
            .extend_pairs(query);
        let deadline = self.timeout + self.config.answer_margin;
        let request = self.http.request(Method::GET, url);
        let reply = self
            .http
            .send(request, deadline)
            .await
            .map_err(not_answered)?;
        if let Some(refusal) = self.refusal(&reply) {
            return Err(refusal);
        }
        self.pace.answered();
        reply.json().map_err(malformed)
    }

    /// What a status other than success means; the service itself hardly ever sends one, what
    /// stands before it does.
    fn refusal(&self, reply: &Reply) -> Option<Refusal> {
        let status = reply.status;
        let refusal = match status {
            200..300 => return None,
            300..400 | 404 => Answer::Credential {
                reason: format!(
                    "MillionVerifier is not at this address (HTTP {status}). Set \
                     MILLIONVERIFIER_BASE_URL to {}, restart the daemon, then resume the stage.",
                    super::BASE_URL
                ),
            },
            401..404 => Answer::Credential {
                reason: format!(
                    "MillionVerifier turns us away (HTTP {status}): the key is refused, or this \
                     machine's network address made too many calls. Check the key in the \
                     service's dashboard, lower the stage's concurrency, then resume the stage."
                ),
            },
            429 => Answer::Throttled {
                after: self.pace.refused(reply.retry_after()),
                reason: String::from(
                    "MillionVerifier asks for fewer calls (HTTP 429). The check waits and is \
                     repeated by itself; if this is frequent, lower the stage's concurrency.",
                ),
            },
            400..500 => Answer::Rejected {
                reason: format!(
                    "MillionVerifier refuses to check this address (HTTP {status}). Look at the \
                     address in the row, correct it and retry."
                ),
            },
            _ => Answer::Transient {
                reason: format!(
                    "MillionVerifier is out of order (HTTP {status}). The check is repeated by \
                     itself; if it goes on, look at the service's status page."
                ),
            },
        };
        Some(refusal)
    }

    /// A fault that the body tells of; a fault of the key or the machine is remembered.
    fn fault<T>(&self, fault: Fault, error: &str) -> Answer<T> {
        let answer = fault.answer(error, &self.config.api_key);
        match (fault, &answer) {
            (Fault::Key | Fault::Blocked, Answer::Credential { reason }) => {
                self.remember_refusal(Some(reason.clone()));
            }
            (Fault::Key | Fault::Blocked | Fault::Credits | Fault::Other, _) => {}
        }
        answer
    }

    fn remember_refusal(&self, reason: Option<String>) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    fn remembered_refusal(&self) -> Option<String> {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl EmailVerifier for MillionVerifierClient {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn verify(&self, email: &Email) -> Answer<Verification> {
        let address = email.reveal().trim();
        if address.is_empty() {
            return no_address();
        }
        if let Some(reason) = self.remembered_refusal() {
            return Answer::Credential { reason };
        }
        let timeout_secs = self.timeout.as_secs().to_string();
        let query = [("email", address), ("timeout", timeout_secs.as_str())];
        match self.get(&["api", "v3", ""], &query).await {
            Ok(body) => match judge(&body, self.config.caution) {
                Judgement::Verified(verification) => Answer::Delivered(verification),
                Judgement::Fault(fault, error) => self.fault(fault, &error),
            },
            Err(answer) => answer.map(|never| match never {}),
        }
    }
}

/// An answer that never delivers.
type Refusal = Answer<std::convert::Infallible>;

/// There is nothing to check, and asking would cost a call.
pub(super) fn no_address() -> Answer<Verification> {
    Answer::Rejected {
        reason: String::from(
            "The row has no e-mail address to check. Fill it in or remove the row, then retry.",
        ),
    }
}

fn not_answered(error: CallError) -> Refusal {
    Answer::Transient {
        reason: match error {
            CallError::NotSent { .. } | CallError::Unreachable(_) => format!(
                "MillionVerifier could not be reached ({error}). The check is repeated by itself; \
                 if it goes on, check the network and MILLIONVERIFIER_BASE_URL."
            ),
            CallError::Lost { .. } => format!(
                "MillionVerifier did not answer ({error}). The check is repeated by itself, which \
                 may cost one credit more; if it goes on, look at the service's status page."
            ),
            CallError::TooLarge { .. } => format!(
                "MillionVerifier sent something that is no answer ({error}). The check is \
                 repeated by itself; if it goes on, check MILLIONVERIFIER_BASE_URL."
            ),
        },
    }
}

fn malformed(error: Malformed) -> Refusal {
    Answer::Transient {
        reason: format!(
            "MillionVerifier sent something that is no answer ({error}). The check is repeated by \
             itself; if it goes on, check MILLIONVERIFIER_BASE_URL and the service's status page."
        ),
    }
}
