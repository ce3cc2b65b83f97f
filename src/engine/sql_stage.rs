//! A SQL function as a stage.
//!
//! The function has the form `fn(event_ids bigint[]) returns table (event_id bigint, error text)`.
//! It works over the whole batch in the claiming transaction and returns a row for each event that
//! must be tried again. It may settle an event itself by updating its row in the ledger.

use std::collections::HashMap;

use async_trait::async_trait;
use tokio_postgres::Row;

use super::event::Event;
use super::stage::{Bounds, InDatabaseStage, Outcome};
use super::stages::SqlFunction;
use super::verdict::try_again;
use crate::db::{DbError, Transaction};

/// What the function's name takes the place of in its statements: their comments, which a name with
/// a line break would end, have no parenthesis after the word.
const PLACE: &str = "stage_function(";
const CALL_FUNCTION: &str = include_str!("../../sql/queries/engine/call_function.sql");
const RUN_SQL_BATCH: &str = include_str!("../../sql/queries/engine/run_sql_batch.sql");

/// A stage whose code is a function in the database.
pub struct SqlStage {
    /// The statement that calls it for events that are claimed.
    call: String,
    /// The statement that claims as well.
    at_one_go: Option<String>,
    /// How often its failures are repeated.
    bounds: Bounds,
}

impl SqlStage {
    /// The stage of a function.
    pub fn new(function: &SqlFunction, bounds: Bounds) -> Self {
        let name = format!("{}(", function.name);
        Self {
            call: CALL_FUNCTION.replace(PLACE, &name),
            // Any other reads by the snapshot of the statement that calls it: none from before the
            // claim will do.
            at_one_go: function
                .is_volatile
                .then(|| RUN_SQL_BATCH.replace(PLACE, &name)),
            bounds,
        }
    }
}

#[async_trait]
impl InDatabaseStage for SqlStage {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
        let statement = tx.prepare_cached(&self.call).await?;
        let rows = tx.query(&statement, &[&ids]).await?;
        let mut returned = Vec::with_capacity(rows.len());
        for row in &rows {
            returned.push((row.try_get("event_id")?, row.try_get("error")?));
        }
        let attempts = events.iter().map(|event| (event.id, event.attempt));
        Ok(failures(returned, attempts.collect(), &self.bounds))
    }

    fn is_sql_function(&self) -> bool {
        true
    }

    fn at_one_go(&self) -> Option<&str> {
        self.at_one_go.as_deref()
    }
}

/// What becomes of the events that the function returned when it was called at one go.
///
/// # Errors
/// A column is not what it should be.
pub(super) fn failures_of(row: &Row, bounds: &Bounds) -> Result<Vec<Outcome>, DbError> {
    let Some(failed_ids) = row.try_get::<_, Option<Vec<i64>>>("failed_ids")? else {
        return Ok(Vec::new());
    };
    let errors: Vec<&str> = row.try_get("errors")?;
    let event_ids: Vec<i64> = row.try_get("event_ids")?;
    let attempts: Vec<i16> = row.try_get("attempts")?;
    Ok(failures(
        failed_ids.into_iter().zip(errors),
        event_ids.into_iter().zip(attempts).collect(),
        bounds,
    ))
}

/// Of an event that was returned twice the first word counts; one that is not of this batch is not
/// this stage's to judge.
fn failures<'r>(
    returned: impl IntoIterator<Item = (i64, &'r str)>,
    mut attempts: HashMap<i64, i16>,
    bounds: &Bounds,
) -> Vec<Outcome> {
    let judged = returned.into_iter().filter_map(|(event_id, reason)| {
        let attempt = attempts.remove(&event_id)?;
        let verdict = try_again(reason, attempt, bounds);
        Some(Outcome { event_id, verdict })
    });
    judged.collect()
}
