//! Settings of the services that send texts.

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::{ConfigError, base_url};
use crate::providers::ghl::{self, GhlConfig, PublicKeys};
use crate::providers::http::BaseUrl;
use crate::providers::text_webhook::TextWebhookConfig;
use crate::providers::twilio::{self, TwilioConfig};

/// The heading of these flags in `--help`.
const TEXTS: &str = "Text messages";

/// A shorter secret could be guessed.
const SECRET_CHARS_MIN: usize = 16;

/// Who sends texts, and how what comes in is proved. Without any key a sandbox takes all texts;
/// with a key of one service, the other is not used.
#[derive(Debug, Clone, Args)]
pub struct Texts {
    /// GoHighLevel's key, a private integration token of the location
    ///
    /// Without a key of any service, texts go to a sandbox that sends nothing.
    #[arg(long, env = "GHL_API_KEY", value_name = "KEY", hide_env_values = true,
          help_heading = TEXTS)]
    pub ghl_api_key: Option<SecretString>,

    /// The GoHighLevel location (sub-account) whose contacts are texted
    #[arg(long, env = "GHL_LOCATION_ID", value_name = "ID", help_heading = TEXTS)]
    pub ghl_location_id: Option<String>,

    /// Where GoHighLevel is
    #[arg(long, env = "GHL_BASE_URL", value_name = "URL", default_value = ghl::BASE_URL,
          hide_env_values = true, help_heading = TEXTS)]
    pub ghl_base_url: String,

    /// Public keys that signed notifications of GoHighLevel are checked with
    ///
    /// PEM or base64, several separated by commas while a key is changed. [default: the key that
    /// GoHighLevel has published]
    #[arg(long, env = "GHL_WEBHOOK_PUBLIC_KEY", value_name = "KEYS", help_heading = TEXTS)]
    pub ghl_webhook_public_key: Option<String>,

    /// The secret that a GoHighLevel workflow's webhook, which is not signed, must carry
    ///
    /// At least 16 characters. Without it such webhooks are refused.
    #[arg(long, env = "GHL_WEBHOOK_SECRET", value_name = "SECRET", hide_env_values = true,
          help_heading = TEXTS)]
    pub ghl_webhook_secret: Option<SecretString>,

    /// The Twilio account, as its console shows it
    #[arg(long, env = "TWILIO_ACCOUNT_SID", value_name = "SID", help_heading = TEXTS)]
    pub twilio_account_sid: Option<String>,

    /// The Twilio account's token, which also proves its notifications
    #[arg(long, env = "TWILIO_AUTH_TOKEN", value_name = "TOKEN", hide_env_values = true,
          help_heading = TEXTS)]
    pub twilio_auth_token: Option<SecretString>,

    /// Another token that Twilio's notifications may be signed with, while tokens are exchanged
    #[arg(long, env = "TWILIO_SECONDARY_AUTH_TOKEN", value_name = "TOKEN", hide_env_values = true,
          help_heading = TEXTS)]
    pub twilio_secondary_auth_token: Option<SecretString>,

    /// Whom Twilio's texts come from: a number like +15125550100, or a messaging service (MG…)
    #[arg(long, env = "TWILIO_FROM", value_name = "SENDER", help_heading = TEXTS)]
    pub twilio_from: Option<String>,

    /// Where Twilio is
    #[arg(long, env = "TWILIO_BASE_URL", value_name = "URL", default_value = twilio::BASE_URL,
          hide_env_values = true, help_heading = TEXTS)]
    pub twilio_base_url: String,

    /// The webhook that texts are posted to, for sending accounts whose provider is webhook
    #[arg(long, env = "PGCASCADE_TEXT_WEBHOOK_URL", value_name = "URL", hide_env_values = true,
          help_heading = TEXTS)]
    pub text_webhook_url: Option<String>,

    /// The secret that texts to the webhook are signed with, as Standard Webhooks has it: whsec_…
    #[arg(long, env = "PGCASCADE_TEXT_WEBHOOK_SECRET", value_name = "SECRET",
          hide_env_values = true, help_heading = TEXTS)]
    pub text_webhook_secret: Option<SecretString>,

    /// Whom the webhook is told that texts come from
    #[arg(long, env = "PGCASCADE_TEXT_WEBHOOK_FROM", value_name = "NAME", default_value = "Events",
          help_heading = TEXTS)]
    pub text_webhook_from: String,

    /// Where the services reach this daemon from outside, such as `https://texts.example.com`
    ///
    /// Twilio reports to it what became of a text, and signs the address. Without it Twilio is
    /// asked instead, and its notifications are refused.
    #[arg(long, env = "PGCASCADE_PUBLIC_URL", value_name = "URL", hide_env_values = true,
          help_heading = TEXTS)]
    pub public_url: Option<String>,
}

