//! What an answer means for the event, and what it says of its destination. Pure.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::breaker::Health;
use super::settings::Webhook;
use super::variables::Variables;
use crate::answer::Answer;
use crate::providers::foreign;
use crate::providers::http::{CallError, Reply};
use crate::providers::reach::Kind;

/// How long a destination is left alone that says "too many requests" and not for how long.
const BUSY: Duration = Duration::from_secs(10);
/// A destination that asks for less than this is not asked again in the same breath.
const BUSY_MIN: Duration = Duration::from_millis(500);

/// The class of an answer.
pub fn of_reply(
    webhook: &Webhook,
    variables: &Variables,
    reply: &Reply,
) -> (Answer<Value>, Health) {
    let said = said(webhook, variables, reply);
    match reply.status {
        200..=299 => {
            let excerpt = excerpt(variables, reply);
            let value = json!({"status": reply.status, "answer": excerpt});
            (Answer::Delivered(value), Health::Up)
        }
        300..=399 => (of_redirect(webhook, reply, &said), Health::Up),
        401 | 403 | 407 => (
            Answer::Credential {
                reason: format!(
                    "{said} Correct the headers in pipeline.webhooks or the variables of the \
                     daemon that they name."
                ),
            },
            Health::Up,
        ),
        410 => (
            Answer::Credential {
                reason: format!(
                    "{said} The receiver says that this address is gone for good. Write the new \
                     one into url in pipeline.webhooks, or delete the stage; its events wait."
                ),
            },
            Health::Up,
        ),
        404 if is_inactive_flow(reply) => (
            Answer::Transient {
                reason: format!("{said} Activate the workflow in n8n: its address is not open."),
            },
            Health::Away,
        ),
        429 => throttled(said, reply.retry_after().unwrap_or(BUSY)),
        503 if reply.retry_after().is_some() => {
            throttled(said, reply.retry_after().unwrap_or(BUSY))
        }
        // A proxy's words for a receiver that it does not reach.
        502 | 503 => (Answer::Transient { reason: said }, Health::Away),
        408 | 425 | 500..=599 => (Answer::Transient { reason: said }, Health::Down),
        _ => (
            Answer::Rejected {
                reason: format!(
                    "{said} It will not take this event as it is. Correct the payload or the \
                     receiver, then set the event to pending."
                ),
            },
            Health::Up,
        ),
    }
}

/// The class of a call without an answer. At least once is promised, and a repetition carries the
/// same id, so whether the receiver acted makes no difference.
pub fn of_lost_call(webhook: &Webhook, error: &CallError) -> (Answer<Value>, Health) {
    let of = format!("Webhook {} ({})", webhook.name, webhook.destination());
    let transient = || Answer::Transient {
        reason: format!("{of} did not answer: {error}."),
    };
    match error {
        CallError::Unreachable(refused) => (
            Answer::Credential {
                reason: format!(
                    "{of} is not called: {refused}, which is refused{}",
                    match refused.kind {
                        Kind::Loopback | Kind::Private => {
                            ". If it is meant, set allow_private in pipeline.webhooks; otherwise \
                             correct url."
                        }
                        Kind::LinkLocal | Kind::Reserved => {
                            " whatever allow_private says. Correct url in pipeline.webhooks."
                        }
                    }
                ),
            },
            Health::Untold,
        ),
        CallError::NotSent { .. } => (transient(), Health::Unreached),
        CallError::Lost { .. } | CallError::TooLarge { .. } => (transient(), Health::Down),
    }
}

fn throttled(said: String, asked: Duration) -> (Answer<Value>, Health) {
    let after = asked.max(BUSY_MIN);
    (
        Answer::Throttled {
            after,
            reason: said,
        },
        Health::Busy(after),
    )
}

fn of_redirect(webhook: &Webhook, reply: &Reply, said: &str) -> Answer<Value> {
    let target = reply
        .header("location")
        .and_then(|location| webhook.url.join(location).ok())
        .and_then(|url| url.host_str().map(str::to_owned));
    let reason = match target {
        Some(host) => format!(
            "{said} It redirects to {host}, and redirects are not followed. If that is the right \
             address, write it into url in pipeline.webhooks; then set the event to pending."
        ),
        None => format!(
            "{said} Redirects are not followed. Correct url in pipeline.webhooks, then set the \
             event to pending."
        ),
    };
    Answer::Rejected { reason }
}

/// Who answered what.
fn said(webhook: &Webhook, variables: &Variables, reply: &Reply) -> String {
    let excerpt = excerpt(variables, reply);
    let (name, destination, status) = (&webhook.name, webhook.destination(), reply.status);
    match excerpt.is_empty() {
        true => format!("Webhook {name} ({destination}) answered {status}."),
        false => format!("Webhook {name} ({destination}) answered {status}: {excerpt}."),
    }
}

/// The beginning of the body, on one line, naming nobody and holding none of our secrets.
fn excerpt(variables: &Variables, reply: &Reply) -> String {
    foreign::quote(&variables.conceal(&reply.text()), None)
}

/// n8n answers so while a workflow is not active, and for a while after it was activated.
fn is_inactive_flow(reply: &Reply) -> bool {
    #[derive(Deserialize)]
    struct Said {
        code: u16,
        message: String,
    }
    reply
        .json::<Said>()
        .is_ok_and(|said| said.code == 404 && said.message.contains("is not registered"))
}
