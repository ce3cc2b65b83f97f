//! The one place where rooms meet: which stages exist, and which providers serve them.

use std::sync::Arc;

use anyhow::Context;
use secrecy::ExposeSecret;

use crate::alerts::{AlertChannel, AlertDelivery};
use crate::chat::{self, ChatModel};
use crate::config;
use crate::db::Pool;
use crate::engine::Registry;
use crate::followup::entities::EntityNaming;
use crate::followup::goals::PriorityTaking;
use crate::followup::notes::NoteTaking;
use crate::followup::progress::ProgressTaking;
use crate::followup::word::FollowUpWording;
use crate::matching::feedback::LearnWeights;
use crate::matching::introduce::Introductions;
use crate::matching::run::MatchPeers;
use crate::messaging::admit::Admission;
use crate::messaging::ask_model::ModelReading;
use crate::messaging::catch_up::CatchingUp;
use crate::messaging::dispatch::TextSending;
use crate::messaging::find_writer::WriterSearch;
use crate::messaging::gateways::SmsGateways;
use crate::messaging::hear::Hearing;
use crate::messaging::settle::Settlement;
use crate::messaging::sms_gateway::SmsGateway;
use crate::outreach::contact_source::ContactSource;
use crate::outreach::email_verifier::EmailVerifier;
use crate::outreach::run_collect::RunCollect;
use crate::outreach::run_start::RunStart;
use crate::outreach::validation::Validation;
use crate::outreach::verification::EmailVerification;
use crate::providers::alerting::{LogChannel, MailChannel, WebhookChannel};
use crate::providers::apify::{ApifyClient, ApifySandbox};
use crate::providers::ghl::GhlClient;
use crate::providers::millionverifier::{DemoKey, MillionVerifierClient, MillionVerifierSandbox};
use crate::providers::openai::{OpenAiClient, OpenAiSandbox};
use crate::providers::sms_sandbox::SmsSandbox;
use crate::providers::text_webhook::TextWebhook;
use crate::providers::twilio::TwilioClient;
use crate::providers::webhook::{self, BreakerLimits, WebhookStages};

/// What is wrong when two stages have one name.
const UNFIT: &str = "the daemon's stages do not fit together";

/// The outside services that the stages call.
#[derive(Clone)]
pub struct Providers {
    /// Finds people.
    pub contact_source: Arc<dyn ContactSource>,
    /// Verifies addresses.
    pub email_verifier: Arc<dyn EmailVerifier>,
    /// Send texts.
    pub sms: SmsGateways,
    /// Writes and reads texts.
    pub chat: Arc<dyn ChatModel>,
    /// Tells alerts at once: a webhook, or the log.
    pub alerts: Arc<dyn AlertChannel>,
    /// Mails alerts; None: nobody is mailed.
    pub alert_mail: Option<Arc<dyn AlertChannel>>,
    /// Sends events to webhooks; None where nothing may leave.
    pub webhooks: Option<WebhookStages>,
}

/// Every builtin stage, one line each. `pool` is for those that look at the database once more at
/// the last moment before a call.
///
/// # Errors
/// A name is registered twice.
pub fn registry(providers: &Providers, pool: &Pool) -> anyhow::Result<Registry> {
    let gateways = || providers.sms.clone();
    let source = || Arc::clone(&providers.contact_source);
    let has_model = chat::is_real(providers.chat.as_ref());
    let verifier = || Arc::clone(&providers.email_verifier);
    let stages = match &providers.webhooks {
        Some(webhooks) => Registry::default().kind(webhook::KIND, webhooks.clone()),
        None => Ok(Registry::default()),
    };
    stages
        .and_then(|stages| stages.in_database("outreach.validate", Validation))
        .and_then(|stages| {
            stages.outside("outreach.start_enrichment", RunStart { source: source() })
        })
        .and_then(|stages| {
            stages.outside(
                "outreach.collect_enrichment",
                RunCollect { source: source() },
            )
        })
        .and_then(|stages| {
            stages.outside(
                "outreach.verify_email",
                EmailVerification {
                    verifier: verifier(),
                },
            )
        })
        .and_then(|stages| {
            let channel = Some(Arc::clone(&providers.alerts));
            stages.outside("alerts.webhook", AlertDelivery { channel })
        })
        .and_then(|stages| {
            let channel = providers.alert_mail.clone();
            stages.outside("alerts.mail", AlertDelivery { channel })
        })
        .and_then(|stages| {
            stages.in_database(
                "messaging.admit",
                Admission {
                    gateways: gateways(),
                },
            )
        })
        .and_then(|stages| {
            let sending = TextSending {
                gateways: gateways(),
                pool: pool.clone(),
            };
            stages.outside("messaging.send_text", sending)
        })
        .and_then(|stages| {
            stages.outside(
                "messaging.settle_text",
                Settlement {
                    gateways: gateways(),
                },
            )
        })
        .and_then(|stages| stages.in_database("matching.match_peers", MatchPeers::new(has_model)))
        .and_then(|stages| stages.in_database("matching.learn_weights", LearnWeights))
        .and_then(|stages| {
            let chat = Arc::clone(&providers.chat);
            stages.outside("matching.word_introduction", Introductions { chat })
        })
        .context(UNFIT)
        .and_then(|stages| answers(stages, gateways(), &providers.chat))
}

