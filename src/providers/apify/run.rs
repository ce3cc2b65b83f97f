//! A run as Apify describes it, and the input we give it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outreach::contact_source::RunRequest;

/// Apify wraps every single thing into `data`.
#[derive(Debug, Deserialize)]
pub(super) struct Wrapped<T> {
    pub(super) data: T,
}

/// The fields of a run that we use.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) status: RunStatus,
    pub(super) status_message: Option<String>,
    pub(super) default_dataset_id: Option<String>,
    pub(super) default_key_value_store_id: Option<String>,
    /// Dollars; tolerated in any type, because a cost that cannot be read must not lose a run.
    #[serde(default)]
    usage_total_usd: Value,
}

/// Where a run is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub(super) enum RunStatus {
    /// Accepted, not begun.
    Ready,
    /// At work.
    Running,
    /// Being stopped at its time-out.
    TimingOut,
    /// Being stopped by somebody.
    Aborting,
    /// Ended well.
    Succeeded,
    /// Ended by an error of the actor.
    Failed,
    /// Stopped at its time-out.
    TimedOut,
    /// Stopped by somebody.
    Aborted,
}

impl Run {
    /// What the run cost so far, in US dollars.
    pub(super) fn cost_usd(&self) -> Option<f64> {
        self.usage_total_usd
            .as_f64()
            .filter(|cost| cost.is_finite() && *cost >= 0.0)
    }
}

/// What the actor is asked for, under the actor's names.
#[derive(Debug, Serialize)]
pub(super) struct RunInput<'a> {
    company_domain: &'a [String],
    contact_job_title: &'a [String],
    contact_seniority: &'a [String],
    max_leads: u32,
}

impl<'a> RunInput<'a> {
    pub(super) fn of(request: &'a RunRequest, seniorities: &'a [String]) -> Self {
        Self {
            company_domain: &request.domains,
            contact_job_title: &request.titles,
            contact_seniority: seniorities,
            max_leads: request.leads_max,
        }
    }
}

/// True if `stored` is the input `ours`. Apify adds the actor's default values when it stores an
/// input, so more fields than ours are no difference.
pub(super) fn is_same_input(ours: &Value, stored: &Value) -> bool {
    match (ours, stored) {
        (Value::Object(ours), Value::Object(stored)) => ours.iter().all(|(key, value)| {
            stored
                .get(key)
                .is_some_and(|stored| is_same_input(value, stored))
        }),
        (Value::Array(ours), Value::Array(stored)) => {
            ours.len() == stored.len()
                && ours
                    .iter()
                    .zip(stored)
                    .all(|(ours, stored)| is_same_input(ours, stored))
        }
        // 100 and 100.0 are one number to the actor.
        (Value::Number(ours), Value::Number(stored)) => ours.as_f64() == stored.as_f64(),
        (ours, stored) => ours == stored,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_input_is_recognised_among_the_defaults_that_apify_adds() {
        let ours = json!({"company_domain": ["a.com", "b.com"], "max_leads": 6});
        let stored = json!({
            "company_domain": ["a.com", "b.com"], "max_leads": 6.0, "file_name": "leads",
        });
        assert!(is_same_input(&ours, &stored));
    }

    #[test]
    fn another_order_another_number_or_a_missing_field_is_another_input() {
        let ours = json!({"company_domain": ["a.com", "b.com"], "max_leads": 6});
        for stored in [
            json!({"company_domain": ["b.com", "a.com"], "max_leads": 6}),
            json!({"company_domain": ["a.com"], "max_leads": 6}),
            json!({"company_domain": ["a.com", "b.com"], "max_leads": 7}),
            json!({"company_domain": ["a.com", "b.com"]}),
            json!([]),
        ] {
            assert!(!is_same_input(&ours, &stored), "{stored}");
        }
    }

    #[test]
    fn every_documented_status_is_known() {
        for status in [
            "READY",
            "RUNNING",
            "TIMING-OUT",
            "ABORTING",
            "SUCCEEDED",
            "FAILED",
            "TIMED-OUT",
            "ABORTED",
        ] {
            serde_json::from_value::<RunStatus>(json!(status)).unwrap();
        }
    }
}
