//! A SQL function as a stage.
//!
//! The function has the form `fn(event_ids bigint[]) returns table (event_id bigint, error text)`.
//! It works over the whole batch in the claiming transaction and returns a row for each event that
//! must be tried again. It may settle an event itself by updating its row in the ledger.

use async_trait::async_trait;

use super::event::Event;
use super::stage::{Bounds, InDatabaseStage, Outcome};
use super::verdict::try_again;
use crate::db::{DbError, Transaction};

/// A stage whose code is a function in the database.
pub struct SqlStage {
    /// The statement that calls it, with the name resolved and quoted by the database.
    pub call: String,
    /// How often its failures are repeated.
    pub bounds: Bounds,
}

#[async_trait]
impl InDatabaseStage for SqlStage {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
        let statement = tx.prepare_cached(&self.call).await?;
        let mut outcomes: Vec<Outcome> = Vec::new();
        for row in tx.query(&statement, &[&ids]).await? {
            let event_id: i64 = row.try_get("event_id")?;
            let error: Option<String> = row.try_get("error")?;
            // Of an event that was returned twice the first word counts.
            if outcomes.iter().any(|outcome| outcome.event_id == event_id) {
                continue;
            }
            // An event that is not of this batch is not this stage's to judge.
            let Some(event) = events.iter().find(|event| event.id == event_id) else {
                continue;
            };
            if let Some(reason) = error {
                let verdict = try_again(&reason, event.attempt, &self.bounds);
                outcomes.push(Outcome { event_id, verdict });
            }
        }
        Ok(outcomes)
    }

    fn is_sql_function(&self) -> bool {
        true
    }
}
