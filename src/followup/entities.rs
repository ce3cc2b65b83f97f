//! Names and companies of notes by a model: the stage `followup.keep_names`, in the database.
//!
//! Takes `text_named` events: whoever asked a chat model about a text has written down which names
//! and companies stand in it (`inbound_messages.found_names`). Its note, as rules have organised it
//! ([`super::notes`]), is organised anew with them; one that a person has touched since is not.

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_postgres::Row;

use super::note;
use crate::addresses::DEFAULT_REGION;
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome};

/// Organises notes anew with the names that a chat model has found.
pub struct EntityNaming;

#[async_trait]
impl InDatabaseStage for EntityNaming {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let text_id = |event: &Event| event.integer("record_id");
        let texts: Vec<i64> = events.iter().filter_map(text_id).collect();
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/followup/notes_to_name.sql"))
            .await?;
        let mut notes = Vec::new();
        for row in tx.query(&statement, &[&texts]).await? {
            notes.extend(organised_anew(&row)?);
        }
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/followup/keep_entities.sql"))
            .await?;
        tx.execute(&statement, &[&Value::Array(notes)]).await?;
        // A text that is no note yet, or whose note was touched, needs nothing.
        Ok(Vec::new())
    }
}

/// The names and the companies that were found in a text; None: nobody has looked.
pub(super) fn found(found: Option<Value>) -> Option<(Vec<String>, Vec<String>)> {
    let found = found?;
    let list = |name: &str| serde_json::from_value(found[name].clone()).unwrap_or_default();
    Some((list("names"), list("companies")))
}

/// A note with the names that were found, unless it is not as rules have left it.
fn organised_anew(row: &Row) -> Result<Option<Value>, DbError> {
    let text: String = row.try_get("note_text")?;
    let note_type: String = row.try_get("note_type")?;
    let entities: Value = row.try_get("entities")?;
    let by_rules = note::read(&text, DEFAULT_REGION);
    let untouched =
        by_rules.note_type.as_str() == note_type && json!(by_rules.entities) == entities;
    let Some((names, companies)) = found(row.try_get("found_names")?).filter(|_| untouched) else {
        return Ok(None);
    };
    let note = note::read_naming(&text, DEFAULT_REGION, names, companies);
    Ok(Some(json!({
        "note_id": row.try_get::<_, i64>("note_id")?,
        "note_type": note.note_type.as_str(),
        "entities": note.entities,
        "tags": note.tags,
        "priority": note.priority,
        "requires_followup": note.requires_followup,
    })))
}
