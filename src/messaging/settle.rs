//! The stage that settles uncertain texts: `messaging.settle_text`, outside.
//!
//! A text is uncertain when its call was begun and nobody knows what came of it. Here the provider
//! is asked for evidence, which sends nothing. Sent: the text is. Certainly not sent: it is
//! scheduled again. Where the provider cannot say, the event fails, which lists the text among the
//! open errors, and a person settles it: `pgcascade messages resolve`, or
//! `SELECT resolve_message(…)`.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio_postgres::Row;

use super::gateways::SmsGateways;
use super::sms_gateway::{Evidence, UncertainAttempt};
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};
use crate::mask::Phone;

/// Settles texts whose outcome is unknown.
pub struct Settlement {
    /// Who is asked.
    pub gateways: SmsGateways,
}

#[async_trait]
impl OutsideStage for Settlement {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let ids: Vec<i64> = events.iter().filter_map(attempt_id).collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/messaging/open_attempts.sql"
            ))
            .await?;
        let mut open = HashMap::new();
        for row in tx.query(&statement, &[&ids]).await? {
            open.insert(row.try_get::<_, i64>("attempt_id")?, question(&row)?);
        }
        let prepared =
            events.iter().map(
                |event| match attempt_id(event).and_then(|id| open.get(&id)) {
                    Some(question) => Prepared::Call(question.clone()),
                    None => Prepared::Settled(Verdict::Cancelled {
                        reason: "The text was settled by other means.".to_owned(),
                    }),
                },
            );
        Ok(prepared.collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let provider = input["provider"].as_str().unwrap_or_default();
        let Some(gateway) = self.gateways.get(provider) else {
            return Answer::Rejected {
                reason: by_hand(input, "this daemon has no gateway for its account"),
            };
        };
        match gateway.evidence(&attempt(input)).await {
            Answer::Delivered(Evidence::Sent(sent)) => {
                Answer::Delivered(json!({ "outcome": "sent", "message_id": sent.message_id }))
            }
            Answer::Delivered(Evidence::NotSent) => {
                Answer::Delivered(json!({ "outcome": "not_sent" }))
            }
            Answer::Delivered(Evidence::TooEarly(after)) => Answer::Throttled {
                after,
                reason: "It is too early to tell whether the text was sent.".to_owned(),
            },
            Answer::Delivered(Evidence::CannotSay { reason }) | Answer::Rejected { reason } => {
                Answer::Rejected {
                    reason: by_hand(input, &reason),
                }
            }
            other => other.map(|_| Value::Null),
        }
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let mut ids = Vec::new();
        let mut outcomes = Vec::new();
        let mut messages = Vec::new();
        for end in ended {
            let (Some(id), Ending::Delivered(value)) =
                (end.input["message_id"].as_i64(), &end.ending)
            else {
                continue;
            };
            ids.push(id);
            outcomes.push(value["outcome"].as_str().unwrap_or_default().to_owned());
            messages.push(value["message_id"].as_str().map(str::to_owned));
        }
        if ids.is_empty() {
            return Ok(());
        }
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/messaging/settle_texts.sql"))
            .await?;
        tx.query(&statement, &[&ids, &outcomes, &messages]).await?;
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

fn attempt_id(event: &Event) -> Option<i64> {
    event.integer("attempt_id")
}

/// What an operator reads where nobody but him can settle it.
fn by_hand(input: &Value, reason: &str) -> String {
    let id = input["message_id"].as_i64().unwrap_or_default();
    let reason = reason.trim_end_matches('.');
    format!(
        "Nobody knows whether text {id} was sent: {reason}. Find out from the recipient or at the \
         provider, then: pgcascade messages resolve {id} sent (or not-sent, which sends it)."
    )
}

fn question(row: &Row) -> Result<Value, DbError> {
    Ok(json!({
        "message_id": row.try_get::<_, i64>("message_id")?,
        "provider": row.try_get::<_, &str>("provider")?,
        "phone": row.try_get::<_, &str>("phone_number")?,
        "contact_id": row.try_get::<_, Option<&str>>("contact_id")?,
        "body": row.try_get::<_, &str>("body")?,
        "reference": row.try_get::<_, &str>("reference")?,
        "began_at": row.try_get::<_, DateTime<Utc>>("called_at")?,
        "asked_at": row.try_get::<_, DateTime<Utc>>("now")?,
        "others": row.try_get::<_, Vec<String>>("others")?,
    }))
}

fn attempt(input: &Value) -> UncertainAttempt {
    let text = |key: &str| input[key].as_str().map(str::to_owned);
    let time = |key: &str| serde_json::from_value(input[key].clone()).unwrap_or_default();
    UncertainAttempt {
        phone: Phone::new(text("phone").unwrap_or_default()),
        contact_id: text("contact_id"),
        body: text("body").unwrap_or_default(),
        attempt: text("reference").unwrap_or_default(),
        began_at: time("began_at"),
        asked_at: time("asked_at"),
        others: serde_json::from_value(input["others"].clone()).unwrap_or_default(),
    }
}
