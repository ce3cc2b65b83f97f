//! A text that is due, with everything that decides about it, as the database tells it.

use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Map, Value};
use tokio_postgres::Row;

use super::quiet_hours::{Weekdays, Window};
use crate::db::{DbError, Transaction};
use crate::mask::Phone;

/// What a type of texts does in the recipient's quiet hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenQuiet {
    /// Goes at the last allowed minute before.
    Earlier,
    /// Goes at the next allowed minute.
    Later,
    /// Does not go.
    Drop,
    /// Goes all the same: an answer.
    Ignore,
}

/// The rules of a text's type, from `message_types`.
#[derive(Clone, Debug)]
pub struct Rules {
    /// In quiet hours.
    pub when_quiet: WhenQuiet,
    /// Its event exempts it from quiet hours for people who are there.
    pub may_be_exempt: bool,
    /// Only to people who agreed.
    pub needs_consent: bool,
    /// Also to numbers that said no.
    pub overrides_opt_out: bool,
    /// Only to attendees.
    pub needs_registration: bool,
    /// Only to people who are there.
    pub needs_check_in: bool,
    /// Not to people who are there.
    pub skip_when_checked_in: bool,
    /// Not to people whose profile is complete.
    pub skip_when_profile_complete: bool,
    /// Once for several people with one number.
    pub once_per_number: bool,
    /// Counts for the caps on texts to a person.
    pub counts: bool,
    /// Longest text of a template, in segments.
    pub max_segments: usize,
    /// What its templates may name.
    pub variables: Vec<String>,
    /// For reports.
    pub category: String,
}

/// The attendee and the person, as far as known.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Whether there is a person, and not only a number.
    pub is_known: bool,
    /// Whether the person is registered in any way.
    pub is_attendee: bool,
    /// registered, waitlisted or cancelled.
    pub registration_status: Option<String>,
    /// What the person said to texts about this event (or to texts at all, where there is none).
    pub opted_in: Option<bool>,
    /// Came.
    pub is_checked_in: bool,
    /// Left.
    pub is_checked_out: bool,
    /// Filled in everything.
    pub is_profile_complete: bool,
    /// The number as stored.
    pub phone: Option<Phone>,
    /// The provider's id.
    pub contact_id: Option<String>,
    /// Whole name.
    pub name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Company.
    pub company_name: Option<String>,
    /// IANA zone.
    pub timezone: Option<String>,
    /// State of the address.
    pub state: Option<String>,
    /// Service area, such as `Austin, TX`.
    pub address: Option<String>,
}

/// The event that a text belongs to.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// As texts say it.
    pub name: String,
    /// Where it is.
    pub location: Option<String>,
    /// The first day, in words.
    pub date: Option<String>,
    /// IANA zone.
    pub timezone: String,
    /// draft, scheduled or cancelled.
    pub status: String,
    /// False: as cancelled.
    pub is_active: bool,
    /// Whether it is one of its days, there.
    pub is_today: bool,
    /// Held back by its organiser.
    pub is_paused: bool,
}

/// The account that a text would leave through.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Which gateway.
    pub provider: String,
    /// Where every text goes in test mode.
    pub test_number: Option<Phone>,
    /// Numbers that belong to nobody are texted, too.
    pub sample_numbers: bool,
    /// Country of numbers that are written without one.
    pub default_region: String,
    /// Emoji of texts with words of their own are sent even where they cost more.
    pub keeps_emoji: bool,
}

/// A text that is due.
#[derive(Clone, Debug)]
pub struct DueText {
    /// Its number.
    pub id: i64,
    /// The event that stands for it in the ledger; another one's claim is stale.
    pub pipeline_event_id: Option<i64>,
    /// Whether it belongs to an event.
    pub has_event: bool,
    /// What it is about.
    pub message_type: String,
    /// Its status.
    pub status: String,
    /// What the database's clock says.
    pub now: DateTime<Utc>,
    /// When it should be sent.
    pub scheduled_time: DateTime<Utc>,
    /// When it is looked at.
    pub send_at: DateTime<Utc>,
    /// After this it is pointless.
    pub expires_at: DateTime<Utc>,
    /// Words of its own; empty: the template's.
    pub content: String,
    /// Values for the template.
    pub values: Map<String, Value>,
    /// The attempt that is under way.
    pub attempt_id: Option<i64>,
    /// What became of that attempt.
    pub attempt_outcome: Option<String>,
    /// The rules of its type.
    pub rules: Rules,
    /// For whom it is.
    pub person: Person,
    /// The event, if there is one.
    pub occasion: Option<Occasion>,
    /// The account, if there is one.
    pub account: Option<Account>,
    /// The template, if there is one.
    pub template: Option<String>,
    /// Emoji of the template are sent even where they cost more.
    pub keeps_emoji: bool,
}

