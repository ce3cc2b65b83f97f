//! The stage that tells alerts through one channel.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use super::channel::{Alert, AlertChannel};
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Event, OnUnknown, OutsideStage, Prepared, Verdict};

/// Tells alerts; without a channel there is nothing to do.
pub struct AlertDelivery {
    /// How; None: nobody configured this way.
    pub channel: Option<Arc<dyn AlertChannel>>,
}

#[async_trait]
impl OutsideStage for AlertDelivery {
    async fn prepare(
        &self,
        _tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let plan = |event: &Event| match &self.channel {
            None => Prepared::Settled(Verdict::Processed),
            Some(_) => Prepared::Call(event.payload.clone()),
        };
        Ok(events.iter().map(plan).collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let Some(channel) = &self.channel else {
            return Answer::Delivered(Value::Null);
        };
        match serde_json::from_value::<Alert>(input.clone()) {
            Ok(alert) => channel.tell(&alert).await.map(|()| Value::Null),
            Err(error) => Answer::Rejected {
                reason: format!(
                    "The payload is not an alert ({error}). Alerts are rows of \
                     marketing.pipeline_alerts; emit them by inserting there."
                ),
            },
        }
    }

    async fn record(&self, _tx: &Transaction<'_>, _ended: &[Ended]) -> Result<(), DbError> {
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}
