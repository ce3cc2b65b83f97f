//! The stage that finds received texts whose notification was lost: `messaging.catch_up`, outside.
//!
//! Takes `catch_up_<provider>`, which a schedule emits. Reads the provider's own list of what came
//! in since the last reading, sends nothing, and hands it to the database, which knows what the
//! doors stored. A long list is read in parts, each an event. Writes `inbound_messages` and
//! `inbound_readings`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::gateway_event::InboundText;
use super::gateways::SmsGateways;
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};

/// So many pages are read in one call: thousands of texts.
const PAGES_MAX: usize = 10;

/// Reads providers' lists.
pub struct CatchingUp {
    /// Who is asked.
    pub gateways: SmsGateways,
}

/// Where a reading stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reading {
    provider: String,
    /// Texts that came in from then on.
    since: DateTime<Utc>,
    /// When the reading began, by the database's clock.
    began_at: DateTime<Utc>,
    /// Where to go on; None: at the beginning.
    next: Option<String>,
}

#[async_trait]
impl OutsideStage for CatchingUp {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/messaging/reading_of.sql"))
            .await?;
        let mut prepared = Vec::new();
        for event in events {
            let goes_on = serde_json::from_value::<Reading>(event.payload.clone());
            let provider = event.text("provider").unwrap_or_default();
            // Only a real service keeps a list; what a sandbox stands for is not here.
            let is_here = self.gateways.get(provider).is_some() && !self.is_sandbox(provider);
            let reading = match (goes_on, is_here) {
                (_, false) => None,
                (Ok(reading), true) => Some(reading),
                (Err(_), true) => match tx.query_opt(&statement, &[&provider]).await? {
                    Some(row) => Some(Reading {
                        provider: provider.to_owned(),
                        since: row.try_get("since")?,
                        began_at: row.try_get("now")?,
                        next: None,
                    }),
                    None => None,
                },
            };
            prepared.push(match reading {
                Some(reading) => Prepared::Call(json!(reading)),
                None => Prepared::Settled(Verdict::Cancelled {
                    reason: format!(
                        "This daemon has no keys of {provider:?}, or public.inbound_readings has \
                         no row of it: start it with the keys."
                    ),
                }),
            });
        }
        Ok(prepared)
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let Ok(Reading {
            provider,
            since,
            mut next,
            ..
        }) = serde_json::from_value(input.clone())
        else {
            return Answer::Rejected {
                reason: String::from("The event does not say what to read: cancel it."),
            };
        };
        let Some(gateway) = self.gateways.get(&provider) else {
            return Answer::Rejected {
                reason: format!("This daemon has no gateway called {provider}: give it the keys."),
            };
        };
        let mut texts = Vec::new();
        for _ in 0..PAGES_MAX {
            let page = match gateway.inbound_since(since, next.as_deref()).await {
                Answer::Delivered(page) => page,
                // It would be refused every few minutes: the stage waits for a person instead.
                Answer::Rejected { reason } => return Answer::Credential { reason },
                refused => return refused.map(|_| Value::Null),
            };
            texts.extend(page.texts.iter().map(listed));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        Answer::Delivered(json!({ "texts": texts, "next": next }))
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        for end in ended {
            let Ok(reading) = Reading::deserialize(&*end.input) else {
                continue;
            };
            match &end.ending {
                Ending::Delivered(found) => store(tx, reading, found).await?,
                Ending::Failed { reason } => {
                    let statement = tx
                        .prepare_cached(include_str!(
                            "../../sql/queries/messaging/note_reading_problem.sql"
                        ))
                        .await?;
                    tx.execute(&statement, &[&reading.provider, reason]).await?;
                }
            }
        }
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

impl CatchingUp {
    fn is_sandbox(&self, provider: &str) -> bool {
        self.gateways.is_sandbox(provider)
    }
}

async fn store(tx: &Transaction<'_>, reading: Reading, found: &Value) -> Result<(), DbError> {
    let rest = found["next"].as_str().map(|next| {
        json!(Reading {
            next: Some(next.to_owned()),
            ..reading.clone()
        })
    });
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/store_listed_texts.sql"
        ))
        .await?;
    let row = tx
        .query_one(
            &statement,
            &[&reading.provider, &found["texts"], &reading.began_at, &rest],
        )
        .await?;
    let missed: i64 = row.try_get("missed")?;
    if missed > 0 {
        tracing::warn!(
            provider.name = reading.provider,
            missed,
            "texts had come in of which no notification told; look at the webhook's settings"
        );
    }
    Ok(())
}

/// A text of the list, as the database takes it, which knows no NUL.
fn listed(text: &InboundText) -> Value {
    let storable = |text: &str| text.replace('\0', "");
    json!({
        "body": storable(&text.body),
        "phone_number": text.from.as_ref().map(|phone| storable(phone.reveal())),
        "provider_message_id": text.message_id.as_deref().map(storable),
        "provider_contact_id": text.contact_id.as_deref().map(storable),
        "account": text.account.as_deref().map(storable),
        "to_number": text.to.as_ref().map(|phone| storable(phone.reveal())),
        "attachments": text.attachments,
        "received_at": text.received_at,
    })
}