/// What was found for one claimed event.
#[derive(Clone, Debug)]
pub enum Found {
    /// The text was deleted.
    Gone,
    /// Somebody is changing it at this moment.
    Busy,
    /// Here it is, and its row is held.
    Text(Box<DueText>),
}

/// What is known of the number that a text would go to.
#[derive(Clone, Debug, Default)]
pub struct NumberFacts {
    /// What its owner said; None: nothing.
    pub opted_in: Option<bool>,
    /// False: no introductions.
    pub peer_matching: bool,
    /// Why no text can reach it.
    pub undeliverable: Option<String>,
    /// Somebody must decide first whether its owner has opted out.
    pub is_undecided: bool,
    /// When the caps allow the next text; None: now.
    pub free_at: Option<DateTime<Utc>>,
    /// Somebody else with the number was sent the same.
    pub has_it: bool,
}

/// Reads and holds the texts of these events: pairs of event and text.
///
/// # Errors
/// Whatever the database says.
pub async fn find(
    tx: &Transaction<'_>,
    events: &[(i64, i64)],
) -> Result<Vec<(i64, Found)>, DbError> {
    let (event_ids, message_ids): (Vec<i64>, Vec<i64>) = events.iter().copied().unzip();
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/due_texts.sql"))
        .await?;
    let rows = tx.query(&statement, &[&event_ids, &message_ids]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("event_id")?, found(row)?)))
        .collect()
}

/// What is known of these numbers, by text.
///
/// # Errors
/// Whatever the database says.
pub async fn look_up(
    tx: &Transaction<'_>,
    numbers: &[(i64, &str)],
) -> Result<Vec<(i64, NumberFacts)>, DbError> {
    let (ids, phones): (Vec<i64>, Vec<&str>) = numbers.iter().copied().unzip();
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/numbers.sql"))
        .await?;
    let rows = tx.query(&statement, &[&ids, &phones]).await?;
    rows.iter()
        .map(|row| {
            let facts = NumberFacts {
                opted_in: row.try_get("opted_in")?,
                peer_matching: row.try_get("peer_matching")?,
                undeliverable: row.try_get("undeliverable_reason")?,
                is_undecided: row.try_get("is_undecided")?,
                free_at: row.try_get("free_at")?,
                has_it: row.try_get("has_it")?,
            };
            Ok((row.try_get("message_id")?, facts))
        })
        .collect()
}

/// The windows in which people may be texted. A row that makes no sense is left out and logged: its
/// constraint should have kept it away.
///
/// # Errors
/// Whatever the database says.
pub async fn windows(tx: &Transaction<'_>) -> Result<Vec<Window>, DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/quiet_windows.sql"
        ))
        .await?;
    let mut windows = Vec::new();
    for row in tx.query(&statement, &[]).await? {
        let region: &str = row.try_get("region")?;
        let days: Vec<i16> = row.try_get("days")?;
        let opens: NaiveTime = row.try_get("opens")?;
        let closes: NaiveTime = row.try_get("closes")?;
        match Weekdays::from_iso(&days).and_then(|days| Window::new(region, days, opens, closes)) {
            Ok(window) => windows.push(window),
            Err(error) => tracing::warn!(region, %error, "a row of quiet_windows is left out"),
        }
    }
    Ok(windows)
}

