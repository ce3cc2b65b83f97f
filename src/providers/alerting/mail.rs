//! Alerts by mail, through one SMTP server.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::{Mailbox, Mailboxes, MessageBuilder};
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use crate::alerts::{Alert, AlertChannel, State};
use crate::answer::Answer;

/// Longest wait for the server, for each of its answers.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Who is written to, and through which server.
pub struct MailConfig {
    /// Addresses, separated by commas.
    pub to: String,
    /// The sender's address.
    pub from: String,
    /// `smtps://user:password@host`, or `smtp://…:587?tls=required` for STARTTLS.
    pub server: SecretString,
}

/// Why mail cannot be set up. Neither password nor address is repeated.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Not addresses.
    #[error("{name} cannot be used: write addresses like ops@example.com, separated by commas")]
    Address {
        /// The variable.
        name: &'static str,
    },
    /// Not a server.
    #[error(
        "PGCASCADE_SMTP_URL cannot be used: write smtps://user:password@host or \
         smtp://user:password@host:587?tls=required"
    )]
    Server,
}

/// Mails alerts.
pub struct MailChannel {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    to: Mailboxes,
    from: Mailbox,
}

impl MailChannel {
    /// A channel to these people.
    ///
    /// # Errors
    /// See [`MailError`].
    pub fn new(config: &MailConfig) -> Result<Self, MailError> {
        let wrong = |name| MailError::Address { name };
        let server = config.server.expose_secret().trim();
        Ok(Self {
            transport: AsyncSmtpTransport::<Tokio1Executor>::from_url(server)
                .map_err(|_| MailError::Server)?
                .timeout(Some(TIMEOUT))
                .build(),
            to: (config.to.parse()).map_err(|_| wrong("PGCASCADE_ALERT_EMAIL"))?,
            from: (config.from.parse()).map_err(|_| wrong("PGCASCADE_ALERT_FROM"))?,
        })
    }

    fn message(&self, alert: &Alert) -> Result<Message, lettre::error::Error> {
        let addressed = self
            .to
            .iter()
            .fold(MessageBuilder::new(), |mail, to| mail.to(to.clone()));
        let text = match alert.state {
            State::Raised => format!(
                "{}\n\nWhat to do: {}\n\nSince {}; it is told once, and again when it is over.\n\
                 All open alerts: select * from marketing.vw_open_alerts;\n",
                alert.message, alert.what_to_do, alert.opened_at
            ),
            State::Resolved => {
                format!("It was: {}\nIt began {}.\n", alert.message, alert.opened_at)
            }
        };
        addressed
            .from(self.from.clone())
            .subject(alert.to_string())
            .body(text)
    }
}

#[async_trait]
impl AlertChannel for MailChannel {
    async fn tell(&self, alert: &Alert) -> Answer<()> {
        let message = match self.message(alert) {
            Ok(message) => message,
            Err(error) => {
                return Answer::Rejected {
                    reason: format!("The alert cannot be written as a mail: {error}."),
                };
            }
        };
        match self.transport.send(message).await {
            Ok(_) => Answer::Delivered(()),
            Err(error) => answer(&error),
        }
    }
}

/// SMTP's own classes: 4yz is for now, 5yz for good; 530, 534, 535 refuse the account (RFC 4954).
fn answer(error: &smtp::Error) -> Answer<()> {
    let code = error.status().map(u16::from);
    match code {
        Some(530 | 534 | 535) => Answer::Credential {
            reason: String::from(
                "The mail server refuses the account. Correct user and password in \
                 PGCASCADE_SMTP_URL and restart the daemon.",
            ),
        },
        Some(code) if error.is_permanent() => Answer::Rejected {
            reason: format!(
                "The mail server refuses the alert (SMTP {code}). Check PGCASCADE_ALERT_EMAIL and \
                 PGCASCADE_ALERT_FROM."
            ),
        },
        _ => Answer::Transient {
            reason: String::from(
                "The mail server did not take the alert. It is told again by itself; if this goes \
                 on, check PGCASCADE_SMTP_URL.",
            ),
        },
    }
}
