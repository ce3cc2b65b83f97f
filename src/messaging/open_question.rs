//! Received texts and the questions that they may answer, as the database tells them.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_postgres::Row;

use super::routing::{Question, RouteTo};
use crate::db::{DbError, Transaction};

/// Clocks of providers are at most so far behind ours.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);

/// A received text that waits to be read.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its number.
    pub id: i64,
    /// The words.
    pub body: String,
    /// When it was sent to us: may be long ago, if its notification was lost.
    pub at: DateTime<Utc>,
    /// Who wrote it, E.164; None: not known.
    pub phone: Option<String>,
    /// The people with that number.
    pub contractors: Vec<i64>,
    /// Those who are at an event now, with it.
    pub here: Vec<(i64, i64)>,
    /// Those who were at one within a week and are at none now.
    pub lately: Vec<(i64, i64)>,
    /// Its number may order things (`admin_users`).
    pub is_operator: bool,
}

impl Received {
    /// Whether its writer could have seen the question when it was written.
    pub fn may_answer(&self, question: &Question) -> bool {
        question.sent_at <= self.at + CLOCKS_APART
    }

    /// Who wrote it, if only one person has the number.
    pub fn only_person(&self) -> Option<i64> {
        match self.contractors.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Whose note it would be, and of which event; of several people with one number the only one
    /// who is there.
    pub fn noted_by(&self) -> Option<(i64, i64)> {
        match (self.here.as_slice(), self.lately.as_slice()) {
            ([only], _) => Some(*only),
            ([], [only]) if self.only_person().is_some() => Some(*only),
            _ => None,
        }
    }
}

/// Received texts that have not been read, in the order in which they were sent.
///
/// # Errors
/// Whatever the database says.
pub async fn received(tx: &Transaction<'_>, ids: &[i64]) -> Result<Vec<Received>, DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/texts_to_hear.sql"
        ))
        .await?;
    let rows = tx.query(&statement, &[&ids]).await?;
    let received = rows.iter().map(|row| {
        let pairs = |people: &str, events: &str| -> Result<Vec<(i64, i64)>, DbError> {
            let people: Vec<i64> = row.try_get(people)?;
            let events: Vec<i64> = row.try_get(events)?;
            Ok(people.into_iter().zip(events).collect())
        };
        Ok(Received {
            id: row.try_get("id")?,
            body: row.try_get("body")?,
            at: row.try_get("at")?,
            phone: row.try_get("phone_number")?,
            contractors: row.try_get("contractor_ids")?,
            here: pairs("here", "here_events")?,
            lately: pairs("lately", "lately_events")?,
            is_operator: row.try_get("is_operator")?,
        })
    });
    received.collect()
}

/// What was asked of the writers and may be answered now, by number, the newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn of(
    tx: &Transaction<'_>,
    texts: &[&Received],
) -> Result<HashMap<String, Vec<Question>>, DbError> {
    let phones: Vec<&str> = texts
        .iter()
        .filter_map(|text| text.phone.as_deref())
        .collect();
    let people: Vec<i64> = texts
        .iter()
        .flat_map(|text| text.contractors.iter().copied())
        .collect();
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/open_questions.sql"
        ))
        .await?;
    let mut questions: HashMap<String, Vec<Question>> = HashMap::new();
    for row in tx.query(&statement, &[&phones, &people]).await? {
        let Some(question) = question(&row)? else {
            continue;
        };
        questions
            .entry(row.try_get("phone")?)
            .or_default()
            .push(question);
    }
    Ok(questions)
}

fn question(row: &Row) -> Result<Option<Question>, DbError> {
    let Some(route) = RouteTo::of_question(row.try_get("route_to")?) else {
        return Ok(None);
    };
    let about: serde_json::Value = row.try_get("about")?;
    let original_id: Option<i64> = row.try_get("original_id")?;
    let original_body: Option<String> = row.try_get("original_body")?;
    let offered: i32 = row.try_get("offered")?;
    Ok(Some(Question {
        message_id: row.try_get("message_id")?,
        message_type: row.try_get("message_type")?,
        route,
        contractor_id: row.try_get("contractor_id")?,
        event_id: row.try_get("event_id")?,
        sent_at: row.try_get("sent_at")?,
        is_answered: row.try_get("is_answered")?,
        offered: u8::try_from(offered).unwrap_or_default(),
        titles: row.try_get("titles")?,
        label: row.try_get("label")?,
        asked: row.try_get("asked")?,
        about: serde_json::from_value(about).unwrap_or_default(),
        original: original_id.zip(original_body),
    }))
}
