//! The run whose start nobody answered: found again by its input, so that it is not paid twice.
//!
//! Apify knows no idempotency key. It lists the runs of an actor since a moment, and keeps each
//! run's input as a record. A run of ours is one whose input holds everything that we sent.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::outreach::contact_source::StartedRun;

use super::client::ApifyClient;
use super::refusal::{Purpose, Refusal};
use super::run::{Run, RunStatus, is_same_input};

/// How far the database's clock and Apify's may lie apart.
const CLOCK_DIFFERENCE_MAX: TimeDelta = TimeDelta::minutes(5);

/// Most runs whose inputs are compared.
const CANDIDATES_MAX: usize = 100;

#[derive(Debug, Deserialize)]
struct RunList {
    items: Vec<Run>,
}

impl ApifyClient {
    /// The run that a lost start began at or after `since`; None once it is certain enough that
    /// there is none.
    ///
    /// A run that ended badly is not taken: it found nobody, and the newest of several is taken
    /// because earlier ones have been collected.
    pub(super) async fn find_lost_start(
        &self,
        since: DateTime<Utc>,
        input: &Value,
    ) -> Result<Option<StartedRun>, Refusal> {
        let (candidates, answered_at) = self.list_runs(since).await?;
        for candidate in candidates.iter().filter(|run| may_be_collected(run.status)) {
            if self.has_input(candidate, input).await? {
                tracing::info!(
                    provider.name = "apify",
                    apify.run_id = candidate.id,
                    "a run whose start was lost was found again; no other is paid for"
                );
                return Ok(Some(StartedRun {
                    source_run_id: candidate.id.clone(),
                }));
            }
        }
        if candidates.len() >= CANDIDATES_MAX {
            return Err(Answer::Unknown {
                reason: format!(
                    "A start of an Apify run was lost, and more than {CANDIDATES_MAX} runs of the \
                     actor began since. Look in the Apify console whether it is there; none was \
                     started again."
                ),
            });
        }
        match answered_at.and_then(|answered_at| self.grace_left(since, answered_at)) {
            Some(after) => Err(Answer::Throttled {
                after,
                reason: String::from(
                    "A start of an Apify run was lost and the run has not come to light yet. It \
                     is looked for again before another is paid for; nothing needs to be done.",
                ),
            }),
            None => Ok(None),
        }
    }

    async fn list_runs(
        &self,
        since: DateTime<Utc>,
    ) -> Result<(Vec<Run>, Option<DateTime<FixedOffset>>), Refusal> {
        let since = since
            .checked_sub_signed(CLOCK_DIFFERENCE_MAX)
            .unwrap_or(since);
        let mut url = self.runs_url();
        url.query_pairs_mut()
            .append_pair("desc", "1")
            .append_pair("limit", &CANDIDATES_MAX.to_string())
            .append_pair(
                "startedAfter",
                &since.to_rfc3339_opts(SecondsFormat::Millis, true),
            );
        let (list, answered_at) = self.ask::<RunList>(Purpose::LookUp, self.get(url)).await?;
        Ok((list.items, answered_at))
    }

    /// True if the run was started with our input. A run without a record is not ours: ours always
    /// has one.
    async fn has_input(&self, run: &Run, input: &Value) -> Result<bool, Refusal> {
        let Some(store) = &run.default_key_value_store_id else {
            return Ok(false);
        };
        let path = ["v2", "key-value-stores", store, "records", "INPUT"];
        let request = self.get(self.config.base_url.join(path));
        let deadline = self.config.request_timeout;
        let sent = self.http.send(request, deadline).await;
        let reply = sent.map_err(|error| self.refusals.of_lost_call(Purpose::LookUp, &error))?;
        if reply.status == 404 {
            return Ok(false);
        }
        // An input is any JSON, one with a field `error` included, so only the status is asked.
        if !reply.is_success()
            && let Some(refusal) = self.refusals.of_reply(Purpose::LookUp, &reply)
        {
            return Err(refusal);
        }
        // Other people's actors may be fed with anything; what is no JSON is not ours.
        Ok(reply
            .json::<Value>()
            .is_ok_and(|stored| is_same_input(input, &stored)))
    }

    /// How long a start that was lost at `since` may still bring a run to light. Both ends are
    /// told by servers (the database and Apify), never by this machine.
    fn grace_left(
        &self,
        since: DateTime<Utc>,
        answered_at: DateTime<FixedOffset>,
    ) -> Option<Duration> {
        let passed = answered_at
            .signed_duration_since(since)
            .to_std()
            .unwrap_or_default();
        self.config
            .lost_start_grace
            .checked_sub(passed)
            .filter(|left| !left.is_zero())
    }
}

/// False for a run that ended badly.
fn may_be_collected(status: RunStatus) -> bool {
    match status {
        RunStatus::Ready | RunStatus::Running | RunStatus::Succeeded => true,
        RunStatus::TimingOut
        | RunStatus::Aborting
        | RunStatus::Failed
        | RunStatus::TimedOut
        | RunStatus::Aborted => false,
    }
}
