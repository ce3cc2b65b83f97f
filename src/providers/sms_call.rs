//! Calls to services that send texts, and what becomes of those that do not do what they should:
//! one piece for all gateways.
//!
//! A service brings its name and its own table of errors ([`Refuses`]). What is the same for all is
//! here: deadlines, lost calls, answers that cannot be read, and the rule that a text whose answer
//! is not clear may be on its way, while a look-up is simply made again.

use std::convert::Infallible;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use url::Url;

use super::http::{CallError, HttpClient, Malformed, Reply};
use crate::answer::Answer;
use crate::messaging::delivery::NumberFault;
use crate::messaging::sms_gateway::{GatewayAnswer, OutboundText, SentText};

/// What the call was for: the same status can mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Handing over a text: must not be repeated blindly.
    Send,
    /// Everything else: safe to repeat.
    LookUp,
}

/// How reasons name a service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// What people call it, at the beginning of a sentence.
    pub(super) name: &'static str,
    /// The variable that holds its address.
    pub(super) address_variable: &'static str,
    /// How an uncertain text is settled, as a sentence.
    pub(super) settles: &'static str,
}

/// An answer that delivers nothing, and what made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) answer: Answer<Infallible>,
    /// What it says about the number.
    pub(super) number: Option<NumberFault>,
    /// The service knows no such thing: a contact or a message that is gone.
    pub(super) is_missing: bool,
}

impl Refusal {
    /// The same refusal, which says this about the number.
    pub(super) fn about_number(self, number: NumberFault) -> Self {
        Self {
            number: Some(number),
            ..self
        }
    }
}

/// What can never succeed.
pub(super) fn rejected(reason: String) -> Refusal {
    Answer::Rejected { reason }.into()
}

/// What the account is at fault for.
pub(super) fn credential(reason: String) -> Refusal {
    Answer::Credential { reason }.into()
}

impl From<Answer<Infallible>> for Refusal {
    fn from(answer: Answer<Infallible>) -> Self {
        Self {
            answer,
            number: None,
            is_missing: false,
        }
    }
}

impl<T> From<Refusal> for Answer<T> {
    fn from(refusal: Refusal) -> Self {
        refusal.answer.map(|never| match never {})
    }
}

impl<T> From<Refusal> for GatewayAnswer<T> {
    fn from(refusal: Refusal) -> Self {
        Self {
            number: refusal.number,
            answer: refusal.into(),
        }
    }
}

impl<T> From<Result<T, Refusal>> for Answer<T> {
    fn from(result: Result<T, Refusal>) -> Self {
        result.map_or_else(Into::into, Answer::Delivered)
    }
}

impl<T> From<Result<T, Refusal>> for GatewayAnswer<T> {
    fn from(result: Result<T, Refusal>) -> Self {
        result.map_or_else(Into::into, |value| Answer::Delivered(value).into())
    }
}

impl Service {
    /// An answer that does not say whether the call did its work; `what` happened, as a clause.
    pub(super) fn perhaps_done(self, purpose: Purpose, what: &str) -> Refusal {
        let Self { name, settles, .. } = self;
        match purpose {
            Purpose::Send => Answer::Unknown {
                reason: format!(
                    "{what}, so nobody knows whether the text is on its way. {settles}"
                ),
            },
            Purpose::LookUp => Answer::Transient {
                reason: format!(
                    "{what}. The call is repeated by itself and sends nothing; if it goes on, \
                     look at {name}'s status page."
                ),
            },
        }
        .into()
    }

    /// A call without an answer.
    fn of_lost_call(self, purpose: Purpose, error: &CallError) -> Refusal {
        let Self {
            name,
            address_variable,
            ..
        } = self;
        match error {
            CallError::NotSent { .. } | CallError::Unreachable(_) => Answer::Transient {
                reason: format!(
                    "{name} could not be reached ({error}). The call is repeated by itself; if it \
                     goes on, check the network and {address_variable}."
                ),
            }
            .into(),
            CallError::Lost { .. } | CallError::TooLarge { .. } => {
                self.perhaps_done(purpose, &format!("{name}'s answer was lost ({error})"))
            }
        }
    }

    /// A success that cannot be read.
    pub(super) fn of_malformed(self, purpose: Purpose, error: &Malformed) -> Refusal {
        let what = format!("{}'s answer cannot be read ({error})", self.name);
        self.perhaps_done(purpose, &what)
    }
}

/// A service's own table of errors.
pub(super) trait Refuses {
    /// How reasons name it.
    const SERVICE: Service;

    /// The refusal that `reply` is, or None if it is a success.
    fn of_reply(&self, purpose: Purpose, reply: &Reply) -> Option<Refusal>;
}

/// Calls one service.
#[derive(Debug)]
pub(super) struct Caller<R> {
    pub(super) http: HttpClient,
    pub(super) refusals: R,
    /// How long handing over a text may take.
    pub(super) send_timeout: Duration,
    /// How long a call that sends nothing may take.
    pub(super) lookup_timeout: Duration,
}

impl<R: Refuses> Caller<R> {
    /// Begins a request.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends a call as far as an answer of success.
    pub(super) async fn reply(
        &self,
        purpose: Purpose,
        request: RequestBuilder,
    ) -> Result<Reply, Refusal> {
        let deadline = match purpose {
            Purpose::Send => self.send_timeout,
            Purpose::LookUp => self.lookup_timeout,
        };
        let sent = self.http.send(request, deadline).await;
        let reply = sent.map_err(|error| R::SERVICE.of_lost_call(purpose, &error))?;
        match self.refusals.of_reply(purpose, &reply) {
            Some(refusal) => Err(refusal),
            None => Ok(reply),
        }
    }

    /// Sends a call and reads its answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        request: RequestBuilder,
    ) -> Result<T, Refusal> {
        let reply = self.reply(purpose, request).await?;
        let malformed = |error| R::SERVICE.of_malformed(purpose, &error);
        reply.json::<T>().map_err(malformed)
    }
}

/// Says in the log that a text has left.
pub(super) fn log_handed_over(provider: &'static str, text: &OutboundText, sent: &SentText) {
    tracing::info!(
        provider.name = provider,
        sms.message_id = sent.message_id,
        sms.to = %text.recipient.phone,
        "a text was handed over"
    );
}
