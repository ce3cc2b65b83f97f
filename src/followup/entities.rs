//! Names and companies of notes by a model: the stage `followup.name_entities`, outside.
//!
//! Takes `note_taken` events. Rules have organised the note already ([`super::notes`]); a model
//! that is absent, slow or wrong changes nothing. It is told the words without phone numbers and
//! e-mail addresses, and of what it finds only that is believed which stands in the note. What it
//! cost is in `chat_requests`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::notes::DEFAULT_REGION;
use super::{asking, note};
use crate::answer::Answer;
use crate::chat::{self, ChatModel, ChatRequest};
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Event, OnUnknown, OutsideStage, Prepared, Verdict};

const PURPOSE: &str = "note";
/// All tries of one note take no longer.
const DEADLINE: Duration = Duration::from_secs(15);
/// Enough for two lists.
const TOKENS_MAX: u32 = 600;
/// Characters of a note that are told.
const CHARS_MAX: usize = 4000;
/// At most so many names, and so many companies, are kept.
const FOUND_MAX: usize = 20;
/// A longer name is none.
const NAME_CHARS_MAX: usize = 80;

/// Has a chat model find names and companies.
pub struct EntityNaming {
    /// The model; a sandbox is not asked.
    pub chat: Arc<dyn ChatModel>,
}

#[async_trait]
impl OutsideStage for EntityNaming {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        if !chat::is_real(self.chat.as_ref()) {
            let settled = |_: &Event| Prepared::Settled(Verdict::Processed);
            return Ok(events.iter().map(settled).collect());
        }
        let ids: Vec<i64> = events.iter().map(asking::record_id).collect();
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/followup/notes_to_name.sql"))
            .await?;
        let mut inputs: HashMap<i64, Value> = HashMap::new();
        for row in tx.query(&statement, &[&ids]).await? {
            let note_text: String = row.try_get("note_text")?;
            let fingerprint: String = row.try_get("fingerprint")?;
            let prompt: String = row.try_get("prompt")?;
            let input = json!({
                "prompt": prompt, "note_text": note_text, "fingerprint": fingerprint,
            });
            inputs.insert(row.try_get("note_id")?, input);
        }
        let asked: Vec<i64> = inputs.keys().copied().collect();
        asking::begin(tx, PURPOSE, &asked, self.chat.name()).await?;
        let prepared = ids.iter().map(|id| match inputs.get(id) {
            Some(input) => Prepared::Call(input.clone()),
            // Gone, or organised by a person.
            None => Prepared::Settled(Verdict::Processed),
        });
        Ok(prepared.collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let text = input["note_text"].as_str().unwrap_or_default();
        let prose = note::prose(text, DEFAULT_REGION);
        let reply = self.chat.complete(&request(input, &prose)).await;
        match reply.answer {
            Answer::Delivered(said) => {
                let companies = there(&said["companies"], &prose, true);
                let mut names = there(&said["names"], &prose, false);
                names.retain(|name| !companies.contains(name));
                let count = |list: &Value| list.as_array().map_or(0, Vec::len);
                let left = count(&said["names"]) + count(&said["companies"]);
                let left = left.saturating_sub(names.len() + companies.len());
                let reason = format!("{left} of its findings were left out: not in the note.");
                let reason = (left > 0).then_some(reason.as_str());
                let mut result = reply.usage.noted("used", reason);
                result["names"] = json!(names);
                result["companies"] = json!(companies);
                Answer::Delivered(result)
            }
            Answer::Rejected { reason } => {
                Answer::Delivered(reply.usage.noted("failed", Some(&reason)))
            }
            other => other.map(|_| Value::Null),
        }
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let results: Vec<Value> = ended.iter().map(asking::result_of).collect();
        let notes = ended
            .iter()
            .zip(&results)
            .filter(|(_, result)| result["outcome"] == "used")
            .map(|(ended, result)| named(ended, result));
        let notes = Value::Array(notes.collect());
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/followup/keep_entities.sql"))
            .await?;
        let mut kept: Vec<i64> = Vec::new();
        for row in tx.query(&statement, &[&notes]).await? {
            kept.push(row.try_get("note_id")?);
        }
        asking::end(tx, PURPOSE, results, &kept).await
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

fn request(input: &Value, prose: &str) -> ChatRequest {
    let told: String = prose.chars().take(CHARS_MAX).collect();
    let list = json!({"type": "array", "items": {"type": "string"}});
    ChatRequest {
        name: "entities",
        messages: chat::prompt(
            input["prompt"].as_str().unwrap_or_default(),
            &json!({ "note": told }),
        ),
        schema: json!({
            "type": "object",
            "properties": {"names": list, "companies": list},
            "required": ["names", "companies"],
            "additionalProperties": false,
        }),
        output_tokens_max: TOKENS_MAX,
        deadline: DEADLINE,
    }
}

/// A note as it is organised with what the model has found.
fn named(ended: &Ended, result: &Value) -> Value {
    let list = |name: &str| serde_json::from_value(result[name].clone()).unwrap_or_default();
    let text = ended.input["note_text"].as_str().unwrap_or_default();
    let note = note::read_naming(text, DEFAULT_REGION, list("names"), list("companies"));
    json!({
        "note_id": asking::record_id(&ended.event),
        "fingerprint": ended.input["fingerprint"],
        "note_type": note.note_type.as_str(),
        "entities": note.entities,
        "tags": note.tags,
        "priority": note.priority,
        "requires_followup": note.requires_followup,
    })
}

/// What of a list stands in the note as whole words, each once; people have no digits.
fn there(found: &Value, prose: &str, digits: bool) -> Vec<String> {
    let said = format!(" {} ", plain(prose));
    let mut names: Vec<String> = Vec::new();
    let found = found.as_array().into_iter().flatten();
    for name in found.filter_map(Value::as_str).map(str::trim) {
        let words = plain(name);
        let is_name = name.chars().any(char::is_alphabetic)
            && name.chars().count() <= NAME_CHARS_MAX
            && !name.chars().any(char::is_control)
            && (digits || !name.chars().any(char::is_numeric))
            && said.contains(&format!(" {words} "));
        if is_name && !names.iter().any(|known| plain(known) == words) {
            names.push(name.to_owned());
        }
    }
    names.truncate(FOUND_MAX);
    names
}

/// Words with one space between them, in lower case.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_in_the_note_is_believed() {
        let note = "talked to maria lopez (O'Neil & Sons), she knows 3M";
        let names = json!([
            "Maria Lopez",
            "maria lopez",
            "John Invented",
            "mar",
            "",
            "3M",
            "a\u{0}"
        ]);
        assert_eq!(there(&names, note, false), ["Maria Lopez"]);
        let companies = json!(["O'Neil & Sons", "3M", "Acme Corp", 7]);
        assert_eq!(there(&companies, note, true), ["O'Neil & Sons", "3M"]);
    }
}
