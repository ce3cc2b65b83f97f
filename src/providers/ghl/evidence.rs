//! What became of an uncertain text: looked for among the person's messages.

use chrono::{DateTime, TimeDelta, Utc};

use super::GhlClient;
use super::messages::{GhlMessage, delivery};
use crate::messaging::sms_gateway::{Evidence, SentText, UncertainAttempt};
use crate::providers::sms_call::Refusal;

/// Pages of one person's messages that are read for evidence; nobody gets so many in minutes.
const PAGES_MAX: usize = 10;

/// How far the service's clock may be behind ours.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(60);

impl GhlClient {
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
