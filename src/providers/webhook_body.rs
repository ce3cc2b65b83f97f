//! What can be wrong with a notification's body. Nothing of it is quoted: it names people.

/// Why a notification cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Neither JSON nor a form.
    #[error("the body cannot be read: send it as the provider does")]
    Unreadable,
    /// It says nothing of where a text came from.
    #[error("the body names neither a contact nor a number: add one of them to the webhook")]
    NoSender,
    /// It holds no text.
    #[error("the body holds no text: add the message's body to the webhook")]
    NoText,
    /// A field without which the notification means nothing.
    #[error("the body lacks the field {0}")]
    Lacks(&'static str),
}
