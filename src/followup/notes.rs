//! The stage that organises notes: `followup.take_notes`, in the database.
//!
//! Takes `reply_note` events. Reads the decision, the received text and what was going on; writes
//! `event_notes`. What a note says is found by rules ([`super::note`]); where nothing or several
//! things were going on the context stays empty, never invented; `ask_which_session` may ask.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Value, json};
use tokio_postgres::Row;

use super::action::{self, Candidate};
use super::{entities, note};
use crate::addresses::DEFAULT_REGION;
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome, Verdict};

/// Organises notes.
pub struct NoteTaking;

#[async_trait]
impl InDatabaseStage for NoteTaking {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/followup/notes_to_take.sql"))
            .await?;
        let rows = tx.query(&statement, &[&ids]).await?;
        let mut found = HashSet::new();
        let mut notes = Vec::new();
        for row in &rows {
            found.insert(row.try_get::<_, i64>("event_id")?);
            notes.push(organised(row)?);
        }
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/followup/write_notes.sql"))
            .await?;
        tx.execute(&statement, &[&Value::Array(notes)]).await?;
        Ok(gone(events, &found))
    }
}

/// Events whose text is no longer there.
pub(super) fn gone(events: &[Event], found: &HashSet<i64>) -> Vec<Outcome> {
    events
        .iter()
        .filter(|event| !found.contains(&event.id))
        .map(|event| Outcome {
            event_id: event.id,
            verdict: Verdict::Cancelled {
                reason: "The received text was deleted.".to_owned(),
            },
        })
        .collect()
}

fn organised(row: &Row) -> Result<Value, DbError> {
    let body: String = row.try_get("body")?;
    // A model that was quick has found its names already.
    let found = entities::found(row.try_get("found_names")?);
    let read_by = if found.is_some() { "model" } else { "rules" };
    let note = match found {
        Some((names, companies)) => note::read_naming(&body, DEFAULT_REGION, names, companies),
        None => note::read(&body, DEFAULT_REGION),
    };
    let session_time: Option<NaiveTime> = row.try_get("session_time")?;
    let at: DateTime<Utc> = row.try_get("at")?;
    let running: Option<i64> = row.try_get("sponsor_id")?;
    let sponsors: Value = row.try_get("sponsors")?;
    Ok(json!({
        "decision_id": row.try_get::<_, i64>("decision_id")?,
        "inbound_id": row.try_get::<_, i64>("inbound_id")?,
        "event_id": row.try_get::<_, Option<i64>>("public_event_id")?,
        "contractor_id": row.try_get::<_, Option<i64>>("contractor_id")?,
        "note_text": body,
        "note_type": note.note_type.as_str(),
        "read_by": read_by,
        "entities": note.entities,
        "session_context": row.try_get::<_, Option<String>>("context")?,
        "session_time": session_time,
        "speaker_id": row.try_get::<_, Option<i64>>("speaker_id")?,
        "sponsor_id": named(&body, &sponsors).or(running),
        "agenda_item_id": row.try_get::<_, Option<i64>>("agenda_item_id")?,
        "priority": note.priority,
        "tags": note.tags,
        "captured_at": at,
        "requires_followup": note.requires_followup,
        "conversation": row.try_get::<_, Value>("conversation")?,
    }))
}

/// The sponsor that a note names.
fn named(body: &str, sponsors: &Value) -> Option<i64> {
    let sponsors = sponsors.as_array()?;
    let candidates: Vec<Candidate> = sponsors
        .iter()
        .map(|sponsor| Candidate {
            names: sponsor["name"]
                .as_str()
                .map(str::to_owned)
                .into_iter()
                .collect(),
        })
        .collect();
    let link = action::links(body, &candidates).into_iter().next()?;
    sponsors.get(link.place)?["id"].as_i64()
}
