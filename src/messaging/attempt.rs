//! Attempts to send a text, as they are written down: before the call, at its last moment and
//! after it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::due_text::DueText;
use super::phone::PhoneNumber;
use super::sms_gateway::{OutboundText, Recipient};
use super::wording::Wording;
use crate::db::{DbError, Pool, Transaction};
use crate::engine::Event;
use crate::mask::Phone;

/// What became of an attempt, as `note_text_answers` takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The attempt.
    pub attempt_id: i64,
    /// accepted, rejected, `not_sent`, failed or unknown.
    pub outcome: String,
    /// The provider's id of the person.
    pub contact_id: Option<String>,
    /// The provider's id of the text.
    pub message_id: Option<String>,
    /// What went wrong; None: nothing.
    pub reason: Option<String>,
}

/// Whether the call may be made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastLook {
    /// It counts as made from here on, which is then, by the database's clock.
    Go(DateTime<Utc>),
    /// The rate allows it in so many milliseconds.
    Wait(u64),
    /// It is not made.
    Stop(String),
}

/// Texts on their way into attempts.
#[derive(Default)]
pub struct NewAttempts {
    ids: Vec<i64>,
    numbers: Vec<String>,
    bodies: Vec<String>,
    segments: Vec<i32>,
    events: Vec<i64>,
    accounts: Vec<String>,
    providers: Vec<String>,
    counts: Vec<bool>,
    inputs: Vec<Value>,
}

impl NewAttempts {
    /// Adds a text that goes to this number with these words, by the gateway called `gateway`.
    pub fn push(
        &mut self,
        event: &Event,
        text: &DueText,
        number: &PhoneNumber,
        wording: Wording,
        gateway: &str,
    ) {
        let Some(account) = &text.account else {
            return;
        };
        let person = &text.person;
        let (to, body) = match &account.test_number {
            Some(test) => (
                test.reveal().to_owned(),
                format!("[test, for {number}] {}", wording.body),
            ),
            None => (number.e164().to_owned(), wording.body),
        };
        let left = text.expires_at - text.now;
        self.inputs.push(json!({
            "provider": account.provider,
            "phone": to,
            "body": body,
            // A test number is nobody's contact.
            "contact_id": person.contact_id.as_ref().filter(|_| account.test_number.is_none()),
            "first_name": person.first_name,
            "last_name": person.last_name,
            "valid_secs": left.num_seconds(),
            "message_type": text.message_type,
        }));
        self.ids.push(text.id);
        self.numbers.push(to);
        self.bodies.push(body);
        self.segments
            .push(i32::try_from(wording.segments).unwrap_or(i32::MAX));
        self.events.push(event.id);
        self.accounts.push(account.name.clone());
        self.providers.push(gateway.to_owned());
        self.counts
            .push(text.rules.counts && account.test_number.is_none());
    }

    /// Writes them down; returns the texts with the inputs of their calls.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn write(mut self, tx: &Transaction<'_>) -> Result<Vec<(i64, Value)>, DbError> {
        if self.ids.is_empty() {
            return Ok(Vec::new());
        }
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/messaging/begin_attempts.sql"
            ))
            .await?;
        let rows = tx
            .query(
                &statement,
                &[
                    &self.ids,
                    &self.numbers,
                    &self.bodies,
                    &self.segments,
                    &self.events,
                    &self.accounts,
                    &self.providers,
                    &self.counts,
                ],
            )
            .await?;
        let mut begun = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.try_get("message_id")?;
            let Some(at) = self.ids.iter().position(|known| *known == id) else {
                continue;
            };
            let mut input = self.inputs[at].take();
            input["message_id"] = json!(id);
            input["attempt_id"] = json!(row.try_get::<_, i64>("attempt_id")?);
            input["reference"] = json!(row.try_get::<_, &str>("reference")?);
            begun.push((id, input));
        }
        Ok(begun)
    }
}

/// For whom a call's input is, with what is known of the contact.
pub fn recipient(input: &Value, contact_id: Option<String>) -> Recipient {
    let text = |key: &str| input[key].as_str().map(str::to_owned);
    Recipient {
        phone: Phone::new(text("phone").unwrap_or_default()),
        contact_id,
        first_name: text("first_name"),
        last_name: text("last_name"),
    }
}

/// The text of a call's input, whose call may begin since `called_at`.
pub fn outbound(input: &Value, recipient: Recipient, called_at: DateTime<Utc>) -> OutboundText {
    let text = |key: &str| input[key].as_str().map(str::to_owned);
    let valid_secs = input["valid_secs"].as_u64();
    OutboundText {
        recipient,
        body: text("body").unwrap_or_default(),
        attempt: text("reference").unwrap_or_default(),
        valid_for: valid_secs.map(std::time::Duration::from_secs),
        message_type: text("message_type").unwrap_or_default(),
        called_at,
    }
}

/// The last look before a call.
///
/// # Errors
/// Whatever the database says; then the call is not made.
pub async fn begin(pool: &Pool, attempt_id: i64) -> Result<LastLook, DbError> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/begin_text_call.sql"
        ))
        .await?;
    let row = client.query_one(&statement, &[&attempt_id]).await?;
    Ok(match row.try_get("verdict")? {
        "go" => LastLook::Go(row.try_get("now")?),
        "wait" => LastLook::Wait(u64::try_from(row.try_get::<_, i64>("wait_ms")?).unwrap_or(0)),
        _ => LastLook::Stop(
            row.try_get::<_, Option<String>>("reason")?
                .unwrap_or_default(),
        ),
    })
}

/// Writes what became of a call at once, in a transaction of its own.
///
/// # Errors
/// Whatever the database says; the completion of the event writes it once more.
pub async fn note_now(pool: &Pool, noted: &Noted) -> Result<(), DbError> {
    let mut client = pool.get().await?;
    let tx = client.transaction().await?;
    note(&tx, std::slice::from_ref(noted)).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes what became of calls; what is written already stays.
///
/// # Errors
/// Whatever the database says.
pub async fn note(tx: &Transaction<'_>, noted: &[Noted]) -> Result<(), DbError> {
    if noted.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = noted.iter().map(|noted| noted.attempt_id).collect();
    let outcomes: Vec<&str> = noted.iter().map(|noted| noted.outcome.as_str()).collect();
    let contacts: Vec<&Option<String>> = noted.iter().map(|noted| &noted.contact_id).collect();
    let messages: Vec<&Option<String>> = noted.iter().map(|noted| &noted.message_id).collect();
    let reasons: Vec<&Option<String>> = noted.iter().map(|noted| &noted.reason).collect();
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/note_text_answers.sql"
        ))
        .await?;
    tx.execute(
        &statement,
        &[&ids, &outcomes, &contacts, &messages, &reasons],
    )
    .await?;
    Ok(())
}

/// Keeps what a provider said about a number beyond one text.
///
/// # Errors
/// Whatever the database says.
pub async fn block_number(
    pool: &Pool,
    number: &str,
    opted_out: bool,
    reason: &str,
) -> Result<(), DbError> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/messaging/block_number.sql"))
        .await?;
    client
        .execute(&statement, &[&number, &opted_out, &reason])
        .await?;
    Ok(())
}