/// The stages of what people answer.
fn answers(
    stages: Registry,
    gateways: SmsGateways,
    chat: &Arc<dyn ChatModel>,
) -> anyhow::Result<Registry> {
    let has_model = chat::is_real(chat.as_ref());
    let model = || Arc::clone(chat);
    let listing = CatchingUp {
        gateways: gateways.clone(),
    };
    stages
        .outside("messaging.find_writer", WriterSearch { gateways })
        .and_then(|stages| stages.outside("messaging.catch_up", listing))
        .and_then(|stages| stages.in_database("messaging.hear", Hearing { has_model }))
        .and_then(|stages| stages.outside("messaging.ask_model", ModelReading { chat: model() }))
        .and_then(|stages| stages.in_database("followup.take_notes", NoteTaking))
        .and_then(|stages| stages.in_database("followup.keep_names", EntityNaming))
        .and_then(|stages| stages.outside("followup.word", FollowUpWording { chat: model() }))
        .and_then(|stages| stages.in_database("followup.take_priorities", PriorityTaking))
        .and_then(|stages| stages.in_database("followup.take_progress", ProgressTaking))
        .context(UNFIT)
}

/// The providers as configured: real ones where there is a key, sandboxes elsewhere.
///
/// # Errors
/// A provider's settings cannot be used.
pub fn providers(config: &config::Providers) -> anyhow::Result<Providers> {
    let contact_source: Arc<dyn ContactSource> = match config.apify()? {
        Some(settings) => Arc::new(ApifyClient::new(settings)?),
        None => {
            tracing::warn!("no APIFY_TOKEN: people are invented by a sandbox");
            Arc::new(ApifySandbox)
        }
    };
    let email_verifier: Arc<dyn EmailVerifier> = match config.millionverifier()? {
        Some(settings) => match DemoKey::parse(settings.api_key.expose_secret()) {
            Some(key) => Arc::new(MillionVerifierSandbox::with_demo_key(key)),
            None => Arc::new(MillionVerifierClient::new(settings)?),
        },
        None => {
            tracing::warn!("no MILLIONVERIFIER_API_KEY: verdicts are invented by a sandbox");
            Arc::new(MillionVerifierSandbox::new())
        }
    };
    let alerts: Arc<dyn AlertChannel> = match &config.alerts.alert_webhook {
        Some(address) => Arc::new(WebhookChannel::new(address)?),
        None => Arc::new(LogChannel),
    };
    let mail = config
        .alerts
        .mail()
        .map(|settings| MailChannel::new(&settings));
    Ok(Providers {
        contact_source,
        email_verifier,
        sms: sms(&config.texts)?,
        chat: chat(&config.chat)?,
        alerts,
        alert_mail: match mail.transpose()? {
            Some(channel) => Some(Arc::new(channel)),
            None => None,
        },
        webhooks: Some(WebhookStages::new(
            config::webhook_variables(),
            BreakerLimits::default(),
        )?),
    })
}

/// The services that send texts. Beside a real one no sandbox stands: an event that chooses a
/// service without keys must hear of it, not have its texts swallowed.
///
/// # Errors
/// Settings that cannot be used.
pub fn sms(config: &config::Texts) -> anyhow::Result<SmsGateways> {
    let mut gateways: Vec<Arc<dyn SmsGateway>> = Vec::new();
    if let Some(settings) = config.ghl()? {
        gateways.push(Arc::new(GhlClient::new(settings)?));
    }
    if let Some(settings) = config.twilio()? {
        gateways.push(Arc::new(TwilioClient::new(settings)?));
    }
    if let Some(settings) = config.webhook()? {
        gateways.push(Arc::new(TextWebhook::new(settings)?));
    }
    if gateways.is_empty() {
        tracing::warn!(
            "no GHL_API_KEY, TWILIO_AUTH_TOKEN or PGCASCADE_TEXT_WEBHOOK_URL: texts go to a sandbox"
        );
        return Ok(sms_sandboxes());
    }
    Ok(SmsGateways::new(gateways))
}

/// Sandboxes of all services that send texts.
fn sms_sandboxes() -> SmsGateways {
    let sandboxes: [Arc<dyn SmsGateway>; 3] = [
        Arc::new(SmsSandbox::ghl()),
        Arc::new(SmsSandbox::twilio()),
        Arc::new(SmsSandbox::webhook()),
    ];
    SmsGateways::new(sandboxes)
}

/// The chat model; without a key its sandbox.
///
/// # Errors
/// Settings that cannot be used.
pub fn chat(config: &config::Chat) -> anyhow::Result<Arc<dyn ChatModel>> {
    Ok(match config.openai()? {
        Some(settings) => Arc::new(OpenAiClient::new(settings)?),
        None => {
            tracing::warn!("no OPENAI_API_KEY: no chat model is asked, a sandbox invents answers");
            Arc::new(OpenAiSandbox)
        }
    })
}

/// Sandboxes only, whatever keys there are: for demonstrations.
pub fn sandboxes() -> Providers {
    Providers {
        contact_source: Arc::new(ApifySandbox),
        email_verifier: Arc::new(MillionVerifierSandbox::new()),
        sms: sms_sandboxes(),
        chat: Arc::new(OpenAiSandbox),
        alerts: Arc::new(LogChannel),
        alert_mail: None,
        webhooks: None,
    }
}
