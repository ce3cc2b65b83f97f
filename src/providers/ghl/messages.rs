//! Messages as the service keeps them: read for evidence, for statuses and for what came in.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::refusal::{Purpose, Refusal};
use super::{GhlClient, NAME};
use crate::mask::Phone;
use crate::messaging::delivery::{Delivery, DeliveryStatus, NumberFault};
use crate::messaging::gateway_event::InboundText;
use crate::messaging::sms_gateway::{Evidence, InboundPage, SentText, UncertainAttempt};

/// The API version that the conversations' paths are written for.
pub(super) const VERSION: &str = "2021-04-15";

/// Messages in one page, the most that the service gives.
const PAGE: &str = "500";

/// Pages of one person's messages that are read for evidence; nobody gets so many in minutes.
const PAGES_MAX: usize = 10;

/// How far the service's clock may be behind ours.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(60);

/// A message, as far as it concerns us.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GhlMessage {
    pub(super) id: String,
    contact_id: Option<String>,
    body: Option<String>,
    direction: Option<String>,
    source: Option<String>,
    status: Option<String>,
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
    fn added_at(&self) -> Option<DateTime<Utc>> {
        let text = self.date_added.as_deref()?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
    }
}

/// One page of the export.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    messages: Vec<GhlMessage>,
    next_cursor: Option<String>,
}

impl Page {
    /// Where to go on. An empty page is the last, whatever its cursor says.
    fn next(&self) -> Option<String> {
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
            self.ask(Purpose::LookUp, request).await?;
        Ok(delivery(
            message.status.as_deref().unwrap_or_default(),
            message.error.as_str(),
        ))
    }

    /// Looks for the text of an uncertain attempt among the person's messages.
    ///
    /// A send looks a contact that is gone up anew, so the contact that the number has now is asked
    /// about as well as the one that was known.
    pub(super) async fn look_for(&self, attempt: &UncertainAttempt) -> Result<Evidence, Refusal> {
        let by_number = self.contact_by_number(&attempt.phone).await?;
        let mut contacts = Vec::from_iter(attempt.contact_id.clone());
        contacts.extend(by_number.map(|found| found.id));
        contacts.dedup();
        let since = attempt.began_at - CLOCKS_APART;
        let mut messages = Vec::new();
        for contact_id in &contacts {
            // Many people get the same words: a text to another is no evidence.
            let is_theirs = |message: &GhlMessage| {
                let to = message.contact_id.as_ref();
                to.is_none_or(|to| to == contact_id)
            };
            match self.messages_of(contact_id, since).await {
                Ok(Some(found)) => messages.extend(found.into_iter().filter(is_theirs)),
                Ok(None) => return Ok(endless()),
                // Gone, with its messages: only its number can say more.
                Err(refusal) if refusal.is_missing => {}
                Err(refusal) => return Err(refusal),
            }
        }
        // A text goes to a contact: where there is none, none was sent.
        Ok(match judge(&messages, attempt, since) {
            Found::None => self.none_found(attempt),
            Found::One(sent) => Evidence::Sent(sent),
            Found::Unclear(reason) => Evidence::CannotSay { reason },
        })
    }

    /// A person's messages since then; None if they do not end.
    async fn messages_of(
        &self,
        contact_id: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<Vec<GhlMessage>>, Refusal> {
        let mut messages = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let page = self
                .export(since, Some(contact_id), cursor.as_deref())
                .await?;
            cursor = page.next();
            messages.extend(page.messages);
            if cursor.is_none() {
                return Ok(Some(messages));
            }
        }
        Ok(None)
    }

    /// No text was found: it is too early to be sure, or it was not sent.
    fn none_found(&self, attempt: &UncertainAttempt) -> Evidence {
        let waited = (attempt.asked_at - attempt.began_at)
            .to_std()
            .unwrap_or_default();
        match self.config.evidence_grace.checked_sub(waited) {
            Some(left) if !left.is_zero() => Evidence::TooEarly(left),
            _ => Evidence::NotSent,
        }
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

    async fn export(
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
        self.ask(Purpose::LookUp, request).await
    }
}

/// There are more messages than anybody gets in minutes.
fn endless() -> Evidence {
    Evidence::CannotSay {
        reason: String::from(
            "The person's messages at GoHighLevel do not end, so the text was not looked for to \
             the last of them. Look at the conversation there and settle it by hand.",
        ),
    }
}

/// What a person's messages say of an attempt.
enum Found {
    None,
    One(SentText),
    Unclear(String),
}

/// Exactly one text with our words is ours. None is none; anything else a person must judge.
fn judge(messages: &[GhlMessage], attempt: &UncertainAttempt, since: DateTime<Utc>) -> Found {
    let ours = attempt.body.trim();
    let candidate = |message: &&GhlMessage| {
        message.direction.as_deref() == Some("outbound")
            && message
                .source
                .as_deref()
                .is_none_or(|source| source == "api")
            && message.added_at().is_none_or(|at| at >= since)
            && !attempt.others.contains(&message.id)
    };
    let candidates = messages.iter().filter(candidate);
    let text = |message: &GhlMessage| {
        message
            .body
            .as_deref()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    // The service can append its own opt-out words to a first text: then only a person can tell.
    let (equal, longer): (Vec<_>, Vec<_>) = candidates
        .filter(|message| text(message).starts_with(ours))
        .partition(|message| text(message) == ours);
    match (equal.as_slice(), longer.len()) {
        ([], 0) => Found::None,
        ([message], _) => Found::One(SentText {
            message_id: message.id.clone(),
            contact_id: message
                .contact_id
                .clone()
                .or_else(|| attempt.contact_id.clone()),
            status: delivery(message.status.as_deref().unwrap_or_default(), None).status,
        }),
        ([], _) => Found::Unclear(String::from(
            "GoHighLevel shows a text that begins like this one and goes on. Look at the \
             conversation there and settle it by hand.",
        )),
        (several, _) => Found::Unclear(format!(
            "GoHighLevel shows {} texts with these words since the attempt. Look at the \
             conversation there and settle it by hand.",
            several.len()
        )),
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
        advice: None,
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