fn found(row: &Row) -> Result<Found, DbError> {
    if !row.try_get::<_, bool>("is_there")? {
        return Ok(Found::Gone);
    }
    if !row.try_get::<_, bool>("is_ours")? {
        return Ok(Found::Busy);
    }
    let now: DateTime<Utc> = row.try_get("now")?;
    let scheduled: Option<DateTime<Utc>> = row.try_get("scheduled_time")?;
    let values: Option<Value> = row.try_get("personalization_data")?;
    Ok(Found::Text(Box::new(DueText {
        id: row.try_get("message_id")?,
        pipeline_event_id: row.try_get("pipeline_event_id")?,
        has_event: row.try_get::<_, Option<i64>>("public_event_id")?.is_some(),
        message_type: row.try_get("message_type")?,
        status: row.try_get("status")?,
        now,
        scheduled_time: scheduled.unwrap_or(now),
        send_at: row
            .try_get::<_, Option<_>>("send_at")?
            .or(scheduled)
            .unwrap_or(now),
        expires_at: row
            .try_get::<_, Option<_>>("expires_at")?
            .unwrap_or(DateTime::<Utc>::MAX_UTC),
        content: row.try_get("message_content")?,
        values: match values {
            Some(Value::Object(values)) => values,
            _ => Map::new(),
        },
        attempt_id: row.try_get("attempt_id")?,
        attempt_outcome: row.try_get("attempt_outcome")?,
        rules: rules(row)?,
        person: person(row)?,
        occasion: occasion(row)?,
        account: account(row)?,
        template: row.try_get("template")?,
        keeps_emoji: row.try_get("keeps_emoji")?,
    })))
}

fn rules(row: &Row) -> Result<Rules, DbError> {
    let segments: i32 = row.try_get("max_segments")?;
    Ok(Rules {
        when_quiet: match row
            .try_get::<_, Option<&str>>("when_quiet")?
            .unwrap_or_default()
        {
            "earlier" => WhenQuiet::Earlier,
            "drop" => WhenQuiet::Drop,
            "ignore" => WhenQuiet::Ignore,
            _ => WhenQuiet::Later,
        },
        may_be_exempt: row
            .try_get::<_, Option<bool>>("may_be_exempt")?
            .unwrap_or_default(),
        needs_consent: row.try_get("needs_consent")?,
        overrides_opt_out: row.try_get("overrides_opt_out")?,
        needs_registration: row.try_get("needs_registration")?,
        needs_check_in: row.try_get("needs_check_in")?,
        skip_when_checked_in: row.try_get("skip_when_checked_in")?,
        skip_when_profile_complete: row.try_get("skip_when_profile_complete")?,
        once_per_number: row.try_get("once_per_number")?,
        counts: row.try_get("counts")?,
        max_segments: usize::try_from(segments).unwrap_or(1),
        variables: row.try_get("variables")?,
        category: row
            .try_get::<_, Option<String>>("type_category")?
            .unwrap_or_default(),
    })
}

fn person(row: &Row) -> Result<Person, DbError> {
    let phone: Option<String> = row.try_get("phone")?;
    Ok(Person {
        is_known: row.try_get::<_, Option<i64>>("contractor_id")?.is_some(),
        is_attendee: row.try_get("is_attendee")?,
        registration_status: row.try_get("registration_status")?,
        opted_in: row.try_get("sms_opt_in")?,
        is_checked_in: row.try_get("is_checked_in")?,
        is_checked_out: row.try_get("is_checked_out")?,
        is_profile_complete: row
            .try_get::<_, Option<bool>>("is_profile_complete")?
            .unwrap_or_default(),
        phone: phone
            .filter(|phone| !phone.trim().is_empty())
            .map(Phone::new),
        contact_id: row.try_get("contact_id")?,
        name: row.try_get("name")?,
        first_name: row.try_get("first_name")?,
        last_name: row.try_get("last_name")?,
        company_name: row.try_get("company_name")?,
        timezone: row.try_get("person_timezone")?,
        state: row.try_get("person_state")?,
        address: row.try_get("person_address")?,
    })
}

fn occasion(row: &Row) -> Result<Option<Occasion>, DbError> {
    let Some(name) = row.try_get::<_, Option<String>>("event_name")? else {
        return Ok(None);
    };
    Ok(Some(Occasion {
        name,
        location: row.try_get("event_location")?,
        date: row.try_get("event_date")?,
        timezone: row.try_get("event_timezone")?,
        status: row.try_get("event_status")?,
        is_active: row.try_get("event_is_active")?,
        is_today: row
            .try_get::<_, Option<bool>>("is_event_day")?
            .unwrap_or_default(),
        is_paused: row.try_get("is_event_paused")?,
    }))
}

fn account(row: &Row) -> Result<Option<Account>, DbError> {
    let Some(name) = row.try_get::<_, Option<String>>("account")? else {
        return Ok(None);
    };
    Ok(Some(Account {
        name,
        provider: row.try_get("provider")?,
        test_number: row
            .try_get::<_, Option<String>>("test_number")?
            .map(Phone::new),
        sample_numbers: row.try_get("sample_numbers")?,
        default_region: row.try_get("default_region")?,
        keeps_emoji: row.try_get("account_keeps_emoji")?,
    }))
}
