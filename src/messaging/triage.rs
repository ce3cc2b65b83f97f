//! What is to become of claimed texts: their facts, read and held in the claiming transaction, and
//! the decision about each.

use std::collections::HashMap;

use super::decision::{self, Decision};
use super::due_text::{self, DueText, Found};
use super::gateways::SmsGateways;
use super::phone::PhoneNumber;
use crate::db::{DbError, Transaction};
use crate::engine::Event;

/// What was found and decided about one claimed event.
pub enum Judged {
    /// The event names no text.
    NoText,
    /// Nothing is to be done for this event any more, and this is why.
    Stale(&'static str),
    /// Somebody is changing the text at this moment: look again in a second.
    Busy,
    /// A call was made by a daemon that died, and nobody knows what came of it.
    Open(Box<DueText>),
    /// It goes to this number.
    Go(Box<DueText>, Box<PhoneNumber>),
    /// It does not go now.
    Not(Box<DueText>, Decision),
}

/// The text that an event speaks of.
fn text_id(event: &Event) -> Option<i64> {
    event.integer("record_id")
}

/// Judges claimed events, in their order.
///
/// # Errors
/// Whatever the database says.
pub async fn judge(
    tx: &Transaction<'_>,
    events: &[Event],
    gateways: &SmsGateways,
) -> Result<Vec<Judged>, DbError> {
    let pairs: Vec<(i64, i64)> = events
        .iter()
        .filter_map(|event| Some((event.id, text_id(event)?)))
        .collect();
    let mut found: HashMap<i64, Found> = due_text::find(tx, &pairs).await?.into_iter().collect();
    let mut judged: Vec<Judged> = events
        .iter()
        .map(|event| match text_id(event) {
            None => Judged::NoText,
            Some(_) => first_look(event, found.remove(&event.id), gateways),
        })
        .collect();
    decide_by_number(tx, &mut judged).await?;
    Ok(judged)
}

/// All that can be said without asking about the number.
fn first_look(event: &Event, found: Option<Found>, gateways: &SmsGateways) -> Judged {
    let text = match found {
        None | Some(Found::Gone) => return Judged::Stale("The text was deleted."),
        Some(Found::Busy) => return Judged::Busy,
        Some(Found::Text(text)) => text,
    };
    if text.pipeline_event_id != Some(event.id) {
        return Judged::Stale("The text was moved or cancelled; another event stands for it.");
    }
    match (text.status.as_str(), text.attempt_outcome.as_deref()) {
        ("scheduled", _) => {}
        // Its attempts were spent, or daemons died of it, and a person had its event queued again.
        ("failed", Some("not_sent") | None) => {}
        ("sending", Some("called")) => return Judged::Open(text),
        ("sending", _) => {}
        ("sent" | "delivered", _) => return Judged::Stale("The text was sent already."),
        _ => return Judged::Stale("The text is not scheduled any more."),
    }
    if text.send_at > text.now && text.status == "scheduled" {
        let until = text.send_at;
        return Judged::Not(
            text,
            Decision::PutOff {
                until,
                reason: None,
            },
        );
    }
    let is_sandbox = text
        .account
        .as_ref()
        .is_some_and(|account| gateways.is_sandbox(&account.provider));
    match decision::recipient(&text, is_sandbox) {
        Ok(number) => Judged::Go(text, Box::new(number)),
        Err(decision) => Judged::Not(text, decision),
    }
}

/// Asks about the numbers of all that would go, and decides.
async fn decide_by_number(tx: &Transaction<'_>, judged: &mut [Judged]) -> Result<(), DbError> {
    let numbers: Vec<(i64, &str)> = judged
        .iter()
        .filter_map(|judged| match judged {
            Judged::Go(text, number) => Some((text.id, number.e164())),
            _ => None,
        })
        .collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let facts: HashMap<_, _> = due_text::look_up(tx, &numbers).await?.into_iter().collect();
    let windows = due_text::windows(tx).await?;
    for judged in judged {
        let Judged::Go(text, number) = judged else {
            continue;
        };
        let known = facts.get(&text.id).cloned().unwrap_or_default();
        let decision = decision::decide(text, number, &known, &windows);
        if decision != Decision::Go {
            *judged = Judged::Not(text.clone(), decision);
        }
    }
    Ok(())
}

/// Decisions as the arrays that the statement takes.
#[derive(Default)]
pub struct Decisions {
    ids: Vec<i64>,
    verbs: Vec<&'static str>,
    until: Vec<Option<chrono::DateTime<chrono::Utc>>>,
    accounts: Vec<Option<String>>,
    reasons: Vec<Option<String>>,
    events: Vec<i64>,
}

impl Decisions {
    /// The text waits for its account's turn.
    pub fn queue(&mut self, event: &Event, text: &DueText) {
        let account = text.account.as_ref().map(|account| account.name.clone());
        self.push(event, text, ("queue", None, None));
        if let Some(last) = self.accounts.last_mut() {
            *last = account;
        }
    }

    /// What was decided, other than to go.
    pub fn push_decision(&mut self, event: &Event, text: &DueText, decision: Decision) {
        let written = match decision {
            Decision::Go => return,
            Decision::PutOff { until, reason } => ("put_off", Some(until), reason),
            Decision::Hold { reason } => ("hold", None, Some(reason)),
            Decision::Drop { reason } => ("drop", None, Some(reason)),
            Decision::Fail { reason } => ("fail", None, Some(reason)),
        };
        self.push(event, text, written);
    }

    fn push(
        &mut self,
        event: &Event,
        text: &DueText,
        (verb, until, reason): (
            &'static str,
            Option<chrono::DateTime<chrono::Utc>>,
            Option<String>,
        ),
    ) {
        self.ids.push(text.id);
        self.verbs.push(verb);
        self.until.push(until);
        self.accounts.push(None);
        self.reasons.push(reason);
        self.events.push(event.id);
    }

    /// Writes them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn write(&self, tx: &Transaction<'_>) -> Result<(), DbError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/messaging/apply_decisions.sql"
            ))
            .await?;
        tx.execute(
            &statement,
            &[
                &self.ids,
                &self.verbs,
                &self.until,
                &self.accounts,
                &self.reasons,
                &self.events,
            ],
        )
        .await?;
        Ok(())
    }
}
