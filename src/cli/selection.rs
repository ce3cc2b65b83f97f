//! Which events `retry` and `cancel` touch: the same filters, and the same careful UPDATE.
//!
//! Events are found through narrow tables and the error log, then looked up by their ids, so the
//! ledger of millions is never searched. The change itself is the UPDATE of `status` that anybody
//! can type in psql; the ledger's trigger does the rest.

use std::collections::BTreeMap;

use serde::Serialize;

use super::failure::{Done, Failure};
use super::output::Output;
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use super::words::{count, grouped, whole};
use crate::config;
use crate::db::DbError;

const EVENT_STATES: &str = include_str!("../../sql/queries/cli/event_states.sql");

/// Events of one UPDATE.
const CHUNK: usize = 5000;
/// So many events that were named and not touched are listed.
const NOTES_MAX: usize = 20;

/// The filters; several narrow the choice together.
#[derive(Debug, clap::Args)]
#[group(id = "which", required = true, multiple = true)]
pub struct Filters {
    /// These events
    #[arg(long = "event", value_name = "ID", num_args = 1.., group = "which")]
    pub events: Vec<i64>,
    /// Events of this type, such as contact_enriched
    #[arg(long = "type", value_name = "TYPE", group = "which")]
    pub event_type: Option<String>,
    /// Events of the companies of this import batch
    #[arg(long, value_name = "ID", group = "which")]
    pub batch: Option<String>,
    /// Events whose error message has this text in it; upper and lower case alike
    #[arg(long = "error", value_name = "TEXT", group = "which")]
    pub error: Option<String>,
}

/// What one of the two commands does to the events it finds.
pub struct Deed {
    /// What `pg_stat_activity` shows.
    pub command: &'static str,
    /// Finds them: `$1` ids or NULL, `$2` type, `$3` batch, `$4` text; returns id and event type.
    pub find: &'static str,
    /// Changes them: `$1` ids; returns how many it changed.
    pub change: &'static str,
    /// `retried`.
    pub done: &'static str,
    /// What is said when nothing was found.
    pub nothing: &'static str,
}

#[derive(Debug, Serialize)]
struct Report {
    dry_run: bool,
    events: usize,
    by_type: BTreeMap<String, usize>,
    not_touched: Vec<NotTouched>,
}

#[derive(Debug, Serialize)]
struct NotTouched {
    event: i64,
    status: Option<String>,
}

/// Finds the events, and unless this is a dry run changes them, all in one transaction.
///
/// # Errors
/// See [`Failure`]; nothing was changed then.
pub async fn apply(
    deed: &Deed,
    filters: &Filters,
    database: &config::Database,
    dry_run: bool,
    json: bool,
) -> Done {
    let output = Output::new(json);
    let urls = Target::choose(database)?.open(Absent::Refuse).await?;
    let mut session = Session::open(&urls, deed.command).await?;
    Schema::of(&session).await?.require()?;

    let found = change(&mut session, deed, filters, dry_run).await?;
    let mut by_type = BTreeMap::new();
    for (_, event_type) in &found {
        *by_type.entry(event_type.clone()).or_default() += 1;
    }
    let report = Report {
        dry_run,
        events: found.len(),
        by_type,
        not_touched: not_touched(&session, filters, &found).await?,
    };
    if output.is_json() {
        output.json(&report);
    }
    render(&report, deed, &output);
    // Somebody who names events wants to know that none of them was there.
    match found.is_empty() && !filters.events.is_empty() {
        true => Err(Failure::Said),
        false => Ok(()),
    }
}

async fn change(
    session: &mut Session,
    deed: &Deed,
    filters: &Filters,
    dry_run: bool,
) -> Result<Vec<(i64, String)>, DbError> {
    let ids = (!filters.events.is_empty()).then_some(&filters.events);
    let transaction = session.client.transaction().await?;
    let rows = transaction
        .query(
            deed.find,
            &[&ids, &filters.event_type, &filters.batch, &filters.error],
        )
        .await?;
    let found = rows
        .iter()
        .map(|row| Ok((get(row, "id")?, get(row, "event_type")?)))
        .collect::<Result<Vec<(i64, String)>, DbError>>()?;
    if dry_run {
        return Ok(found);
    }
    let mut changed = Vec::with_capacity(found.len());
    for chunk in found.chunks(CHUNK) {
        let ids: Vec<i64> = chunk.iter().map(|(id, _)| *id).collect();
        // An event that a daemon finished meanwhile is left as it is.
        for row in transaction.query(deed.change, &[&ids]).await? {
            changed.push((get(&row, "id")?, get(&row, "event_type")?));
        }
    }
    transaction.commit().await?;
    Ok(changed)
}

/// Events that were named and are not among the found, with what they are.
async fn not_touched(
    session: &Session,
    filters: &Filters,
    found: &[(i64, String)],
) -> Result<Vec<NotTouched>, DbError> {
    let mut rest = filters.events.clone();
    rest.retain(|id| !found.iter().any(|(other, _)| other == id));
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let rows = session.rows(EVENT_STATES, &[&rest]).await?;
    let read = |row| {
        Ok(NotTouched {
            event: get(row, "id")?,
            status: get(row, "status")?,
        })
    };
    rows.iter().map(read).collect()
}

fn render(report: &Report, deed: &Deed, output: &Output) {
    for event in report.not_touched.iter().take(NOTES_MAX) {
        output.say(match &event.status {
            Some(status) => format!("Event {} is {status}: not {}", event.event, deed.done),
            None => format!("There is no event {}", event.event),
        });
    }
    if report.events == 0 {
        output.say(deed.nothing);
        return;
    }
    let types: Vec<String> = report
        .by_type
        .iter()
        .map(|(event_type, events)| {
            let events = grouped(whole(*events));
            format!("{events} {event_type}")
        })
        .collect();
    let events = count(whole(report.events), "event");
    let verb = match (report.dry_run, report.events) {
        (true, _) => "would be ",
        (false, 1) => "was ",
        (false, _) => "were ",
    };
    output.paragraph(
        0,
        &format!("{events} {verb}{}: {}", deed.done, types.join(", ")),
    );
}
