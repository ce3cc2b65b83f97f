//! Twilio's notifications, which are forms, read into words that all services share.

use url::form_urlencoded;

use super::{NAME, messages};
use crate::mask::Phone;
use crate::messaging::gateway_event::{DeliveryReport, InboundText};
use crate::providers::WebhookError;

/// The parameter of the status callback's address that names our attempt.
pub const ATTEMPT_PARAM: &str = "attempt";

/// What an inbound text is answered with: no reply, as `text/xml`.
pub const EMPTY_ANSWER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// Reads an inbound text out of its form.
///
/// # Errors
/// The form lacks the message's id or its sender.
pub fn inbound_text(body: &[u8]) -> Result<InboundText, WebhookError> {
    let form = Form::read(body);
    let count = form.get("NumMedia").and_then(|count| count.parse().ok());
    Ok(InboundText {
        provider: NAME,
        message_id: Some(form.needs("MessageSid")?),
        notification_id: None,
        from: Some(Phone::new(form.get("From").ok_or(WebhookError::NoSender)?)),
        to: form.get("To").map(Phone::new),
        contact_id: None,
        account: form.get("AccountSid"),
        body: form.exact("Body").unwrap_or_default(),
        attachments: count.unwrap_or(0),
        received_at: None,
        // Set only where Twilio's own opt-out handling has answered.
        answered_by_provider: form.get("OptOutType").is_some(),
    })
}

/// Reads a status callback; `query` is that of the address it was sent to, which names our attempt.
///
/// Callbacks come twice and out of order: keep the greatest status, not the last.
///
/// # Errors
/// The form lacks the message's id or its status.
pub fn status_report(body: &[u8], query: Option<&str>) -> Result<DeliveryReport, WebhookError> {
    let form = Form::read(body);
    let status = form.get("MessageStatus").or_else(|| form.get("SmsStatus"));
    let status = status.ok_or(WebhookError::Lacks("MessageStatus"))?;
    let code = form.get("ErrorCode").and_then(|code| code.parse().ok());
    Ok(DeliveryReport {
        provider: NAME,
        message_id: form.needs("MessageSid")?,
        attempt: Form::read(query.unwrap_or_default().as_bytes()).get(ATTEMPT_PARAM),
        contact_id: None,
        account: form.get("AccountSid"),
        body: None,
        sent_at: None,
        delivery: messages::delivery(&status, code),
    })
}

/// The fields of a form; unknown ones appear without notice and do not matter.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field as it is.
    fn exact(&self, name: &str) -> Option<String> {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone())
    }

    /// A field with something in it.
    fn get(&self, name: &str) -> Option<String> {
        let value = self.exact(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    fn needs(&self, name: &'static str) -> Result<String, WebhookError> {
        self.get(name).ok_or(WebhookError::Lacks(name))
    }
}