/// What proves that a notification comes from whom it says.
#[derive(Debug, Clone)]
pub struct NotificationKeys {
    /// Keys of GoHighLevel's signed notifications.
    pub ghl: PublicKeys,
    /// The secret of its workflows; None: those are refused.
    pub ghl_secret: Option<SecretString>,
    /// The location that notifications must be about; None: any.
    pub ghl_location_id: Option<String>,
    /// The tokens that Twilio may sign with; none: its notifications are refused.
    pub twilio: Vec<SecretString>,
    /// The address that Twilio signs; None: its notifications are refused.
    pub public_url: Option<BaseUrl>,
}

impl Texts {
    /// Settings of GoHighLevel; None without a key. The address is checked all the same.
    ///
    /// # Errors
    /// The address is no base URL, or the location is missing.
    pub fn ghl(&self) -> Result<Option<GhlConfig>, ConfigError> {
        let base_url = base_url("GHL_BASE_URL", &self.ghl_base_url)?;
        let Some(key) = &self.ghl_api_key else {
            return Ok(None);
        };
        let location = self
            .ghl_location_id
            .as_deref()
            .ok_or(ConfigError::Missing {
                name: "GHL_LOCATION_ID",
                beside: "GHL_API_KEY",
            })?;
        Ok(Some(GhlConfig::new(base_url, key.clone(), location.trim())))
    }

    /// Settings of Twilio; None without an account and a token. The address is checked all the
    /// same.
    ///
    /// # Errors
    /// An address is no base URL, or one of account, token and sender is missing.
    pub fn twilio(&self) -> Result<Option<TwilioConfig>, ConfigError> {
        let base_url = base_url("TWILIO_BASE_URL", &self.twilio_base_url)?;
        let missing = |name, beside| ConfigError::Missing { name, beside };
        let (sid, token) = match (&self.twilio_account_sid, &self.twilio_auth_token) {
            (None, None) => return Ok(None),
            (Some(sid), Some(token)) => (sid, token),
            (None, Some(_)) => return Err(missing("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")),
            (Some(_), None) => return Err(missing("TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID")),
        };
        let from = self.twilio_from.as_deref();
        let from = from.ok_or(missing("TWILIO_FROM", "TWILIO_ACCOUNT_SID"))?;
        let config = TwilioConfig::new(base_url, sid.trim(), token.clone(), from.trim());
        Ok(Some(TwilioConfig {
            public_url: self.public_url()?,
            ..config
        }))
    }

    /// Settings of the webhook that sends texts; None without an address.
    ///
    /// # Errors
    /// The address is none, or only one of address and secret is set.
    pub fn webhook(&self) -> Result<Option<TextWebhookConfig>, ConfigError> {
        let missing = |name, beside| ConfigError::Missing { name, beside };
        let (address, secret) = (
            "PGCASCADE_TEXT_WEBHOOK_URL",
            "PGCASCADE_TEXT_WEBHOOK_SECRET",
        );
        match (&self.text_webhook_url, &self.text_webhook_secret) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(missing(secret, address)),
            (None, Some(_)) => Err(missing(address, secret)),
            (Some(url), Some(key)) => {
                let url = base_url(address, url)?;
                let from_name = self.text_webhook_from.trim();
                Ok(Some(TextWebhookConfig::new(url, key.clone(), from_name)))
            }
        }
    }

    /// What proves notifications.
    ///
    /// # Errors
    /// A key that is none, a secret that is too short, an address that is none.
    pub fn notification_keys(&self) -> Result<NotificationKeys, ConfigError> {
        let keys = match &self.ghl_webhook_public_key {
            Some(keys) => PublicKeys::parse(keys),
            None => PublicKeys::published(),
        };
        let secret = self.ghl_webhook_secret.as_ref();
        let too_short = |secret: &SecretString| {
            secret.expose_secret().trim().chars().count() < SECRET_CHARS_MIN
        };
        if secret.is_some_and(too_short) {
            return Err(ConfigError::ShortSecret {
                name: "GHL_WEBHOOK_SECRET",
                chars_min: SECRET_CHARS_MIN,
            });
        }
        Ok(NotificationKeys {
            ghl: keys.map_err(ConfigError::PublicKey)?,
            ghl_secret: secret.cloned(),
            ghl_location_id: self.ghl_location_id.clone(),
            twilio: [&self.twilio_auth_token, &self.twilio_secondary_auth_token]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            public_url: self.public_url()?,
        })
    }

    fn public_url(&self) -> Result<Option<BaseUrl>, ConfigError> {
        let url = self.public_url.as_deref();
        url.map(|url| base_url("PGCASCADE_PUBLIC_URL", url))
            .transpose()
    }
}
