//! The sandbox: a source that answers at once, offline and free, by the domains alone.
//!
//! Everybody it returns can be told apart from a real person: the source's name, the run's id and
//! the profile address say `sandbox`, and the e-mail address can never be delivered to (see
//! [`sandbox_address_domain`](super::sandbox_address_domain)). Who is invented is in `invented`.

use async_trait::async_trait;

use crate::answer::Answer;
use crate::outreach::contact_source::{ContactSource, FinishedRun, RunRequest, StartedRun};
use crate::providers::dice::Dice;

use super::invented::people_of;
use super::objection;

const NAME: &str = "apify-sandbox";

/// A source that asks nobody. Its runs are finished as soon as they are started.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApifySandbox;

#[async_trait]
impl ContactSource for ApifySandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn start(&self, request: &RunRequest) -> Answer<StartedRun> {
        match objection(request) {
            Some(objection) => Answer::Rejected {
                reason: objection.to_owned(),
            },
            None => Answer::Delivered(StartedRun {
                source_run_id: run_id(request),
            }),
        }
    }

    async fn collect(&self, run: &StartedRun, request: &RunRequest) -> Answer<FinishedRun> {
        // A run that was paid for must not be filled with invented people because the token is
        // missing today.
        if run.source_run_id != run_id(request) {
            return Answer::Rejected {
                reason: String::from(
                    "The sandbox did not start this run. If Apify did, set APIFY_TOKEN again and \
                     restart the daemon; otherwise retry to start a new one.",
                ),
            };
        }
        let people_max = usize::try_from(request.leads_max).unwrap_or(usize::MAX);
        let everybody = request.domains.iter().flat_map(|domain| people_of(domain));
        let people = everybody.take(people_max).collect::<Vec<_>>();
        tracing::debug!(
            provider.name = NAME,
            apify.run_id = run.source_run_id,
            people.count = people.len(),
            "people were invented: no service was asked"
        );
        Answer::Delivered(FinishedRun {
            people,
            cost_usd: Some(0.0),
        })
    }
}

fn run_id(request: &RunRequest) -> String {
    let words = request
        .domains
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>();
    format!("sandbox-{:016x}", Dice::of(&words).throw())
}
