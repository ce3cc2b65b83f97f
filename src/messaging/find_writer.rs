//! The stage that finds the number of somebody whom only the provider's id names:
//! `messaging.find_writer`, outside.
//!
//! Takes `sms_from_contact`. Asks the provider for the number, which sends nothing, and hands the
//! text on to be read. Also where the number cannot be found: the text is then a person's to read,
//! never lost.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::gateways::SmsGateways;
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};

/// Finds numbers of contacts.
pub struct WriterSearch {
    /// Who is asked.
    pub gateways: SmsGateways,
}

#[async_trait]
impl OutsideStage for WriterSearch {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let ids: Vec<i64> = events.iter().filter_map(text_id).collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/messaging/unknown_writers.sql"
            ))
            .await?;
        let mut unknown = HashMap::new();
        for row in tx.query(&statement, &[&ids]).await? {
            let id: i64 = row.try_get("id")?;
            let input = json!({
                "id": id,
                "provider": row.try_get::<_, &str>("provider")?,
                "contact_id": row.try_get::<_, &str>("contact_id")?,
            });
            unknown.insert(id, input);
        }
        let prepared =
            events.iter().map(
                |event| match text_id(event).and_then(|id| unknown.get(&id)) {
                    Some(input) => Prepared::Call(input.clone()),
                    None => Prepared::Settled(Verdict::Processed),
                },
            );
        Ok(prepared.collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let provider = input["provider"].as_str().unwrap_or_default();
        let contact = input["contact_id"].as_str().unwrap_or_default();
        let Some(gateway) = self.gateways.get(provider) else {
            return Answer::Rejected {
                reason: format!(
                    "This daemon has no gateway called {provider}: give it the keys, or read the \
                     text in vw_unanswered_messages."
                ),
            };
        };
        let found = gateway.phone_of(contact).await;
        found.map(|phone| json!({ "phone": phone.map(|phone| phone.reveal().to_owned()) }))
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let mut ids = Vec::new();
        let mut phones = Vec::new();
        for end in ended {
            let Some(id) = end.input["id"].as_i64() else {
                continue;
            };
            ids.push(id);
            phones.push(match &end.ending {
                Ending::Delivered(found) => found["phone"].as_str().map(str::to_owned),
                Ending::Failed { .. } => None,
            });
        }
        if ids.is_empty() {
            return Ok(());
        }
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/messaging/note_writers.sql"))
            .await?;
        tx.query(&statement, &[&ids, &phones]).await?;
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

fn text_id(event: &Event) -> Option<i64> {
    event.integer("record_id")
}
