//! `agenda show`: the agenda on the event's wall, the matching of peers, and the texts planned.

use serde::Serialize;
use tokio_postgres::Row;

use crate::cli::failure::{Done, Failure};
use crate::cli::output::{Output, Side};
use crate::cli::target::{Session, get};
use crate::cli::words::count_of;
use crate::db::DbError;

const EVENT: &str = include_str!("../../../sql/queries/cli/agenda_event.sql");
const ITEMS: &str = include_str!("../../../sql/queries/cli/agenda_items.sql");
const MATCHING: &str = include_str!("../../../sql/queries/cli/agenda_matching.sql");
const TEXTS: &str = include_str!("../../../sql/queries/cli/agenda_texts.sql");

/// One live event.
#[derive(Debug, Serialize)]
pub struct Event {
    id: i64,
    name: String,
    days: String,
    timezone: String,
    status: String,
    location: Option<String>,
    registered: i64,
    checked_in: i64,
    texted: i64,
}

/// One item of an agenda, on the event's wall.
#[derive(Debug, Serialize)]
pub struct Item {
    day: String,
    starts: String,
    ends: Option<String>,
    item_type: String,
    title: String,
    speaker: Option<String>,
    location: Option<String>,
    origin: String,
    status: String,
}

#[derive(Debug, Serialize)]
struct Matching {
    day: String,
    lunch_at: String,
    basis: String,
    run_at: Option<String>,
    state: String,
}

