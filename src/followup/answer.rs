//! Answers about priorities and action items, as the database tells them.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde_json::Value;
use tokio_postgres::Row;

use super::action::Candidate;
use crate::db::{DbError, Transaction};
use crate::engine::Event;

/// Somebody or something that an item may be about.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its number in the table of its kind.
    pub id: i64,
    /// What it is called.
    pub candidate: Candidate,
    /// Of a note: how much it matters, 0 to 1.
    pub priority: Option<f64>,
}

/// An answer that was routed here.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The claimed event.
    pub event_id: i64,
    /// The decision that brought it here.
    pub decision_id: i64,
    /// The received text.
    pub inbound_id: i64,
    /// What was written.
    pub body: String,
    /// What it says first, in the word of the decision.
    pub intent: String,
    /// All that it says.
    pub intents: Value,
    /// Who wrote it.
    pub contractor_id: Option<i64>,
    /// The event it is about.
    pub public_event_id: Option<i64>,
    /// Whose clock counts.
    pub zone: Tz,
    /// The date there.
    pub today: NaiveDate,
    /// When people are asked.
    pub local_hour: NaiveTime,
    /// The writer's notes of the event.
    pub notes: Vec<Known>,
    /// The event's speakers.
    pub speakers: Vec<Known>,
    /// The event's sponsors.
    pub sponsors: Vec<Known>,
    /// Others who came.
    pub peers: Vec<Known>,
}

/// The answers of claimed events, in the order in which they were decided.
///
/// # Errors
/// Whatever the database says.
pub async fn of(tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Answer>, DbError> {
    let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/followup/answers_to_take.sql"
        ))
        .await?;
    let rows = tx.query(&statement, &[&ids]).await?;
    rows.iter().map(answer).collect()
}

/// Says in the database who changes action items from here on in this transaction.
///
/// # Errors
/// Whatever the database says.
pub async fn say_who(
    tx: &Transaction<'_>,
    who: Option<&str>,
    inbound_id: Option<i64>,
) -> Result<(), DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/followup/say_who_changes.sql"
        ))
        .await?;
    tx.query(&statement, &[&who, &inbound_id]).await?;
    Ok(())
}

/// Writes what became of an answer.
///
/// # Errors
/// Whatever the database says.
pub async fn finish(
    tx: &Transaction<'_>,
    decision_id: i64,
    action: Option<&str>,
    error: Option<&str>,
) -> Result<(), DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/followup/finish_routing.sql"
        ))
        .await?;
    tx.query(&statement, &[&decision_id, &action, &error])
        .await?;
    Ok(())
}

fn answer(row: &Row) -> Result<Answer, DbError> {
    let zone: String = row.try_get("zone")?;
    let list = |name: &str| -> Result<Vec<Known>, DbError> {
        let value: Value = row.try_get(name)?;
        Ok(known(&value))
    };
    Ok(Answer {
        event_id: row.try_get("event_id")?,
        decision_id: row.try_get("decision_id")?,
        inbound_id: row.try_get("inbound_id")?,
        body: row.try_get("body")?,
        intent: row
            .try_get::<_, Option<String>>("intent")?
            .unwrap_or_default(),
        intents: row.try_get("intents")?,
        contractor_id: row.try_get("contractor_id")?,
        public_event_id: row.try_get("public_event_id")?,
        zone: zone.parse().unwrap_or(Tz::UTC),
        today: row.try_get("today")?,
        local_hour: row.try_get("local_hour")?,
        notes: list("notes")?,
        speakers: list("speakers")?,
        sponsors: list("sponsors")?,
        peers: list("peers")?,
    })
}

fn known(list: &Value) -> Vec<Known> {
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| {
            Some(Known {
                id: entry["id"].as_i64()?,
                candidate: Candidate {
                    names: serde_json::from_value(entry["names"].clone()).unwrap_or_default(),
                },
                priority: entry["priority"].as_f64(),
            })
        })
        .collect()
}
