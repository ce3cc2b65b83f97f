//! A way to reach a person: the trait, and what is told.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;

/// Whether an alert begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It has just been found.
    Raised,
    /// It is over.
    Resolved,
}

/// One alert, as its event tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its row in `marketing.pipeline_alerts`.
    pub alert_id: i64,
    /// Whether it begins or ends.
    pub state: State,
    /// The rule that found it.
    pub rule: String,
    /// The stage or event type that it is about.
    pub subject: String,
    /// `warning`, `error` or `critical`.
    pub severity: String,
    /// What happens.
    pub message: String,
    /// What to look at or to type.
    pub what_to_do: String,
    /// When it was first seen, by the database's clock.
    pub opened_at: String,
}

/// The headline, in one line.
impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state {
            State::Raised => write!(f, "[{}] {}: {}", self.severity, self.rule, self.message),
            State::Resolved => write!(f, "[resolved] {}: {} is over", self.rule, self.subject),
        }
    }
}

/// A way to tell an alert.
#[async_trait]
pub trait AlertChannel: Send + Sync {
    /// Tells it. A repetition does no harm, so a lost answer is `Transient`.
    async fn tell(&self, alert: &Alert) -> Answer<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_says_whether_it_begins_or_ends() {
        let mut alert = Alert {
            alert_id: 1,
            state: State::Raised,
            rule: "stuck".into(),
            subject: "verify_email".into(),
            severity: "error".into(),
            message: "Stage verify_email waits.".into(),
            what_to_do: "Look.".into(),
            opened_at: "2026-01-01T00:00:00Z".into(),
        };
        assert_eq!(
            alert.to_string(),
            "[error] stuck: Stage verify_email waits."
        );
        alert.state = State::Resolved;
        assert_eq!(alert.to_string(), "[resolved] stuck: verify_email is over");
    }
}
