//! Where the people of a company come from: the trait, and what every source promises.
//!
//! A source works in *runs*: one run looks up many companies and may take minutes, so it is started
//! in one call and collected in later ones. The run's id is stored between the two, which is why a
//! restarted daemon resumes a run instead of paying for it twice. The conformance cases that every
//! implementation passes are in `tests/conformance/contact_source.rs`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;

/// What one run is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRequest {
    /// Our own id of the run; a sandbox derives its answers from the domains alone.
    pub run_id: i64,
    /// Registrable domains of the companies, lowercase ASCII, each once, in ascending order.
    pub domains: Vec<String>,
    /// Job titles wanted, in the words of the source.
    pub titles: Vec<String>,
    /// Most people the run may return.
    pub leads_max: u32,
    /// Most that the run may cost, in US dollars.
    pub cost_max_usd: f64,
    /// Set when an earlier start of this run has an unknown outcome: when the first such attempt
    /// began, by the database's clock. The source must look for that run before it starts another.
    /// It stays set, unchanged, until a start is `Delivered`.
    pub unknown_start_since: Option<DateTime<Utc>>,
}

impl RunRequest {
    /// Reads a request that was put aside as JSON between two steps.
    ///
    /// # Errors
    /// Why it cannot be read, for an operator.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, String> {
        serde_json::from_value(json.clone())
            .map_err(|error| format!("The run's request cannot be read: {error}."))
    }
}

/// A run that the source has accepted, identified by the source's own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedRun {
    /// The source's id of the run.
    pub source_run_id: String,
}

/// What a finished run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinishedRun {
    /// Everybody found, in the source's order; empty is a normal result.
    pub people: Vec<FoundPerson>,
    /// What the run cost in US dollars; None when the source did not say.
    pub cost_usd: Option<f64>,
}

/// One person as the source describes them. Nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPerson {
    /// Domain of the company the source found the person at.
    pub company_domain: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Job title as written.
    pub title: Option<String>,
    /// The source's word for the level, such as `c-suite`.
    pub seniority: Option<String>,
    /// E-mail address as written.
    pub email: Option<String>,
    /// Phone number as written.
    pub phone: Option<String>,
    /// Profile address.
    pub linkedin_url: Option<String>,
}

/// A service that finds people by company domain.
#[async_trait]
pub trait ContactSource: Send + Sync {
    /// The name stored with every row that comes from here, for example `apify` or
    /// `apify-sandbox`; a sandbox's name ends in `-sandbox`.
    fn name(&self) -> &'static str;

    /// Starts a run, or finds the one that `unknown_start_since` speaks of.
    ///
    /// A start whose answer was lost is `Unknown`: the caller asks again with
    /// `unknown_start_since`. While it cannot be told whether the lost run exists, nothing is
    /// started and the answer says when to ask again, or `Unknown` if only a person can tell. A
    /// request that cannot find anybody (no domains, no people, no money) is `Rejected` and costs
    /// nothing.
    async fn start(&self, request: &RunRequest) -> Answer<StartedRun>;

    /// Collects a run that this or another daemon started, any number of times, at no cost. A run
    /// that is still working is `Throttled`; a run that failed at the source, or that the source
    /// does not know, is `Rejected` with the source's words: starting anew is paid for again.
    /// Never `Unknown`.
    async fn collect(&self, run: &StartedRun, request: &RunRequest) -> Answer<FinishedRun>;
}
