//! The stage that makes action items of somebody's top priorities: `followup.take_priorities`.
//!
//! In the database. Takes `reply_priorities` events. The list is read by rules
//! ([`super::priorities`]); each item is linked to the notes, speakers, sponsors and peers that it
//! names, and to none where two fit alike. A demo is prepared the day before.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::action::{self, ActionType, Candidate};
use super::answer::{self, Answer, Known};
use super::notes::gone;
use super::{priorities, when};
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome};

/// What an item is worth of which nothing is known.
const MIDDLE_PRIORITY: i64 = 5;

/// Makes action items of priorities.
pub struct PriorityTaking;

#[async_trait]
impl InDatabaseStage for PriorityTaking {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let answers = answer::of(tx, events).await?;
        let found: HashSet<i64> = answers.iter().map(|answer| answer.event_id).collect();
        for answer in &answers {
            take(tx, answer).await?;
        }
        Ok(gone(events, &found))
    }
}

async fn take(tx: &Transaction<'_>, answer: &Answer) -> Result<(), DbError> {
    let id = answer.decision_id;
    match answer.intent.as_str() {
        "list" | "" => {}
        "later" | "defer" => return answer::finish(tx, id, Some("asked_later"), None).await,
        _ => return answer::finish(tx, id, Some("no_priorities"), None).await,
    }
    let items = items(answer);
    if items.is_empty() || answer.contractor_id.is_none() {
        let why = "No priorities could be read out of it: enter them as contractor_action_items.";
        return answer::finish(tx, id, None, Some(why)).await;
    }
    answer::say_who(tx, Some("contractor"), Some(answer.inbound_id)).await?;
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/followup/write_priorities.sql"
        ))
        .await?;
    tx.query(&statement, &[&Value::Array(items)]).await?;
    answer::say_who(tx, None, None).await
}

fn items(answer: &Answer) -> Vec<Value> {
    let read = priorities::read(&answer.body);
    let confidence = read.layout.confidence();
    let numbered = (1_u8..).zip(&read.titles);
    numbered
        .map(|(place, title)| item(answer, place, title, confidence))
        .collect()
}

fn item(answer: &Answer, place: u8, title: &str, confidence: f64) -> Value {
    let kind = action::action_type(title);
    let note = linked(title, &answer.notes);
    let day = when::read(title, answer.today).map(|when| when.date);
    let (due, why_due) = due(kind, day, answer.today);
    json!({
        "decision_id": answer.decision_id,
        "inbound_id": answer.inbound_id,
        "contractor_id": answer.contractor_id,
        "event_id": answer.public_event_id,
        "place": place,
        "title": title,
        "action_type": kind.as_str(),
        "due_date": due,
        "suggested": suggested(note),
        "confidence": confidence,
        "reasoning": reasoning(note, why_due),
        "note_id": note.map(|note| note.id),
        "speaker_id": linked(title, &answer.speakers).map(|speaker| speaker.id),
        "sponsor_id": linked(title, &answer.sponsors).map(|sponsor| sponsor.id),
        "peer_id": linked(title, &answer.peers).map(|peer| peer.id),
    })
}

/// The one that a title names; of several named alike the first, which was noted first.
fn linked<'a>(title: &str, known: &'a [Known]) -> Option<&'a Known> {
    let candidates: Vec<Candidate> = known.iter().map(|known| known.candidate.clone()).collect();
    let link = action::links(title, &candidates).into_iter().next()?;
    known.get(link.place)
}

fn due(
    kind: ActionType,
    day: Option<NaiveDate>,
    today: NaiveDate,
) -> (Option<NaiveDate>, Option<&'static str>) {
    match (kind, day) {
        (ActionType::DemoPrep, Some(day)) => {
            let before = day.checked_sub_days(Days::new(1)).unwrap_or(day);
            let why = "The demo is the day after: it is prepared the day before.";
            (Some(before.max(today)), Some(why))
        }
        (_, day) => (day, None),
    }
}

/// 1 for what a note says matters most, 10 for what matters least.
fn suggested(note: Option<&Known>) -> i64 {
    let Some(priority) = note.and_then(|note| note.priority) else {
        return MIDDLE_PRIORITY;
    };
    let reached = |tenth: &u8| priority * 10.0 + 0.5 >= f64::from(*tenth);
    let tenths = (1_u8..=10).filter(reached).count();
    i64::try_from(tenths).map_or(MIDDLE_PRIORITY, |tenths| (11 - tenths).clamp(1, 10))
}

fn reasoning(note: Option<&Known>, why_due: Option<&str>) -> Option<String> {
    let from_note = note
        .and_then(|note| note.priority)
        .map(|priority| format!("Its note was judged {priority:.2}."));
    let parts: Vec<String> = from_note
        .into_iter()
        .chain(why_due.map(str::to_owned))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
