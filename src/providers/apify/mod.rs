//! Apify: finds the people of many companies in one paid run.
//!
//! The client uses the asynchronous API: start a run, keep its id, poll it, read its dataset. A
//! lost start is looked up by comparing inputs before another run is paid for (`lost_start`).
//! `refusal` holds the table of errors and `items` the tolerant reading of what a run found. The
//! sandbox asks nobody: `invented` makes its people up.

mod client;
mod dataset;
mod invented;
mod items;
mod lost_start;
mod refusal;
mod run;
mod sandbox;

use std::time::Duration;

use secrecy::SecretString;

use crate::outreach::contact_source::RunRequest;

use super::http::BaseUrl;

pub use client::ApifyClient;
pub use invented::sandbox_address_domain;
pub use sandbox::ApifySandbox;

/// Where the service is.
pub const BASE_URL: &str = "https://api.apify.com";

/// The actor that finds people by company domain.
pub const ACTOR: &str = "code_crafter~leads-finder";

/// What the client needs to know. Its `Debug` shows no token.
#[derive(Debug, Clone)]
pub struct ApifyConfig {
    /// The service's address, [`BASE_URL`] unless an operator says otherwise.
    pub base_url: BaseUrl,
    /// The account's API token.
    pub token: SecretString,
    /// The actor: its id, `user~name`, or `user/name` as the console shows it.
    pub actor: String,
    /// Levels of people to look for, in the actor's words.
    pub seniorities: Vec<String>,
    /// After this time Apify stops a run by itself. Whole seconds.
    pub run_timeout: Duration,
    /// How long Apify may hold a poll open until the run ends. Whole seconds, at most 60.
    pub poll_wait: Duration,
    /// How soon a run that is still working is asked for again.
    pub poll_interval: Duration,
    /// How long one call may take, `poll_wait` not counted.
    pub request_timeout: Duration,
    /// How long after a lost start Apify may still bring the run to light. No other run is started
    /// before that.
    pub lost_start_grace: Duration,
    /// Most bytes of one answer that are read; a larger page of items is read in parts.
    pub body_bytes_max: usize,
}

impl ApifyConfig {
    /// The usual settings: c-suite, vp and director; runs of at most 300 s, polled every 5 s; 30 s
    /// per call; 90 s until a lost start counts as never begun.
    pub fn new(base_url: BaseUrl, token: SecretString, actor: impl Into<String>) -> Self {
        Self {
            base_url,
            token,
            actor: actor.into(),
            seniorities: ["c-suite", "vp", "director"].map(String::from).to_vec(),
            run_timeout: Duration::from_secs(300),
            poll_wait: Duration::from_secs(10),
            poll_interval: Duration::from_secs(5),
            request_timeout: Duration::from_secs(30),
            lost_start_grace: Duration::from_secs(90),
            body_bytes_max: 16 * 1024 * 1024,
        }
    }
}

/// What is wrong with a request, if anything: such a run would cost a start and find nobody.
fn objection(request: &RunRequest) -> Option<&'static str> {
    let pays = request.cost_max_usd.is_finite() && request.cost_max_usd > 0.0;
    if request.domains.is_empty() {
        Some("The run names no company. Nothing was started; remove the run.")
    } else if request.leads_max == 0 {
        Some("The run may return nobody. Nothing was started; raise its limit of people.")
    } else if !pays {
        Some("The run may cost nothing. Nothing was started; set a cost limit above 0 US dollars.")
    } else {
        None
    }
}
