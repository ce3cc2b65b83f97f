//! The stage that sends texts: `messaging.send_text`, outside; one row of `pipeline.stages` for
//! each row of `sending_accounts`.
//!
//! The order is what keeps every text single. In the claiming transaction everything is decided
//! anew and the attempt is written down (`prepare`). Then the provider is asked for its contact,
//! which sends nothing. Then comes the last look, in a transaction of its own: it waits for the
//! account's next moment, finds out whether anybody has changed his mind meanwhile, and marks the
//! attempt as called. Only then the text is handed over, and what the provider says is written down
//! at once. If we die before the last look, the text was not sent, for certain. If we die after it
//! and before the answer is written, nobody knows, and the text becomes uncertain
//! ([`super::settle`]).

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::admit::exception;
use super::attempt::{self, LastLook, NewAttempts, Noted, outbound};
use super::decision::Decision;
use super::delivery::NumberFault;
use super::gateways::SmsGateways;
use super::sms_gateway::{GatewayAnswer, SentText, SmsGateway};
use super::triage::{Decisions, Judged, judge};
use super::wording;
use crate::answer::Answer;
use crate::db::{DbError, Pool, Transaction};
use crate::engine::{Ended, Ending, Event, OutsideStage, Prepared, Verdict};

/// A text whose last look was refused is decided anew after so long.
const STOPPED_WAIT: Duration = Duration::from_millis(200);
/// A call that is due later than this is put back rather than waited for.
const WAIT_MS_MAX: u64 = 10_000;
/// Wait after the database did not let us look.
const AWAY_WAIT: Duration = Duration::from_secs(1);

/// Sends texts.
pub struct TextSending {
    /// Who sends.
    pub gateways: SmsGateways,
    /// For the last look before a call and the first note after it, outside the engine's
    /// transactions.
    pub pool: Pool,
}

#[async_trait]
impl OutsideStage for TextSending {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let mut decisions = Decisions::default();
        let mut attempts = NewAttempts::default();
        let mut open = Vec::new();
        let mut prepared = Vec::with_capacity(events.len());
        let mut texts = Vec::with_capacity(events.len());
        for (event, judged) in events.iter().zip(judge(tx, events, &self.gateways).await?) {
            // Of a text that goes: unless its attempt can be written.
            let verdict = match &judged {
                Judged::Go(..) => exception(&Judged::Busy),
                judged => exception(judged),
            };
            let mut id = None;
            match judged {
                Judged::Open(text) => open.extend(text.attempt_id.map(died_during_the_call)),
                Judged::Not(text, decision) => decisions.push_decision(event, &text, decision),
                Judged::Go(text, number) => match self.worded(&text) {
                    Ok((wording, gateway)) => {
                        attempts.push(event, &text, &number, wording, gateway);
                        id = Some(text.id);
                    }
                    Err(reason) => {
                        decisions.push_decision(event, &text, Decision::Fail { reason });
                        prepared.push(Prepared::Settled(Verdict::Processed));
                        texts.push(None);
                        continue;
                    }
                },
                Judged::NoText | Judged::Stale(_) | Judged::Busy => {}
            }
            prepared.push(Prepared::Settled(verdict));
            texts.push(id);
        }
        attempt::note(tx, &open).await?;
        decisions.write(tx).await?;
        for (id, input) in attempts.write(tx).await? {
            if let Some(at) = texts.iter().position(|text| *text == Some(id)) {
                prepared[at] = Prepared::Call(input);
            }
        }
        Ok(prepared)
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let provider = input["provider"].as_str().unwrap_or_default();
        match self.gateways.get(provider) {
            Some(gateway) => self.send(gateway.as_ref(), input).await,
            None => Answer::Rejected {
                reason: self.no_gateway(provider),
            },
        }
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let noted: Vec<Noted> = ended.iter().filter_map(noted_at_last).collect();
        attempt::note(tx, &noted).await
    }
}

impl TextSending {
    /// What a text says, and the name of what it leaves through.
    fn worded(&self, text: &super::due_text::DueText) -> Result<(wording::Wording, &str), String> {
        let provider = text.account.as_ref().map(|account| &account.provider);
        let provider = provider.map(String::as_str).unwrap_or_default();
        let gateway = self
            .gateways
            .get(provider)
            .ok_or_else(|| self.no_gateway(provider))?;
        Ok((wording::word(text)?, gateway.name()))
    }

    fn no_gateway(&self, provider: &str) -> String {
        format!(
            "This daemon has no gateway called {provider}: correct sending_accounts.provider; it \
             has {}.",
            self.gateways.names()
        )
    }

