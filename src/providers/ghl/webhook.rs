//! GoHighLevel's notifications, read into words that all services share.
//!
//! Two shapes are in use. Events of a marketplace app are signed and carry ids; the workflow action
//! "Webhook" is neither signed nor numbered, so its caller must prove itself by a secret, and the
//! same text twice is told apart by sender, words and time.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::contacts::GhlContact;
use super::{NAME, messages};
use crate::mask::Phone;
use crate::messaging::gateway_event::{ConsentChange, DeliveryReport, GatewayEvent, InboundText};
use crate::providers::WebhookError;

/// The service repeats a notification for about 70 minutes; an older one is a replay.
const STALE_AFTER: TimeDelta = TimeDelta::hours(2);

/// How far the service's clock may be ahead of ours.
const CLOCK_AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A notification of a marketplace app, whose signature was checked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedEvent {
    /// Its id: the same notification has the same, however often it is repeated or replayed.
    pub notification_id: Option<String>,
    /// When it was first sent, by the service's clock; see [`is_stale`].
    pub sent_at: Option<DateTime<Utc>>,
    /// What it says.
    pub event: GatewayEvent,
}

/// Whether a notification is so old that it can only be a replay, or has no age at all. `now` is
/// the database's. A younger one may still be a repetition: that is what its id is for.
pub fn is_stale(sent_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    sent_at.is_none_or(|sent_at| now - sent_at > STALE_AFTER || sent_at - now > CLOCK_AHEAD)
}

/// Reads a signed notification.
///
/// # Errors
/// It cannot be read, or lacks what its kind must have.
pub fn signed_event(body: &[u8]) -> Result<SignedEvent, WebhookError> {
    let body = object(body)?;
    let notification_id = text(&body, &["webhookId"]);
    let added_at = moment(&body["dateAdded"]);
    let sent_at = moment(&body["timestamp"]).or(added_at);
    let kind = text(&body, &["type"]).ok_or(WebhookError::Lacks("type"))?;
    let event = match kind.as_str() {
        "InboundMessage" if is_text(&body) => {
            let mut inbound = inbound(&body)?;
            inbound.notification_id.clone_from(&notification_id);
            inbound.received_at = added_at;
            GatewayEvent::Inbound(inbound)
        }
        "OutboundMessage" if is_text(&body) => report(&body, added_at),
        "ContactDndUpdate" => consent_change(&body)?,
        _ => GatewayEvent::Ignored { what: kind },
    };
    Ok(SignedEvent {
        notification_id,
        sent_at,
        event,
    })
}

/// Reads what the workflow action sends when a customer has replied: its names of today and the
/// older ones.
///
/// # Errors
/// It cannot be read, or lacks the sender or the text.
pub fn workflow_text(body: &[u8]) -> Result<InboundText, WebhookError> {
    inbound(&object(body)?)
}

fn object(body: &[u8]) -> Result<Value, WebhookError> {
    match serde_json::from_slice::<Value>(body) {
        Ok(body @ Value::Object(_)) => Ok(body),
        Ok(_) | Err(_) => Err(WebhookError::Unreadable),
    }
}

/// Calls, e-mails and chats come under the same types.
fn is_text(body: &Value) -> bool {
    let kind = text(body, &["messageType", "messageTypeString"]).unwrap_or_default();
    matches!(
        kind.to_uppercase().as_str(),
        "SMS" | "MMS" | "TYPE_SMS" | "TYPE_MMS"
    )
}

/// Every spelling of an inbound text that has been seen.
fn inbound(body: &Value) -> Result<InboundText, WebhookError> {
    let contact_id =
        text(body, &["contactId", "contact_id"]).or_else(|| text(&body["contact"], &["id"]));
    let from = text(body, &["from", "phone"]).or_else(|| text(&body["contact"], &["phone"]));
    if contact_id.is_none() && from.is_none() {
        return Err(WebhookError::NoSender);
    }
    let attachments = body["attachments"].as_array().map_or(0, Vec::len);
    let words = exact(&body["body"])
        .or_else(|| exact(&body["message"]["body"]))
        .or_else(|| exact(&body["messageBody"]))
        .or_else(|| exact(&body["message"]));
    let words = match words {
        Some(words) => words,
        None if attachments > 0 => String::new(),
        None => return Err(WebhookError::NoText),
    };
    Ok(InboundText {
        provider: NAME,
        message_id: text(body, &["messageId"]),
        notification_id: None,
        from: from.map(Phone::new),
        to: text(body, &["to"]).map(Phone::new),
        contact_id,
        account: text(body, &["locationId"]).or_else(|| text(&body["location"], &["id"])),
        body: words,
        attachments: u32::try_from(attachments).unwrap_or(u32::MAX),
        received_at: None,
        answered_by_provider: false,
    })
}

/// A text of ours, seen by the service. One that a person typed there is no evidence, so its words
/// are not passed on.
fn report(body: &Value, sent_at: Option<DateTime<Utc>>) -> GatewayEvent {
    let Some(message_id) = text(body, &["messageId"]) else {
        return GatewayEvent::Ignored {
            what: String::from("OutboundMessage without an id"),
        };
    };
    let source = text(body, &["source"]);
    let is_ours = source.is_none_or(|source| source == "api");
    GatewayEvent::Delivery(DeliveryReport {
        provider: NAME,
        message_id,
        attempt: None,
        contact_id: text(body, &["contactId"]),
        account: text(body, &["locationId"]),
        body: exact(&body["body"]).filter(|_| is_ours),
        sent_at,
        delivery: messages::delivery(
            &text(body, &["status"]).unwrap_or_default(),
            body["error"].as_str(),
        ),
    })
}

fn consent_change(body: &Value) -> Result<GatewayEvent, WebhookError> {
    let contact = GhlContact::from_json(body).ok_or(WebhookError::Lacks("id"))?;
    Ok(GatewayEvent::Consent(ConsentChange {
        provider: NAME,
        opted_out: contact.wants_no_texts(),
        contact_id: contact.id,
        phone: contact.phone.map(Phone::new),
        account: text(body, &["locationId"]),
    }))
}

/// The first of the fields that holds a text with something in it.
fn text(body: &Value, names: &[&str]) -> Option<String> {
    let texts = names.iter().filter_map(|name| body[*name].as_str());
    texts
        .map(str::trim)
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

/// A text as it is, spaces and all.
fn exact(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A moment, as a text or as milliseconds.
fn moment(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc()),
        Value::Number(millis) => DateTime::from_timestamp_millis(millis.as_i64()?),
        _ => None,
    }
}
