//! What the stages that ask a chat model have in common: what is noted of each asking.

use serde_json::{Value, json};

use crate::chat::Usage;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event};

/// The record that an event speaks of.
pub(super) fn record_id(event: &Event) -> i64 {
    event.integer("record_id").unwrap_or_default()
}

/// Writes down that a model is about to be asked.
pub(super) async fn begin(
    tx: &Transaction<'_>,
    purpose: &str,
    ids: &[i64],
    provider: &str,
) -> Result<(), DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/followup/begin_chat_requests.sql"
        ))
        .await?;
    tx.query(&statement, &[&purpose, &ids, &provider]).await?;
    Ok(())
}

/// What is noted of a call that ended, with the number of its record.
pub(super) fn result_of(ended: &Ended) -> Value {
    let mut result = match &ended.ending {
        Ending::Delivered(result) => result.clone(),
        Ending::Failed { reason } => Usage::default().noted("failed", Some(reason)),
    };
    result["record_id"] = json!(record_id(&ended.event));
    result
}

/// Marks as late what was used, unless its record is among the kept, and writes all of it.
pub(super) async fn end(
    tx: &Transaction<'_>,
    purpose: &str,
    mut results: Vec<Value>,
    kept: &[i64],
) -> Result<(), DbError> {
    for result in &mut results {
        let is_kept = result["record_id"]
            .as_i64()
            .is_some_and(|id| kept.contains(&id));
        if result["outcome"] == "used" && !is_kept {
            result["outcome"] = json!("late");
            result["reason"] = json!("It was changed or settled before the answer came.");
        }
    }
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/followup/end_chat_requests.sql"
        ))
        .await?;
    tx.query(&statement, &[&purpose, &Value::Array(results)])
        .await?;
    Ok(())
}