    async fn send(&self, gateway: &dyn SmsGateway, input: &Value) -> Answer<Value> {
        let known = input["contact_id"].as_str().map(str::to_owned);
        let mut recipient = attempt::recipient(input, known);
        let contact = gateway.resolve(&recipient).await;
        match contact.answer {
            Answer::Delivered(contact) => recipient.contact_id = contact.contact_id,
            _ => return self.refused(input, contact).await,
        }
        let called_at = loop {
            match attempt::begin(&self.pool, attempt_id(input)).await {
                Ok(LastLook::Go(at)) => break at,
                Ok(LastLook::Wait(ms)) if ms > WAIT_MS_MAX => {
                    return Answer::Throttled {
                        after: Duration::from_millis(ms),
                        reason: "The account's rate allows it later.".to_owned(),
                    };
                }
                Ok(LastLook::Wait(ms)) => tokio::time::sleep(Duration::from_millis(ms)).await,
                Ok(LastLook::Stop(why)) => {
                    return Answer::Throttled {
                        after: STOPPED_WAIT,
                        reason: format!("Not sent: {why}."),
                    };
                }
                Err(error) => {
                    return Answer::Throttled {
                        after: AWAY_WAIT,
                        reason: format!("Not sent: {}", error.summary()),
                    };
                }
            }
        };
        let text = outbound(input, recipient, called_at);
        let answer = gateway.send(&text).await;
        self.sent(input, answer).await
    }

    /// After the text was handed over.
    async fn sent(&self, input: &Value, answer: GatewayAnswer<SentText>) -> Answer<Value> {
        match answer.answer {
            Answer::Delivered(sent) => {
                let noted = Noted {
                    message_id: Some(sent.message_id),
                    contact_id: sent.contact_id,
                    ..noted(input, "accepted", None)
                };
                self.note(&noted).await;
                Answer::Delivered(json!(noted))
            }
            // Handed on as a result: finding out is another stage's work, and no failure of this.
            Answer::Unknown { reason } => {
                let noted = noted(input, "unknown", Some(reason));
                self.note(&noted).await;
                Answer::Delivered(json!(noted))
            }
            _ => self.refused(input, answer).await,
        }
    }

    /// After an answer that promises that nothing was sent.
    async fn refused<T: Send>(&self, input: &Value, answer: GatewayAnswer<T>) -> Answer<Value> {
        let outcome = match &answer.answer {
            Answer::Rejected { .. } => "rejected",
            _ => "not_sent",
        };
        let reason = reason_of(&answer.answer);
        let noted = noted(input, outcome, reason.clone());
        self.note(&noted).await;
        if let Some(fault) = answer.number {
            let number = input["phone"].as_str().unwrap_or_default();
            let reason = reason.unwrap_or_default();
            let opted_out = fault == NumberFault::OptedOut;
            let blocked = attempt::block_number(&self.pool, number, opted_out, &reason).await;
            if let Err(error) = blocked {
                tracing::warn!(%error, "a number that the provider refuses was not written down");
            }
            // Business as usual, not an incident: the text says why, the error log stays free.
            if outcome == "rejected" {
                return Answer::Delivered(json!(noted));
            }
        }
        answer.answer.map(|_| json!(noted))
    }

    async fn note(&self, noted: &Noted) {
        if let Err(error) = attempt::note_now(&self.pool, noted).await {
            // The completion of the event writes it again; should we die before, nobody knows.
            let attempt_id = noted.attempt_id;
            tracing::warn!(attempt.id = attempt_id, %error, "an answer was not written at once");
        }
    }
}

fn attempt_id(input: &Value) -> i64 {
    input["attempt_id"].as_i64().unwrap_or_default()
}

fn noted(input: &Value, outcome: &str, reason: Option<String>) -> Noted {
    Noted {
        attempt_id: attempt_id(input),
        outcome: outcome.to_owned(),
        contact_id: None,
        message_id: None,
        reason,
    }
}

fn reason_of<T>(answer: &Answer<T>) -> Option<String> {
    match answer {
        Answer::Delivered(_) => None,
        Answer::Rejected { reason }
        | Answer::Throttled { reason, .. }
        | Answer::Transient { reason }
        | Answer::Credential { reason }
        | Answer::Unknown { reason } => Some(reason.clone()),
    }
}

/// A daemon died between the last look and its note.
fn died_during_the_call(attempt_id: i64) -> Noted {
    Noted {
        attempt_id,
        outcome: "unknown".to_owned(),
        contact_id: None,
        message_id: None,
        reason: Some("The daemon died during the call.".to_owned()),
    }
}

/// What is written with the completion of an event. What was noted at once stays as it is; without
/// such a note an attempt that was called and failed is unknown, because only the note knew better.
fn noted_at_last(ended: &Ended) -> Option<Noted> {
    match &ended.ending {
        Ending::Delivered(value) => serde_json::from_value(value.clone()).ok(),
        Ending::Failed { reason } => Some(noted(&ended.input, "failed", Some(reason.clone()))),
    }
}
