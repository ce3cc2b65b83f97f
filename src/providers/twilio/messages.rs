//! Messages as Twilio keeps them: read for evidence, for statuses and for what came in.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde::Deserialize;

use super::codes;
use super::{NAME, TwilioClient};
use crate::mask::Phone;
use crate::messaging::delivery::{Delivery, DeliveryStatus};
use crate::messaging::gateway_event::InboundText;
use crate::messaging::sms_gateway::{Evidence, InboundPage, SentText, UncertainAttempt};
use crate::providers::sms_call::{Purpose, Refusal};

/// Messages in one page.
const PAGE: &str = "500";

/// Pages of one number's messages that are read for evidence.
const PAGES_MAX: usize = 10;

/// How far Twilio's clock may be behind ours; its times are whole seconds.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(60);

/// A message, as far as it concerns us.
#[derive(Debug, Deserialize)]
pub(super) struct TwilioMessage {
    pub(super) sid: String,
    pub(super) status: Option<String>,
    error_code: Option<u32>,
    body: Option<String>,
    direction: Option<String>,
    from: Option<String>,
    to: Option<String>,
    date_created: Option<String>,
    num_media: Option<String>,
}

/// One page of a list.
#[derive(Debug, Deserialize)]
struct Page {
    messages: Vec<TwilioMessage>,
    next_page_uri: Option<String>,
}

impl TwilioMessage {
    fn created_at(&self) -> Option<DateTime<Utc>> {
        let text = self.date_created.as_deref()?;
        Some(DateTime::parse_from_rfc2822(text).ok()?.to_utc())
    }

    /// How far it has come.
    pub(super) fn delivery(&self) -> Delivery {
        delivery(self.status.as_deref().unwrap_or_default(), self.error_code)
    }

    fn is_inbound(&self) -> bool {
        self.direction.as_deref() == Some("inbound")
    }
}

impl TwilioClient {
    /// Looks for the text of an uncertain attempt among those to its number.
    ///
    /// All of them are listed, because a filter by date would hide those that still wait.
    pub(super) async fn look_for(&self, attempt: &UncertainAttempt) -> Result<Evidence, Refusal> {
        let since = attempt.began_at - CLOCKS_APART;
        let mut next = None;
        let mut found = Vec::new();
        for _ in 0..PAGES_MAX {
            let to = [("To", attempt.phone.reveal())];
            let page = self.list(&to, next.as_deref()).await?;
            let reached_older = page
                .messages
                .iter()
                .any(|message| message.created_at().is_some_and(|at| at < since));
            let ours = |message: &TwilioMessage| is_candidate(message, attempt, since);
            found.extend(page.messages.into_iter().filter(ours));
            next = page.next_page_uri;
            if next.is_none() || reached_older {
                return Ok(self.judge(&found, attempt));
            }
        }
        Ok(Evidence::CannotSay {
            reason: String::from(
                "Twilio lists more texts to this number than were read. Look at its log of \
                 messages and settle the text by hand.",
            ),
        })
    }

    /// Exactly one text with our words is ours.
    fn judge(&self, found: &[TwilioMessage], attempt: &UncertainAttempt) -> Evidence {
        match found {
            [] => {
                let waited = (attempt.asked_at - attempt.began_at).to_std();
                let left = self
                    .config
                    .evidence_grace
                    .checked_sub(waited.unwrap_or_default());
                match left.filter(|left| !left.is_zero()) {
                    Some(left) => Evidence::TooEarly(left),
                    None => Evidence::NotSent,
                }
            }
            [message] => Evidence::Sent(SentText {
                message_id: message.sid.clone(),
                contact_id: None,
                status: message.delivery().status,
            }),
            several => Evidence::CannotSay {
                reason: format!(
                    "Twilio shows {} texts with these words since the attempt. Look at its log \
                     of messages and settle the text by hand.",
                    several.len()
                ),
            },
        }
    }

    /// A page of what came in.
    pub(super) async fn inbound(
        &self,
        since: DateTime<Utc>,
        next: Option<&str>,
    ) -> Result<InboundPage, Refusal> {
        let day = since.date_naive().to_string();
        let mut query = vec![("DateSent>", day.as_str())];
        // Texts to a messaging service come to any of its numbers.
        if !self.sends_by_service() {
            query.push(("To", self.config.from.as_str()));
        }
        let page = self.list(&query, next).await?;
        let is_wanted = |message: &TwilioMessage| {
            message.is_inbound() && message.created_at().is_none_or(|at| at >= since)
        };
        let texts = page.messages.into_iter().filter(is_wanted);
        Ok(InboundPage {
            texts: texts.map(|message| self.inbound_text(message)).collect(),
            next: page.next_page_uri,
        })
    }