#[derive(Debug, Serialize)]
struct Texts {
    message_type: String,
    waiting: i64,
    sent: i64,
    failed: i64,
    cancelled: i64,
    next_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Agenda {
    event: Event,
    items: Vec<Item>,
    matching: Vec<Matching>,
    texts: Vec<Texts>,
}

/// Shows one event.
///
/// # Errors
/// There is no such event, or the server refuses a query.
pub async fn run(session: &Session, event_id: i64, output: &Output) -> Done {
    let agenda = Agenda {
        event: event(session, event_id).await?,
        items: items(session, event_id, false).await?,
        matching: read(session, MATCHING, event_id, matching).await?,
        texts: read(session, TEXTS, event_id, texts).await?,
    };
    if output.is_json() {
        output.json(&agenda);
    }
    render(&agenda, output);
    Ok(())
}

/// The event itself.
///
/// # Errors
/// There is none with that id, or the server refuses the query.
pub async fn event(session: &Session, id: i64) -> Result<Event, Failure> {
    let rows = session.rows(EVENT, &[&id]).await?;
    let row = rows.first().ok_or_else(|| {
        anyhow::anyhow!("there is no event {id}; SELECT id, name FROM events ORDER BY id shows all")
    })?;
    Ok(Event {
        id,
        name: get(row, "name")?,
        days: get(row, "days")?,
        timezone: get(row, "timezone")?,
        status: get(row, "status")?,
        location: get(row, "location")?,
        registered: get(row, "registered")?,
        checked_in: get(row, "checked_in")?,
        texted: get(row, "texted")?,
    })
}

/// The agenda as it stands, or with `laid_out` as it would be laid out.
///
/// # Errors
/// The server refuses the query.
pub async fn items(session: &Session, event_id: i64, laid_out: bool) -> Result<Vec<Item>, DbError> {
    let rows = session.rows(ITEMS, &[&event_id, &laid_out]).await?;
    rows.iter().map(item).collect()
}

async fn read<T>(
    session: &Session,
    query: &str,
    event_id: i64,
    entry: fn(&Row) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let rows = session.rows(query, &[&event_id]).await?;
    rows.iter().map(entry).collect()
}

fn item(row: &Row) -> Result<Item, DbError> {
    Ok(Item {
        day: get(row, "day")?,
        starts: get(row, "starts")?,
        ends: get(row, "ends")?,
        item_type: get(row, "item_type")?,
        title: get(row, "title")?,
        speaker: get(row, "speaker")?,
        location: get(row, "location")?,
        origin: get(row, "origin")?,
        status: get(row, "status")?,
    })
}

fn matching(row: &Row) -> Result<Matching, DbError> {
    Ok(Matching {
        day: get(row, "day")?,
        lunch_at: get(row, "lunch_at")?,
        basis: get(row, "basis")?,
        run_at: get(row, "run_at")?,
        state: get(row, "state")?,
    })
}

fn texts(row: &Row) -> Result<Texts, DbError> {
    Ok(Texts {
        message_type: get(row, "message_type")?,
        waiting: get(row, "waiting")?,
        sent: get(row, "sent")?,
        failed: get(row, "failed")?,
        cancelled: get(row, "cancelled")?,
        next_at: get(row, "next_at")?,
    })
}

fn render(agenda: &Agenda, output: &Output) {
    let event = &agenda.event;
    output.say(format!(
        "{}, {} ({}), {}: {} registered, {} agreed to texts, {} checked in",
        event.name,
        event.days,
        event.timezone,
        event.status,
        count_of(event.registered, "person", "people"),
        event.texted,
        event.checked_in,
    ));
    if agenda.items.is_empty() {
        output.say(format!(
            "No agenda yet: it is laid out when the event gets speakers, or by pgcascade agenda \
             generate {}",
            event.id
        ));
    }
    render_items(&agenda.items, output);
    if !agenda.matching.is_empty() {
        output.heading("Matching of peers");
        for day in &agenda.matching {
            output.say(format!("  {}", matching_sentence(day)));
        }
    }
    render_texts(&agenda.texts, output);
}

/// The table of an agenda.
pub fn render_items(items: &[Item], output: &Output) {
    if items.is_empty() {
        return;
    }
    output.heading("Agenda");
    let columns = [
        ("DAY", Side::Left),
        ("TIME", Side::Left),
        ("TYPE", Side::Left),
        ("TITLE", Side::Left),
        ("SPEAKER", Side::Left),
        ("BY", Side::Left),
    ];
    let rows = items.iter().map(|item| {
        let ends = item.ends.as_deref().unwrap_or("");
        vec![
            item.day.clone(),
            format!("{}-{ends}", item.starts),
            item.item_type.clone(),
            match item.status.as_str() {
                "cancelled" => format!("{} (cancelled)", item.title),
                _ => item.title.clone(),
            },
            item.speaker.clone().unwrap_or_default(),
            item.origin.clone(),
        ]
    });
    output.table(&columns, rows.collect());
}

fn matching_sentence(day: &Matching) -> String {
    let before = match day.basis.as_str() {
        "lunch" => format!("lunch at {}", day.lunch_at),
        "longest_break" => format!("the longest break at {}, for want of a lunch", day.lunch_at),
        "any_break" => format!("the break at {}, for want of a lunch", day.lunch_at),
        _ => format!(
            "{}, an hour after the start, for want of any break",
            day.lunch_at
        ),
    };
    let run_at = day.run_at.as_deref().unwrap_or_default();
    let what = match day.state.as_str() {
        "waits" => format!("at {run_at}, before {before}"),
        "begun" => format!("has begun ({run_at}), before {before}"),
        "cancelled" => format!("was cancelled by hand; it would be before {before}"),
        "too_late" => format!("none: {before} was over when it could have been planned"),
        "off" => "no rule asks for it (agenda_rules, peer_matching)".to_owned(),
        _ => format!("before {before}; the daemon has not planned it yet (pgcascade run)"),
    };
    format!("{}: {what}", day.day)
}

fn render_texts(texts: &[Texts], output: &Output) {
    if texts.is_empty() {
        return;
    }
    output.heading("Texts");
    let columns = [
        ("TYPE", Side::Left),
        ("WAITING", Side::Right),
        ("SENT", Side::Right),
        ("FAILED", Side::Right),
        ("CANCELLED", Side::Right),
        ("NEXT", Side::Left),
    ];
    let rows = texts.iter().map(|texts| {
        vec![
            texts.message_type.clone(),
            texts.waiting.to_string(),
            texts.sent.to_string(),
            texts.failed.to_string(),
            texts.cancelled.to_string(),
            texts.next_at.clone().unwrap_or_default(),
        ]
    });
    output.table(&columns, rows.collect());
}
