//! The one place where rooms meet: which stages exist, and which providers serve them.

use std::sync::Arc;

use anyhow::Context;

use crate::config;
use crate::engine::Registry;
use crate::outreach::contact_source::ContactSource;
use crate::outreach::email_verifier::EmailVerifier;
use crate::outreach::run_collect::RunCollect;
use crate::outreach::run_start::RunStart;
use crate::outreach::validation::Validation;
use crate::outreach::verification::EmailVerification;
use crate::providers::apify::{ApifyClient, ApifyConfig, ApifySandbox};
use crate::providers::millionverifier::{
    MillionVerifierClient, MillionVerifierConfig, MillionVerifierSandbox,
};

/// The outside services that the stages call.
#[derive(Clone)]
pub struct Providers {
    /// Finds people.
    pub contact_source: Arc<dyn ContactSource>,
    /// Verifies addresses.
    pub email_verifier: Arc<dyn EmailVerifier>,
}

impl Providers {
    /// Providers that ask nobody and invent their answers.
    pub fn sandboxes() -> Self {
        Self {
            contact_source: Arc::new(ApifySandbox),
            email_verifier: Arc::new(MillionVerifierSandbox::new()),
        }
    }
}

/// The providers that the settings ask for; one without a key is its sandbox, and the log says so.
///
/// # Errors
/// A setting that cannot be used.
pub fn providers(settings: &config::Providers) -> anyhow::Result<Providers> {
    let mut providers = Providers::sandboxes();
    let apify = settings.apify_base_url()?;
    let millionverifier = settings.millionverifier_base_url()?;
    match &settings.apify_token {
        Some(token) => {
            let config = ApifyConfig::new(apify, token.clone(), settings.apify_actor.clone());
            providers.contact_source = Arc::new(ApifyClient::new(config)?);
        }
        None => warn_of_sandbox(providers.contact_source.name(), "APIFY_TOKEN"),
    }
    match &settings.millionverifier_api_key {
        Some(key) => {
            let config = MillionVerifierConfig::new(millionverifier, key.clone());
            providers.email_verifier = Arc::new(MillionVerifierClient::new(config)?);
        }
        None => warn_of_sandbox(providers.email_verifier.name(), "MILLIONVERIFIER_API_KEY"),
    }
    Ok(providers)
}

fn warn_of_sandbox(name: &str, key: &str) {
    tracing::warn!(
        provider.name = name,
        "{key} is not set: answers are invented, and every row made from them is marked as sandbox"
    );
}

/// Every builtin stage, one line each.
///
/// # Errors
/// A name is registered twice.
pub fn registry(providers: &Providers) -> anyhow::Result<Registry> {
    let source = || Arc::clone(&providers.contact_source);
    let verifier = || Arc::clone(&providers.email_verifier);
    Registry::default()
        .in_database("outreach.validate", Validation)
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
        .context("the daemon's stages do not fit together")
}
