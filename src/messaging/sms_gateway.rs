//! How a text leaves the house: the trait, and what every gateway promises.
//!
//! No service here has an idempotency key, so a text whose fate is unknown is never sent again on a
//! guess: [`SmsGateway::evidence`] asks the service what became of it. The conformance cases that
//! every implementation passes are in `tests/conformance/sms_gateway.rs`.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::delivery::{Delivery, DeliveryStatus, NumberFault};
use super::gateway_event::InboundText;
use crate::answer::Answer;
use crate::mask::Phone;

/// Most characters of one text that every gateway takes.
pub const BODY_CHARS_MAX: usize = 1_600;

/// Whom a text is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The number in E.164, such as `+15125550123`.
    pub phone: Phone,
    /// The service's id of the person, as an earlier [`SmsGateway::resolve`] gave it.
    pub contact_id: Option<String>,
    /// Given name, for a contact that must be made.
    pub first_name: Option<String>,
    /// Family name, for a contact that must be made.
    pub last_name: Option<String>,
}

/// A recipient whom the service knows and whose number there was compared with ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The service's id of the person, worth storing; None where the service knows numbers only.
    pub contact_id: Option<String>,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundText {
    /// Whom it is for, with the `contact_id` that [`SmsGateway::resolve`] gave a moment ago.
    pub recipient: Recipient,
    /// What it says: 1 to [`BODY_CHARS_MAX`] characters.
    pub body: String,
    /// Our own id of this attempt, unique for ever: ASCII letters, digits and `-`. A service that
    /// can carry it gives it back in its reports.
    pub attempt: String,
    /// After so long the service should give up rather than deliver late, where it can.
    pub valid_for: Option<Duration>,
    /// What it is about, one of `message_types`.
    pub message_type: String,
    /// When the call was allowed to begin, by the database's clock.
    pub called_at: DateTime<Utc>,
}

/// A text that the service accepted. It is queued there; delivery is reported later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentText {
    /// The service's id of the message.
    pub message_id: String,
    /// The service's id of the person; may differ from the one given where the person was looked
    /// up anew.
    pub contact_id: Option<String>,
    /// How far it has come.
    pub status: DeliveryStatus,
}

/// An answer, and what it says about the number beyond this text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAnswer<T> {
    /// What the service made of the call; complete by itself.
    pub answer: Answer<T>,
    /// With a `Rejected` answer: the number opted out at the service, or can never be texted.
    pub number: Option<NumberFault>,
}

impl<T> From<Answer<T>> for GatewayAnswer<T> {
    fn from(answer: Answer<T>) -> Self {
        Self {
            answer,
            number: None,
        }
    }
}

/// An attempt whose outcome is unknown.
///
/// The caller makes sure that the attempt can no longer begin: its daemon is dead or has given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncertainAttempt {
    /// The number in E.164.
    pub phone: Phone,
    /// The service's id of the person, if it was known.
    pub contact_id: Option<String>,
    /// The text.
    pub body: String,
    /// The attempt's id, as in [`OutboundText::attempt`].
    pub attempt: String,
    /// Not before this moment the text was handed over, by the database's clock.
    pub began_at: DateTime<Utc>,
    /// What the database's clock says now.
    pub asked_at: DateTime<Utc>,
    /// Message ids that are known to belong to other texts: no evidence for this one.
    pub others: Vec<String>,
}

/// What became of an uncertain attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// It was sent.
    Sent(SentText),
    /// It certainly was not sent and may be sent now.
    NotSent,
    /// Too early to tell: ask again after so long.
    TooEarly(Duration),
    /// Only a person can tell.
    CannotSay {
        /// What was found and where to look.
        reason: String,
    },
}

/// A page of inbound texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InboundPage {
    /// The texts, in the service's order.
    pub texts: Vec<InboundText>,
    /// Where to go on; None at the end.
    pub next: Option<String>,
}

/// A service that sends texts.
#[async_trait]
pub trait SmsGateway: Send + Sync {
    /// The name stored with every text that left here, for example `ghl`, `twilio`,
    /// `webhook` or `ghl-sandbox`; a sandbox's name ends in `-sandbox`.
    fn name(&self) -> &'static str;

    /// Finds the recipient at the service, or makes a contact if there is none, and compares the
    /// number there with ours. Sends nothing; harmless to repeat, never `Unknown`.
    ///
    /// `Rejected` with a [`NumberFault`] if the number opted out at the service. A contact that
    /// carries another number is never texted: another is looked for by the number.
    async fn resolve(&self, recipient: &Recipient) -> GatewayAnswer<Contact>;

    /// Hands over one text, once. A lost answer and a 5xx are `Unknown`: the text may be on its
    /// way. `Rejected`, `Throttled`, `Transient` and `Credential` promise that it is not.
    async fn send(&self, text: &OutboundText) -> GatewayAnswer<SentText>;

    /// Looks for what became of an uncertain attempt. Sends nothing; never `Unknown`.
    async fn evidence(&self, attempt: &UncertainAttempt) -> Answer<Evidence>;

    /// How far a text has come, by the service's id. Harmless to repeat, never `Unknown`; a message
    /// that the service does not know is `Rejected`.
    async fn delivery(&self, message_id: &str) -> Answer<Delivery>;

    /// The number of a person whom a notification names by id only; None where the service does
    /// not know the person, or has no number. Harmless to repeat, never `Unknown`.
    async fn phone_of(&self, contact_id: &str) -> Answer<Option<Phone>>;

    /// Texts that came in at or after `since`, for finding those whose notification was lost;
    /// `next` is an earlier page's. The same text may come again: store by message id. Never
    /// `Unknown`.
    async fn inbound_since(&self, since: DateTime<Utc>, next: Option<&str>) -> Answer<InboundPage>;
}
