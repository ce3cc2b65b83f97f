//! Ways to tell an alert: a webhook, a mail, and the daemon's log where there is neither.

mod log;
mod mail;
mod webhook;

pub use log::LogChannel;
pub use mail::{MailChannel, MailConfig, MailError};
pub use webhook::{WebhookChannel, WebhookUrlError};
