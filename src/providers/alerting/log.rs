//! Alerts in the daemon's log, where no webhook is set.

use async_trait::async_trait;

use crate::alerts::{Alert, AlertChannel, State};
use crate::answer::Answer;

/// Writes alerts to the log.
pub struct LogChannel;

#[async_trait]
impl AlertChannel for LogChannel {
    async fn tell(&self, alert: &Alert) -> Answer<()> {
        match alert.state {
            State::Raised => {
                tracing::warn!(alert.what_to_do = alert.what_to_do, "alert {alert}");
            }
            State::Resolved => tracing::info!("alert {alert}"),
        }
        Answer::Delivered(())
    }
}
