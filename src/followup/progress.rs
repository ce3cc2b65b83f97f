//! The stage that keeps what people say about their action items: `followup.take_progress`.
//!
//! In the database. Takes `reply_action_item` events: done, not yet, begun, another day, drop it,
//! of the item that was asked about or of those whose numbers are given. The day is read by rules
//! ([`super::when`]), on the person's own calendar.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{DateTime, Days, Utc};

use super::answer::{self, Answer};
use super::notes::gone;
use super::when;
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome};

/// "Later", without a day.
const LATER_DAYS: u64 = 7;

/// Keeps what people say about their action items.
pub struct ProgressTaking;

#[async_trait]
impl InDatabaseStage for ProgressTaking {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let answers = answer::of(tx, events).await?;
        let found: HashSet<i64> = answers.iter().map(|answer| answer.event_id).collect();
        for answer in &answers {
            answer::say_who(tx, Some("contractor"), Some(answer.inbound_id)).await?;
            let items = take(tx, answer).await?;
            let unclear = "It speaks of no action item that is there: settle it by hand.";
            let (action, error) = match items {
                0 => (None, Some(unclear)),
                _ => (Some(answer.intent.as_str()), None),
            };
            answer::finish(tx, answer.decision_id, action, error).await?;
        }
        answer::say_who(tx, None, None).await?;
        Ok(gone(events, &found))
    }
}

/// Does what an answer says; returns of how many items.
async fn take(tx: &Transaction<'_>, answer: &Answer) -> Result<i64, DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/followup/apply_progress.sql"
        ))
        .await?;
    let mut items = 0;
    for (verb, numbers) in said(answer) {
        let until = (verb == "defer").then(|| deferred_to(answer)).flatten();
        let row = tx
            .query_one(&statement, &[&answer.decision_id, &verb, &numbers, &until])
            .await?;
        items += row.try_get::<_, i64>("items")?;
    }
    Ok(items)
}

/// What is said: with numbers all of it, each of its items; without, the most important only, for
/// it is all about one item.
fn said(answer: &Answer) -> Vec<(String, Vec<i32>)> {
    let intents = answer.intents.as_array().map(Vec::as_slice);
    let mut said: Vec<(String, Vec<i32>)> = intents
        .unwrap_or_default()
        .iter()
        .filter_map(|said| {
            let verb = said["intent"].as_str()?;
            let numbers = serde_json::from_value(said["numbers"].clone()).unwrap_or_default();
            matches!(verb, "done" | "not_yet" | "started" | "defer" | "drop")
                .then(|| (verb.to_owned(), numbers))
        })
        .collect();
    if said.iter().all(|(_, numbers)| numbers.is_empty()) {
        said.truncate(1);
    }
    said
}

/// When somebody wants to be asked again.
fn deferred_to(answer: &Answer) -> Option<DateTime<Utc>> {
    let named = when::read(&answer.body, answer.today);
    let date = match named {
        Some(named) => named.date,
        None => answer.today.checked_add_days(Days::new(LATER_DAYS))?,
    };
    let time = named
        .and_then(|named| named.time)
        .unwrap_or(answer.local_hour);
    when::instant(date, time, answer.zone)
}
