//! Follow-ups in a model's words: the stage `followup.word`, outside.
//!
//! Takes `followup_upcoming` events, some minutes before the time. Words that pass the checks
//! (`wording`) stand ready in `ai_message` when the time comes; where there are none by
//! then, the template goes out with its hints. No follow-up waits for a model. What it cost is in
//! `chat_requests`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::wording;
use crate::answer::Answer;
use crate::chat::{self, ChatModel, ChatRequest, Usage};
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};

/// All tries of one follow-up take no longer.
const DEADLINE: Duration = Duration::from_secs(15);
/// Enough for one text.
const TOKENS_MAX: u32 = 400;

/// Has a chat model word follow-ups.
pub struct FollowUpWording {
    /// The model; a sandbox is not asked.
    pub chat: Arc<dyn ChatModel>,
}

#[async_trait]
impl OutsideStage for FollowUpWording {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        if !chat::is_real(self.chat.as_ref()) {
            let settled = |_: &Event| Prepared::Settled(Verdict::Processed);
            return Ok(events.iter().map(settled).collect());
        }
        let ids: Vec<i64> = events.iter().map(followup_id).collect();
        let due = |event: &Event| event.integer("due_event_id").unwrap_or_default();
        let due: Vec<i64> = events.iter().map(due).collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/followup/followups_to_word.sql"
            ))
            .await?;
        let mut inputs: HashMap<i64, Value> = HashMap::new();
        for row in tx.query(&statement, &[&ids, &due]).await? {
            inputs.insert(row.try_get("followup_id")?, row.try_get("input")?);
        }
        let asked: Vec<i64> = inputs.keys().copied().collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/followup/begin_chat_requests.sql"
            ))
            .await?;
        tx.query(&statement, &[&asked, &self.chat.name()]).await?;
        let prepared = events.iter().zip(&due).map(|(event, due)| {
            let input = inputs.get(&followup_id(event));
            match input.filter(|input| input["due_event_id"].as_i64() == Some(*due)) {
                Some(input) => Prepared::Call(input.clone()),
                // Moved, cancelled, or worded already.
                None => Prepared::Settled(Verdict::Processed),
            }
        });
        Ok(prepared.collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let reply = self.chat.complete(&request(input)).await;
        let noted = |outcome: &str, reason: Option<&str>| reply.usage.noted(outcome, reason);
        match reply.answer {
            Answer::Delivered(said) => {
                let message = said["message"].as_str().unwrap_or_default().trim();
                Answer::Delivered(match wording::objection(message, &input["known"]) {
                    None => {
                        let mut result = noted("used", None);
                        result["message"] = json!(message);
                        result
                    }
                    Some(reason) => noted("refused", Some(&reason)),
                })
            }
            Answer::Rejected { reason } => Answer::Delivered(noted("failed", Some(&reason))),
            other => other.map(|_| Value::Null),
        }
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let mut results: Vec<Value> = ended.iter().map(result_of).collect();
        let words = ended.iter().zip(&results).filter_map(|(ended, result)| {
            Some(json!({
                "followup_id": followup_id(&ended.event),
                "due_event_id": ended.input["due_event_id"],
                "fingerprint": ended.input["fingerprint"],
                "message": result["message"].as_str()?,
            }))
        });
        let words = Value::Array(words.collect());
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/followup/keep_words.sql"))
            .await?;
        let mut kept: Vec<i64> = Vec::new();
        for row in tx.query(&statement, &[&words]).await? {
            kept.push(row.try_get("followup_id")?);
        }
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
        tx.query(&statement, &[&Value::Array(results)]).await?;
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

fn followup_id(event: &Event) -> i64 {
    event.integer("record_id").unwrap_or_default()
}

/// What is noted of a call that ended, with the number of its follow-up.
fn result_of(ended: &Ended) -> Value {
    let mut result = match &ended.ending {
        Ending::Delivered(result) => result.clone(),
        Ending::Failed { reason } => Usage::default().noted("failed", Some(reason)),
    };
    result["record_id"] = json!(followup_id(&ended.event));
    result
}

fn request(input: &Value) -> ChatRequest {
    ChatRequest {
        name: "followup",
        messages: chat::prompt(
            input["prompt"].as_str().unwrap_or_default(),
            &input["known"],
        ),
        schema: json!({
            "type": "object",
            "properties": {"message": {"type": "string"}},
            "required": ["message"],
            "additionalProperties": false,
        }),
        output_tokens_max: TOKENS_MAX,
        deadline: DEADLINE,
    }
}
