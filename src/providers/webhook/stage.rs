//! Stages of kind `webhook`: the row of `pipeline.webhooks` that a stage names as its target.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::breaker::{BreakerLimits, Outlook};
use super::deliver::Deliverer;
use super::message::Message;
use super::settings::{SettingsError, Webhook};
use super::variables::Variables;
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{
    Appetite, Ended, Event, OnUnknown, OutsideFactory, OutsideStage, Prepared, Verdict,
};

/// The kind of these stages in `pipeline.stages`.
pub const KIND: &str = "webhook";

/// Makes the stages of one daemon; they share connections and what is known of destinations.
#[derive(Debug, Clone)]
pub struct WebhookStages {
    deliverer: Arc<Deliverer>,
}

/// One stage.
#[derive(Debug)]
struct WebhookStage {
    name: String,
    target: String,
    deliverer: Arc<Deliverer>,
    /// As the row was when the newest calls were prepared.
    current: RwLock<Option<Arc<Current>>>,
}

#[derive(Debug)]
struct Current {
    webhook: Webhook,
    clock: DatabaseClock,
}

/// The database's clock, read once and carried on by measuring.
#[derive(Debug)]
struct DatabaseClock {
    seconds: f64,
    read_at: Instant,
}

impl DatabaseClock {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Unix seconds fit for longer than anything here lasts"
    )]
    fn now(&self) -> i64 {
        (self.seconds + self.read_at.elapsed().as_secs_f64()) as i64
    }
}

impl WebhookStages {
    /// Stages that may use these variables.
    ///
    /// # Errors
    /// The HTTP clients cannot be built.
    pub fn new(variables: Variables, breaker: BreakerLimits) -> anyhow::Result<Self> {
        Ok(Self {
            deliverer: Arc::new(Deliverer::new(variables, breaker)?),
        })
    }
}

impl OutsideFactory for WebhookStages {
    fn stage(&self, name: &str, target: &str) -> Arc<dyn OutsideStage> {
        Arc::new(WebhookStage {
            name: name.to_owned(),
            target: target.to_owned(),
            deliverer: Arc::clone(&self.deliverer),
            current: RwLock::default(),
        })
    }
}

impl WebhookStage {
    /// Reads the row; Err is what keeps the stage from sending.
    async fn look(&self, tx: &Transaction<'_>) -> Result<Result<(), String>, DbError> {
        let statement = tx
            .prepare_cached(include_str!("../../../sql/queries/webhook/settings.sql"))
            .await?;
        let Some(row) = tx.query_opt(&statement, &[&self.target]).await? else {
            return Ok(Err(format!(
                "There is no webhook {} in pipeline.webhooks, which the stage's target names.",
                self.target
            )));
        };
        // Before the time is read, so that the carried-on clock is behind rather than ahead.
        let read_at = Instant::now();
        let webhook = match Webhook::from_row(&row) {
            Ok(webhook) => webhook,
            Err(SettingsError::Database(error)) => return Err(error),
            Err(error @ SettingsError::Url(_)) => {
                return Ok(Err(format!("Webhook {}: {error}.", self.target)));
            }
        };
        if !webhook.enabled {
            return Ok(Err(disabled(&self.target)));
        }
        let clock = DatabaseClock {
            seconds: row.try_get("now_seconds")?,
            read_at,
        };
        let current = Arc::new(Current { webhook, clock });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(current);
        Ok(Ok(()))
    }

    fn current(&self) -> Option<Arc<Current>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    fn message(&self, event: &Event, timestamp: String) -> Message {
        Message {
            id: Message::id_of(event.id, &self.name),
            event_id: event.id,
            event_type: event.event_type.clone(),
            timestamp,
            data: event.payload.clone(),
        }
    }
}

#[async_trait]
impl OutsideStage for WebhookStage {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        if let Err(reason) = self.look(tx).await? {
            let pause = Prepared::Settled(Verdict::PauseStage { reason });
            return Ok(vec![pause; events.len()]);
        }
        let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
        let statement = tx
            .prepare_cached(include_str!("../../../sql/queries/webhook/event_times.sql"))
            .await?;
        let mut times = HashMap::new();
        for row in tx.query(&statement, &[&ids]).await? {
            times.insert(row.try_get::<_, i64>("id")?, row.try_get("created_at")?);
        }
        Ok(events
            .iter()
            .map(|event| {
                let timestamp = times.remove(&event.id).unwrap_or_default();
                Prepared::Call(json!(self.message(event, timestamp)))
            })
            .collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let Some(current) = self.current() else {
            return unprepared();
        };
        match serde_json::from_value::<Message>(input.clone()) {
            Ok(message) => {
                let now = || current.clock.now();
                self.deliverer
                    .deliver(&current.webhook, &message, now)
                    .await
            }
            Err(_) => unprepared(),
        }
    }

    async fn record(&self, _: &Transaction<'_>, _: &[Ended]) -> Result<(), DbError> {
        // The ledger says what became of the event; nothing more is kept.
        Ok(())
    }

    fn appetite(&self) -> Appetite {
        // Before the first look at the row the destination is not known.
        let outlook = self
            .current()
            .map(|current| self.deliverer.outlook(&current.webhook));
        match outlook {
            None | Some(Outlook::Calls) => Appetite::Full,
            Some(Outlook::Probe) => Appetite::One,
            Some(Outlook::Wait(wait)) => Appetite::Nothing(wait),
        }
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

/// Why the stages of a webhook that is not enabled are paused; `pipeline.follow_webhook` says the
/// same and resumes those that are paused for it.
fn disabled(webhook: &str) -> String {
    format!("Webhook {webhook} is not enabled; set enabled in pipeline.webhooks.")
}

/// A call is always prepared by the same stage; whatever this is, it may be tried again.
fn unprepared() -> Answer<Value> {
    Answer::Transient {
        reason: "The call was not prepared by this stage.".to_owned(),
    }
}
