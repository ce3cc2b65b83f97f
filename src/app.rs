//! The one place where rooms meet: which stages exist, and which providers serve them.

use std::sync::Arc;

use anyhow::Context;

use crate::engine::Registry;
use crate::outreach::contact_source::ContactSource;
use crate::outreach::email_verifier::EmailVerifier;
use crate::outreach::run_collect::RunCollect;
use crate::outreach::run_start::RunStart;
use crate::outreach::validation::Validation;
use crate::outreach::verification::EmailVerification;

/// The outside services that the stages call.
#[derive(Clone)]
pub struct Providers {
    /// Finds people.
    pub contact_source: Arc<dyn ContactSource>,
    /// Verifies addresses.
    pub email_verifier: Arc<dyn EmailVerifier>,
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
