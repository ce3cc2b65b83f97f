//! Messages as the service keeps them: their statuses, the export, what came in.

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::{GhlClient, NAME};
use crate::mask::Phone;
use crate::messaging::delivery::{Delivery, DeliveryStatus, NumberFault};
use crate::messaging::gateway_event::InboundText;
use crate::messaging::sms_gateway::InboundPage;
use crate::providers::sms_call::{Purpose, Refusal};

/// The API version that the conversations' paths are written for.
pub(super) const VERSION: &str = "2021-04-15";

/// Messages in one page, the most that the service gives.
const PAGE: &str = "500";

/// A message, as far as it concerns us.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GhlMessage {
    pub(super) id: String,
    pub(super) contact_id: Option<String>,
    pub(super) body: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) source: Option<String>,
    pub(super) status: Option<String>,
    /// A text, because a date that cannot be read must not lose a page of messages.
    date_added: Option<String>,
    attachments: Option<Vec<Value>>,
    from: Option<String>,
    to: Option<String>,
    /// What went wrong, in any shape.
    #[serde(default)]
    error: Value,
}

impl GhlMessage {
    pub(super) fn added_at(&self) -> Option<DateTime<Utc>> {
        let text = self.date_added.as_deref()?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
    }
}

/// One page of the export.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) messages: Vec<GhlMessage>,
    next_cursor: Option<String>,
}

impl Page {
    /// Where to go on. An empty page is the last, whatever its cursor says.
    pub(super) fn next(&self) -> Option<String> {
        let cursor = self.next_cursor.clone();
        cursor.filter(|cursor| !cursor.is_empty() && !self.messages.is_empty())
    }
}

/// A single message comes bare or wrapped.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneMessage {
    Wrapped { message: GhlMessage },
    Bare(GhlMessage),
}

impl GhlClient {
    /// A message's status.
    pub(super) async fn message_status(&self, id: &str) -> Result<Delivery, Refusal> {
        let url = self.config.base_url.join(["conversations", "messages", id]);
        let request = self.request(Method::GET, url, VERSION);
        let (OneMessage::Wrapped { message } | OneMessage::Bare(message)) =
            self.calls.ask(Purpose::LookUp, request).await?;
        Ok(delivery(
            message.status.as_deref().unwrap_or_default(),
            message.error.as_str(),
        ))
    }

    /// A page of what came in.
    pub(super) async fn inbound(
        &self,
        since: DateTime<Utc>,
        cursor: Option<&str>,
    ) -> Result<InboundPage, Refusal> {
        let page = self.export(since, None, cursor).await?;
        let next = page.next();
        let is_wanted = |message: &GhlMessage| {
            message.direction.as_deref() == Some("inbound")
                && message.added_at().is_none_or(|at| at >= since)
        };
        let texts = page.messages.into_iter().filter(is_wanted);
        let account = &self.config.location_id;
        Ok(InboundPage {
            texts: texts
                .map(|message| inbound_text(message, account))
                .collect(),
            next,
        })
    }

    /// A page of texts since then, of everybody or of one person.
    pub(super) async fn export(
        &self,
        since: DateTime<Utc>,
        contact_id: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Page, Refusal> {
        let mut url = self
            .config
            .base_url
            .join(["conversations", "messages", "export"]);
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("locationId", &self.config.location_id)
                .append_pair("channel", "SMS")
                .append_pair(
                    "startDate",
                    &since.to_rfc3339_opts(SecondsFormat::Millis, true),
                )
                .append_pair("sortOrder", "asc")
                .append_pair("limit", PAGE);
            for (name, value) in [("contactId", contact_id), ("cursor", cursor)] {
                if let Some(value) = value {
                    query.append_pair(name, value);
                }
            }
        }
        let request = self.request(Method::GET, url, VERSION);
        self.calls.ask(Purpose::LookUp, request).await
    }
}

fn inbound_text(message: GhlMessage, account: &str) -> InboundText {
    let received_at = message.added_at();
    let attachments = message
        .attachments
        .map_or(0, |attachments| attachments.len());
    InboundText {
        provider: NAME,
        message_id: Some(message.id),
        notification_id: None,
        from: message.from.map(Phone::new),
        to: message.to.map(Phone::new),
        contact_id: message.contact_id,
        account: Some(account.to_owned()),
        body: message.body.unwrap_or_default(),
        attachments: u32::try_from(attachments).unwrap_or(u32::MAX),
        received_at,
        answered_by_provider: false,
    }
}

/// The service's word for a text's fate, in ours. A word that we do not know is no end.
pub(super) fn delivery(status: &str, error: Option<&str>) -> Delivery {
    let status = status.to_lowercase();
    let fault = |delivery_status, number, reason: &str| Delivery {
        status: delivery_status,
        carrier_code: error.and_then(carrier_code),
        reason: Some(reason.to_owned()),
        number,
        is_senders_fault: false,
    };
    match status.as_str() {
        // Whoever opens, reads or clicks has received.
        "delivered" | "opened" | "read" | "clicked" => {
            Delivery::on_its_way(DeliveryStatus::Delivered)
        }
        "sent" | "connected" | "completed" => Delivery::on_its_way(DeliveryStatus::Sent),
        "undelivered" => fault(
            DeliveryStatus::Undelivered,
            None,
            "The carrier could not deliver the text. Look at its details in GoHighLevel; if many \
             fail, check the registration of the sending number.",
        ),
        "failed" => fault(
            DeliveryStatus::Failed,
            None,
            "GoHighLevel could not send the text. Look at its details there: a daily limit, the \
             wallet, or the registration of the sending number.",
        ),
        "opt_out" => fault(
            DeliveryStatus::Failed,
            Some(NumberFault::OptedOut),
            "The person opted out at GoHighLevel. Nothing more is sent to this number.",
        ),
        _ => Delivery::on_its_way(DeliveryStatus::Queued),
    }
}

/// A carrier's five-digit code within an error's words.
fn carrier_code(error: &str) -> Option<String> {
    error
        .split(|c: char| !c.is_ascii_digit())
        .find(|digits| digits.len() == 5)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_status_has_a_word_of_ours() {
        for (theirs, ours) in [
            ("connected", DeliveryStatus::Sent),
            ("delivered", DeliveryStatus::Delivered),
            ("failed", DeliveryStatus::Failed),
            ("opened", DeliveryStatus::Delivered),
            ("pending", DeliveryStatus::Queued),
            ("read", DeliveryStatus::Delivered),
            ("scheduled", DeliveryStatus::Queued),
            ("sent", DeliveryStatus::Sent),
            ("undelivered", DeliveryStatus::Undelivered),
            ("clicked", DeliveryStatus::Delivered),
            ("opt_out", DeliveryStatus::Failed),
            ("queued", DeliveryStatus::Queued),
            ("something new", DeliveryStatus::Queued),
        ] {
            assert_eq!(delivery(theirs, None).status, ours, "{theirs}");
        }
        assert_eq!(
            delivery("opt_out", None).number,
            Some(NumberFault::OptedOut)
        );
        let failed = delivery("failed", Some("Error 30007: carrier violation"));
        assert_eq!(failed.carrier_code.as_deref(), Some("30007"));
    }
}
