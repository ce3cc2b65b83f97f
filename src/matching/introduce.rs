//! Introductions in a model's words: the stage `matching.word_introduction`, outside.
//!
//! The two texts of a match are planned with the run and say what their template says. Where a
//! chat model is set up it is asked for better words meanwhile; if they pass the checks and the
//! texts are still unsent, they are taken. A model that is absent, slow or wrong changes nothing:
//! no introduction waits for it. What it cost is in `introduction_wordings`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::wording::{self, Facts};
use crate::answer::Answer;
use crate::chat::{ChatMessage, ChatModel, ChatRequest, Role, Usage};
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};

/// All tries of one match take no longer.
const DEADLINE: Duration = Duration::from_secs(15);
/// Enough for two texts.
const TOKENS_MAX: u32 = 600;

/// Has a chat model word introductions.
pub struct Introductions {
    /// The model; a sandbox is not asked.
    pub chat: Arc<dyn ChatModel>,
}

#[async_trait]
impl OutsideStage for Introductions {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        if self.chat.name().ends_with("-sandbox") {
            let settled = |_: &Event| Prepared::Settled(Verdict::Processed);
            return Ok(events.iter().map(settled).collect());
        }
        let ids: Vec<i64> = events.iter().map(match_id).collect();
        let statement = include_str!("../../sql/queries/matching/introductions_to_word.sql");
        let statement = tx.prepare_cached(statement).await?;
        let mut inputs = Vec::with_capacity(ids.len());
        for row in tx.query(&statement, &[&ids, &self.chat.name()]).await? {
            let id: i64 = row.try_get("match_id")?;
            let input: Value = row.try_get("input")?;
            inputs.push((id, input));
        }
        let prepared = ids.iter().map(|id| {
            match inputs.iter().find(|(known, _)| known == id) {
                Some((_, input)) => Prepared::Call(input.clone()),
                // Sent, cancelled, or worded by a person: nothing is left to do.
                None => Prepared::Settled(Verdict::Processed),
            }
        });
        Ok(prepared.collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let reply = self.chat.complete(&request(input)).await;
        let usage = reply.usage;
        let result = |outcome: &str, reason: Option<String>, texts: Option<&Value>| {
            Answer::Delivered(worded(outcome, reason, texts, &usage))
        };
        match reply.answer {
            Answer::Delivered(texts) => match objection(input, &texts) {
                None => result("used", None, Some(&texts)),
                Some(reason) => result("refused", Some(reason), None),
            },
            Answer::Rejected { reason } => result("failed", Some(reason), None),
            other => other.map(|_| Value::Null),
        }
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let results: Vec<Value> = ended.iter().map(written).collect();
        let statement = include_str!("../../sql/queries/matching/record_wordings.sql");
        let statement = tx.prepare_cached(statement).await?;
        tx.execute(&statement, &[&Value::Array(results)]).await?;
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

fn match_id(event: &Event) -> i64 {
    event.integer("match_id").unwrap_or_default()
}

/// The prompt: we instruct, and what is known of the two is data.
fn request(input: &Value) -> ChatRequest {
    let message = |role, content: String| ChatMessage { role, content };
    ChatRequest {
        name: "introduction",
        messages: vec![
            message(
                Role::System,
                input["prompt"].as_str().unwrap_or_default().to_owned(),
            ),
            message(Role::User, input["known"].to_string()),
        ],
        schema: json!({
            "type": "object",
            "properties": {
                "message_to_contractor1": {"type": "string"},
                "message_to_contractor2": {"type": "string"},
            },
            "required": ["message_to_contractor1", "message_to_contractor2"],
            "additionalProperties": false,
        }),
        output_tokens_max: TOKENS_MAX,
        deadline: DEADLINE,
    }
}

/// Why the words cannot be used; None if they can.
fn objection(input: &Value, texts: &Value) -> Option<String> {
    let known = &input["known"];
    [("1", "person1", "person2"), ("2", "person2", "person1")]
        .into_iter()
        .find_map(|(number, to, about)| {
            let facts = Facts {
                first_name: known[to]["first_name"].as_str(),
                peer_name: known[about]["name"].as_str(),
                peer_company: known[about]["company"].as_str(),
                peer_place: known[about]["place"].as_str(),
                is_non_competing: known["is_non_competing"] == true,
                all: values(known).join("\n"),
                hidden: hidden(input, about),
            };
            let text = texts[format!("message_to_contractor{number}")].as_str();
            let why = wording::objection(text.unwrap_or_default(), &facts)?;
            Some(format!("message_to_contractor{number}: {why}"))
        })
}

/// What may not be said of a person yet, but for what is shown in other words: a company that bears
/// the owner's name, an event that is called after the town.
fn hidden<'a>(input: &'a Value, about: &str) -> Vec<&'a str> {
    let known = &input["known"];
    let person = &known[about];
    let shown = json!([
        person["name"],
        person["company"],
        person["place"],
        known["event"],
        known["shared"]
    ]);
    let shown = values(&shown).join("\n").to_lowercase();
    let words = input["hidden"][about].as_array().into_iter().flatten();
    words
        .filter_map(Value::as_str)
        .filter(|word| !wording::holds_word(&shown, &word.to_lowercase()))
        .collect()
}

/// Every value that the model was told, without the names that we gave them: `person2` is no reason
/// to say 2.
fn values(known: &Value) -> Vec<String> {
    match known {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(values).collect(),
        Value::Object(fields) => fields.values().flat_map(values).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

fn worded(outcome: &str, reason: Option<String>, texts: Option<&Value>, usage: &Usage) -> Value {
    let text = |number: u8| texts.map(|texts| &texts[format!("message_to_contractor{number}")]);
    json!({
        "outcome": outcome,
        "reason": reason,
        "text1": text(1),
        "text2": text(2),
        "model": usage.model,
        "calls": usage.calls,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_micro_dollars": usage.cost_micro_dollars,
    })
}

/// What is written of a call that ended.
fn written(ended: &Ended) -> Value {
    let mut result = match &ended.ending {
        Ending::Delivered(result) => result.clone(),
        Ending::Failed { reason } => {
            worded("failed", Some(reason.clone()), None, &Usage::default())
        }
    };
    result["match_id"] = json!(match_id(&ended.event));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ours_are_no_facts() {
        let person = |name: &str, place: &str| {
            let company = "Co";
            json!({"first_name": name, "name": name, "company": company, "place": place})
        };
        let input = json!({"known": {
            "event": "Expo 24",
            "person1": person("Ada", "Austin, TX"),
            "person2": person("Zeek", "Houston, TX"),
            "shared": {"focus_areas": ["team_building"]},
            "is_non_competing": true,
        }});
        let texts = |more: &str| {
            let one = "Hi Ada, meet Zeek of Co, Houston, TX.";
            let other = "Hi Zeek, meet Ada of Co, Austin, TX. Reply YES or LATER.";
            json!({
                "message_to_contractor1": format!("{one}{more} Reply YES or LATER."),
                "message_to_contractor2": other,
            })
        };
        assert_eq!(objection(&input, &texts("")), None);
        assert_eq!(objection(&input, &texts(" See you at Expo 24.")), None);
        let said = objection(&input, &texts(" He has 2 crews."));
        assert!(said.is_some_and(|said| said.contains("number")));
    }
}
