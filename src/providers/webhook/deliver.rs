//! One delivery: leave of the destination, headers and signature, the call, the answer's class.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};

use super::answers;
use super::breaker::{BreakerLimits, Health, Outlook};
use super::destination::{Destinations, Refused};
use super::message::Message;
use super::settings::Webhook;
use super::sign::{NoSecret, Signer};
use super::variables::{VariableError, Variables};
use crate::answer::Answer;
use crate::providers::http::{HttpClient, HttpLimits, Reach};

/// So much of an answer is read; the rest is dropped with its connection.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// So long an event waits for a receiver that is not there; then its attempts are spent, and it
/// fails. About as long as the schedule of retries that Standard Webhooks proposes (75 hours).
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Sends messages to webhooks.
#[derive(Debug)]
pub struct Deliverer {
    /// For addresses of the public internet only. The two share no connection.
    public: HttpClient,
    /// For private networks, too.
    private: HttpClient,
    variables: Variables,
    destinations: Destinations,
    /// After a call that could not be made, while the destination does not rest yet.
    first_rest: Duration,
}

/// What is wrong with a webhook's secrets or headers on this daemon.
#[derive(Debug, thiserror::Error)]
enum Unsendable {
    #[error(transparent)]
    Variable(#[from] VariableError),
    #[error("the variable {0} holds no signing secret: {1}")]
    Secret(String, NoSecret),
    #[error("the header {0} cannot be sent: its name or its value has characters no header has")]
    Header(String),
}

impl Deliverer {
    /// Builds the clients; nothing is sent yet.
    ///
    /// # Errors
    /// The HTTP clients cannot be built.
    pub fn new(variables: Variables, breaker: BreakerLimits) -> anyhow::Result<Self> {
        let limits = HttpLimits {
            body_bytes_max: ANSWER_BYTES_MAX,
            status_is_enough: true,
            ..HttpLimits::default()
        };
        Ok(Self {
            public: HttpClient::reaching(Reach::Public, limits)?,
            private: HttpClient::reaching(Reach::Private, limits)?,
            variables,
            destinations: Destinations::new(breaker),
            first_rest: breaker.open_first,
        })
    }

    /// What a delivery would be told now.
    pub fn outlook(&self, webhook: &Webhook) -> Outlook {
        self.destinations.of(&webhook.destination()).outlook()
    }

    /// Sends a message once. `now` gives the time for the signature, in Unix seconds.
    pub async fn deliver(
        &self,
        webhook: &Webhook,
        message: &Message,
        now: impl Fn() -> i64,
    ) -> Answer<Value> {
        let destination = self.destinations.of(&webhook.destination());
        if let Outlook::Wait(wait) = destination.outlook() {
            return given_back(webhook, Refused::Resting(wait));
        }
        let body = message.body(webhook.body);
        let headers = match self.headers(webhook, message, now(), &body) {
            Ok(headers) => headers,
            Err(error) => return unsendable(webhook, &error),
        };
        let permit = match destination.admit(webhook.concurrency).await {
            Ok(permit) => permit,
            Err(refused) => return given_back(webhook, refused),
        };
        let client = match webhook.allow_private {
            true => &self.private,
            false => &self.public,
        };
        let request = client.request(webhook.method.clone(), webhook.url.clone());
        let request = request.headers(headers).body(body);
        let (answer, health) = match client.send(request, webhook.timeout).await {
            Ok(reply) => answers::of_reply(webhook, &self.variables, &reply),
            Err(error) => answers::of_lost_call(webhook, &error),
        };
        permit.report(health);
        let unserved = match (health, destination.outlook()) {
            (Health::Unreached | Health::Away, Outlook::Wait(rest)) => Some(rest),
            (Health::Unreached, _) => Some(self.first_rest),
            _ => None,
        };
        match (unserved, answer) {
            (Some(rest), Answer::Transient { reason }) if message.age(now()) < PATIENCE => {
                unspent(rest, &reason)
            }
            (_, answer) => answer,
        }
    }

    fn headers(
        &self,
        webhook: &Webhook,
        message: &Message,
        at: i64,
        body: &str,
    ) -> Result<HeaderMap, Unsendable> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in &webhook.headers {
            let value = self.variables.fill_in(name, value)?;
            let mut value = header(name, HeaderValue::try_from(value))?;
            value.set_sensitive(true);
            headers.insert(header(name, HeaderName::try_from(name))?, value);
        }
        let mut insert = |name: &'static str, value: String| {
            headers.insert(name, header(name, HeaderValue::try_from(value))?);
            Ok::<_, Unsendable>(())
        };
        insert(HEADER_WEBHOOK_ID, message.id.clone())?;
        insert(HEADER_WEBHOOK_TIMESTAMP, at.to_string())?;
        if let Some(name) = &webhook.secret_env {
            let no_secret = |error| Unsendable::Secret(name.clone(), error);
            let signer = Signer::new(self.variables.get(name)?).map_err(no_secret)?;
            let signature = signer.sign(&message.id, at, body).map_err(no_secret)?;
            insert(HEADER_WEBHOOK_SIGNATURE, signature)?;
        }
        Ok(headers)
    }
}

fn header<T, E>(name: &str, value: Result<T, E>) -> Result<T, Unsendable> {
    value.map_err(|_| Unsendable::Header(name.to_owned()))
}

/// No call was made and none would succeed: the row or this daemon's variables are at fault.
fn unsendable(webhook: &Webhook, error: &Unsendable) -> Answer<Value> {
    Answer::Credential {
        reason: format!("Webhook {} is not called: {error}.", webhook.name),
    }
}

/// Certainly not processed, and nothing to do with the event. Those that found nobody stay away for
/// longer than the rest, each for another time: should the destination be well and refuse just
/// them, others get their turn.
fn unspent(rest: Duration, reason: &str) -> Answer<Value> {
    Answer::Throttled {
        after: rest.mul_f64(1.0 + 3.0 * fastrand::f64()),
        reason: format!("{reason} No attempt was spent."),
    }
}

fn given_back(webhook: &Webhook, refused: Refused) -> Answer<Value> {
    let (name, destination) = (&webhook.name, webhook.destination());
    match refused {
        Refused::Resting(after) => Answer::Throttled {
            after,
            reason: format!(
                "Webhook {name} was not called: {destination} did not answer before or asked for \
                 quiet; no attempt was spent."
            ),
        },
        Refused::Full(after) => Answer::Throttled {
            after,
            reason: format!(
                "Webhook {name} was not called: {destination} has as many calls under way as \
                 pipeline.webhooks allows (concurrency)."
            ),
        },
    }
}