    fn inbound_text(&self, message: TwilioMessage) -> InboundText {
        let received_at = message.created_at();
        let attachments = message.num_media.and_then(|count| count.parse().ok());
        InboundText {
            provider: NAME,
            message_id: Some(message.sid),
            notification_id: None,
            from: message.from.map(Phone::new),
            to: message.to.map(Phone::new),
            contact_id: None,
            account: Some(self.config.account_sid.clone()),
            body: message.body.unwrap_or_default(),
            attachments: attachments.unwrap_or(0),
            received_at,
            answered_by_provider: false,
        }
    }

    /// A page of messages. Of `next` only the query is used, so that a gateway's path is kept.
    async fn list(&self, query: &[(&str, &str)], next: Option<&str>) -> Result<Page, Refusal> {
        let mut url = self.messages_url();
        match next.and_then(|next| next.split_once('?')) {
            Some((_, query)) => url.set_query(Some(query)),
            None => {
                url.query_pairs_mut()
                    .extend_pairs(query)
                    .append_pair("PageSize", PAGE);
            }
        }
        self.calls
            .ask(Purpose::LookUp, self.request(Method::GET, url))
            .await
    }
}

fn is_candidate(message: &TwilioMessage, attempt: &UncertainAttempt, since: DateTime<Utc>) -> bool {
    !message.is_inbound()
        && message.body.as_deref().unwrap_or_default().trim() == attempt.body.trim()
        && message.created_at().is_none_or(|at| at >= since)
        && !attempt.others.contains(&message.sid)
}

/// Twilio's word for a text's fate, in ours. A word that we do not know is no end.
pub(super) fn delivery(status: &str, code: Option<u32>) -> Delivery {
    let status = match status.to_lowercase().as_str() {
        "delivered" | "read" => DeliveryStatus::Delivered,
        "sent" | "partially_delivered" => DeliveryStatus::Sent,
        "undelivered" => DeliveryStatus::Undelivered,
        "failed" | "canceled" => DeliveryStatus::Failed,
        _ => DeliveryStatus::Queued,
    };
    let bad = matches!(status, DeliveryStatus::Undelivered | DeliveryStatus::Failed);
    let Some(code) = code.filter(|code| bad && *code > 0) else {
        let reason = "Twilio gives no reason. Look at the text in its log of messages.";
        return Delivery {
            reason: bad.then(|| reason.to_owned()),
            ..Delivery::on_its_way(status)
        };
    };
    let what = codes::meaning(code).map_or(
        "The text did not arrive. Look at its details in the Twilio console",
        |(_, what)| what,
    );
    let (number, is_senders_fault) = codes::of_report(code);
    Delivery {
        status,
        carrier_code: Some(code.to_string()),
        reason: Some(format!("{what} (error {code}).")),
        number,
        is_senders_fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::delivery::NumberFault;

    #[test]
    fn every_documented_status_has_a_word_of_ours() {
        for (theirs, ours) in [
            ("accepted", DeliveryStatus::Queued),
            ("scheduled", DeliveryStatus::Queued),
            ("queued", DeliveryStatus::Queued),
            ("sending", DeliveryStatus::Queued),
            ("sent", DeliveryStatus::Sent),
            ("delivered", DeliveryStatus::Delivered),
            ("undelivered", DeliveryStatus::Undelivered),
            ("failed", DeliveryStatus::Failed),
            ("canceled", DeliveryStatus::Failed),
            ("read", DeliveryStatus::Delivered),
            ("partially_delivered", DeliveryStatus::Sent),
        ] {
            assert_eq!(delivery(theirs, None).status, ours, "{theirs}");
        }
    }

    #[test]
    fn a_carriers_code_says_what_to_do() {
        let of = |code| delivery("undelivered", Some(code));
        assert_eq!(of(30006).number, Some(NumberFault::Unreachable));
        assert_eq!(of(21610).number, Some(NumberFault::OptedOut));
        assert!(of(30034).is_senders_fault && of(30002).is_senders_fault);
        assert!(!of(30003).is_senders_fault && of(30003).number.is_none());
        assert_eq!(of(30007).carrier_code.as_deref(), Some("30007"));
        assert!(
            of(31999)
                .reason
                .is_some_and(|reason| reason.contains("31999"))
        );
        assert_eq!(delivery("delivered", Some(30007)).carrier_code, None);
    }
}
