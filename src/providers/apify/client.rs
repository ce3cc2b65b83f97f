//! The client: starts a run, finds a lost one, polls it and reads what it found.

use anyhow::{Context, ensure};
use async_trait::async_trait;
use chrono::{DateTime, FixedOffset};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::answer::Answer;
use crate::outreach::contact_source::{ContactSource, FinishedRun, RunRequest, StartedRun};
use crate::providers::http::{HttpClient, HttpLimits, Reply};

use super::refusal::{Purpose, Refusal, Refusals};
use super::run::{Run, RunInput, RunStatus, Wrapped};
use super::{ApifyConfig, objection};

const NAME: &str = "apify";

/// Longest that Apify holds a call open, in seconds.
const WAIT_SECS_MAX: u64 = 60;

/// Finds people through an Apify actor.
#[derive(Debug)]
pub struct ApifyClient {
    pub(super) http: HttpClient,
    pub(super) config: ApifyConfig,
    pub(super) refusals: Refusals,
    actor: String,
    authorization: HeaderValue,
}

impl ApifyClient {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// The actor's name or the token cannot be one, or the HTTP client cannot be built.
    pub fn new(config: ApifyConfig) -> anyhow::Result<Self> {
        let limits = HttpLimits {
            body_bytes_max: config.body_bytes_max,
            ..HttpLimits::default()
        };
        let http = HttpClient::new(&config.base_url, limits)?;
        // The console shows `user/name`; in a path it is written `user~name`.
        let actor = config.actor.trim().replace('/', "~");
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._~-".contains(c);
        ensure!(
            !actor.is_empty() && actor.chars().all(is_name),
            "APIFY_ACTOR is no actor name: write it like {}",
            super::ACTOR
        );
        let bearer = format!("Bearer {}", config.token.expose_secret().trim());
        let mut authorization = HeaderValue::try_from(bearer)
            .context("APIFY_TOKEN holds characters that no token has; copy it again")?;
        authorization.set_sensitive(true);
        let refusals = Refusals::new(config.token.clone(), config.poll_interval);
        Ok(Self {
            http,
            config,
            refusals,
            actor,
            authorization,
        })
    }

    /// The URL of the actor's runs: started with POST, listed with GET.
    pub(super) fn runs_url(&self) -> Url {
        self.config
            .base_url
            .join(["v2", "actors", &self.actor, "runs"])
    }

    /// A GET with our token.
    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.http
            .request(Method::GET, url)
            .header(AUTHORIZATION, &self.authorization)
    }

    /// Sends a call whose answer is wrapped into `data`; also gives when Apify says it answered.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        request: RequestBuilder,
    ) -> Result<(T, Option<DateTime<FixedOffset>>), Refusal> {
        let reply = self.reply(purpose, request).await?;
        let malformed = |error| self.refusals.of_malformed(purpose, &error);
        let wrapped = reply.json::<Wrapped<T>>().map_err(malformed)?;
        Ok((wrapped.data, reply.date()))
    }

    async fn reply(&self, purpose: Purpose, request: RequestBuilder) -> Result<Reply, Refusal> {
        let deadline = self.config.request_timeout + self.config.poll_wait;
        let sent = self.http.send(request, deadline).await;
        let reply = sent.map_err(|error| self.refusals.of_lost_call(purpose, &error))?;
        match self.refusals.of_reply(purpose, &reply) {
            Some(refusal) => Err(refusal),
            None => Ok(reply),
        }
    }

    /// Pays for a run. Does not wait for it: the sooner the id is ours, the less can be lost.
    async fn start_new(&self, request: &RunRequest, input: &Value) -> Result<StartedRun, Refusal> {
        let mut url = self.runs_url();
        url.query_pairs_mut()
            .append_pair("waitForFinish", "0")
            .append_pair("timeout", &self.config.run_timeout.as_secs().to_string())
            .append_pair("maxItems", &request.leads_max.to_string())
            .append_pair("maxTotalChargeUsd", &request.cost_max_usd.to_string());
        let call = self.http.request(Method::POST, url);
        let call = call.header(AUTHORIZATION, &self.authorization).json(input);
        let (run, _) = self.ask::<Run>(Purpose::Start, call).await?;
        tracing::info!(
            provider.name = NAME,
            apify.run_id = run.id,
            "a run was started"
        );
        Ok(StartedRun {
            source_run_id: run.id,
        })
    }

    async fn find_or_start(&self, request: &RunRequest) -> Result<StartedRun, Refusal> {
        let input = json!(RunInput::of(request, &self.config.seniorities));
        if let Some(since) = request.unknown_start_since
            && let Some(run) = self.find_lost_start(since, &input).await?
        {
            return Ok(run);
        }
        self.start_new(request, &input).await
    }

    async fn finish(&self, run: &StartedRun, request: &RunRequest) -> Result<FinishedRun, Refusal> {
        let mut url = self
            .config
            .base_url
            .join(["v2", "actor-runs", &run.source_run_id]);
        let wait_secs = self.config.poll_wait.as_secs().min(WAIT_SECS_MAX);
        url.query_pairs_mut()
            .append_pair("waitForFinish", &wait_secs.to_string());
        let (run, _) = self.ask::<Run>(Purpose::Collect, self.get(url)).await?;
        match run.status {
            RunStatus::Ready | RunStatus::Running | RunStatus::TimingOut | RunStatus::Aborting => {
                Err(Answer::Throttled {
                    after: self.config.poll_interval,
                    reason: String::from("The Apify run is still at work. It is polled again."),
                })
            }
            RunStatus::Succeeded => {
                let people = self.read_people(&run, request).await?;
                Ok(FinishedRun {
                    people,
                    cost_usd: run.cost_usd(),
                })
            }
            RunStatus::Failed => Err(self.ended_badly(&run, "failed")),
            RunStatus::TimedOut => Err(self.ended_badly(&run, "reached its time limit")),
            RunStatus::Aborted => Err(self.ended_badly(&run, "was aborted")),
        }
    }

    fn ended_badly(&self, run: &Run, how: &str) -> Refusal {
        let message = run
            .status_message
            .as_deref()
            .map(|message| self.refusals.quote(message));
        let said = message.unwrap_or_else(|| String::from("it gives no reason"));
        Answer::Rejected {
            reason: format!(
                "The Apify run {} {how} ({said}). Look at its log in the Apify console; retry to \
                 pay for a new run.",
                self.refusals.quote(&run.id)
            ),
        }
    }
}

#[async_trait]
impl ContactSource for ApifyClient {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn start(&self, request: &RunRequest) -> Answer<StartedRun> {
        match objection(request) {
            Some(objection) => Answer::Rejected {
                reason: objection.to_owned(),
            },
            None => into_answer(self.find_or_start(request).await),
        }
    }

    async fn collect(&self, run: &StartedRun, request: &RunRequest) -> Answer<FinishedRun> {
        into_answer(self.finish(run, request).await)
    }
}

fn into_answer<T>(result: Result<T, Refusal>) -> Answer<T> {
    match result {
        Ok(value) => Answer::Delivered(value),
        Err(refusal) => refusal.map(|never| match never {}),
    }
}
