//! What a service tells us unasked, in words that all services share.
//!
//! A provider reads its own webhooks into these; the inbound door stores them as rows. Nothing is
//! judged here: whose number it is and what a text means is decided where the rows are.

use chrono::{DateTime, Utc};

use super::delivery::Delivery;
use crate::mask::Phone;

/// A text that somebody sent to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundText {
    /// The provider it came through, such as `ghl` or `twilio`.
    pub provider: &'static str,
    /// The provider's id of the message: the same text twice has the same id. None where the
    /// provider gives none; such a text is told apart by sender, body and time.
    pub message_id: Option<String>,
    /// The provider's id of this notification, for refusing replays; None where there is none.
    pub notification_id: Option<String>,
    /// Who sent it; None where the provider names its contact only.
    pub from: Option<Phone>,
    /// The number of ours that it was sent to.
    pub to: Option<Phone>,
    /// The provider's id of the person.
    pub contact_id: Option<String>,
    /// The account it belongs to (a location, an account SID): must be ours.
    pub account: Option<String>,
    /// The text itself, exactly as it came. May be empty where pictures were sent.
    pub body: String,
    /// How many pictures or files came with it.
    pub attachments: u32,
    /// When the provider received it, by its clock.
    pub received_at: Option<DateTime<Utc>>,
    /// The provider has already answered this word (STOP, HELP) by itself: ours must not follow.
    pub answered_by_provider: bool,
}

/// A report on a text of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The provider it came from.
    pub provider: &'static str,
    /// The provider's id of the message.
    pub message_id: String,
    /// Our own reference of the attempt, where the provider gives it back: then this report is the
    /// evidence that an attempt of unknown outcome was sent.
    pub attempt: Option<String>,
    /// The provider's id of the person.
    pub contact_id: Option<String>,
    /// The account it belongs to: must be ours.
    pub account: Option<String>,
    /// The text, where the report repeats it: with the contact and the time it is evidence, too.
    pub body: Option<String>,
    /// When the text was accepted, by the provider's clock.
    pub sent_at: Option<DateTime<Utc>>,
    /// How far it has come.
    pub delivery: Delivery,
}

/// A person's wish about texts changed at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentChange {
    /// The provider it came from.
    pub provider: &'static str,
    /// The provider's id of the person.
    pub contact_id: String,
    /// The person's number, where it is named.
    pub phone: Option<Phone>,
    /// The account it belongs to: must be ours.
    pub account: Option<String>,
    /// True: no texts from now on. False: the provider's block is lifted, which is not consent.
    pub opted_out: bool,
}

/// One notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayEvent {
    /// Somebody texted us.
    Inbound(InboundText),
    /// A text of ours got on.
    Delivery(DeliveryReport),
    /// Somebody's wish changed.
    Consent(ConsentChange),
    /// Well formed and of no concern to us (a call, an e-mail, another kind of event): answer with
    /// success and store nothing.
    Ignored {
        /// What it is, for a debug log.
        what: String,
    },
}
