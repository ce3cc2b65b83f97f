//! `errors`: what went wrong, what to do about it, and settling it.

use clap::Subcommand;
use serde::Serialize;
use tokio_postgres::Row;

use super::failure::Done;
use super::output::{Output, clean};
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use super::words::{count, seconds, whole};
use crate::config;
use crate::db::DbError;

const ERRORS: &str = include_str!("../../sql/queries/cli/errors.sql");
const RESOLVE: &str = include_str!("../../sql/queries/cli/resolve_error.sql");

/// Lists open errors with what to do, and settles them
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  pgcascade errors
  pgcascade errors --all --limit 100 --json
  pgcascade errors resolve 12 --notes 'typed the domain again'

The same in psql: marketing.vw_unresolved_errors, marketing.pipeline_errors, and
SELECT marketing.resolve_pipeline_error(12, 'anna', 'typed the domain again');"
)]
pub struct ErrorsArgs {
    /// What to do instead of listing.
    #[command(subcommand)]
    action: Option<Action>,
    /// Settled errors, too
    #[arg(long)]
    all: bool,
    /// At most so many, newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Settle errors; to run their events again, use `pgcascade retry` instead
    Resolve {
        /// Ids of errors
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
        /// Who settles it [default: the database user]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// How it was settled
        #[arg(long, value_name = "TEXT")]
        notes: Option<String>,
        /// Where the data is.
        #[command(flatten)]
        database: config::Database,
    },
}

#[derive(Debug, Serialize)]
struct Entry {
    id: i64,
    at: String,
    age_seconds: f64,
    severity: String,
    event_id: Option<i64>,
    event_type: String,
    event_status: Option<String>,
    record_id: String,
    message: String,
    resolved: bool,
    resolved_by: Option<String>,
    resolution_notes: Option<String>,
    what_to_do: Option<String>,
}

#[derive(Debug, Serialize)]
struct Listing {
    total: i64,
    errors: Vec<Entry>,
}

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: ErrorsArgs) -> Done {
    if let Some(Action::Resolve {
        ids,
        by,
        notes,
        database,
    }) = args.action
    {
        return resolve(&database, &ids, by, notes).await;
    }
    let output = Output::new(args.json);
    let session = open(&args.database).await?;
    let rows = session
        .rows(ERRORS, &[&args.all, &i64::from(args.limit)])
        .await?;
    let total = rows.first().map_or(Ok(0), |row| get(row, "total"))?;
    let errors = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let listing = Listing { total, errors };
    if output.is_json() {
        output.json(&listing);
    }
    render(&listing, args.all, &output);
    Ok(())
}

async fn open(database: &config::Database) -> Result<Session, super::failure::Failure> {
    let urls = Target::choose(database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "errors").await?;
    Schema::of(&session).await?.require()?;
    Ok(session)
}

async fn resolve(
    database: &config::Database,
    ids: &[i64],
    by: Option<String>,
    notes: Option<String>,
) -> Done {
    let output = Output::new(false);
    let session = open(database).await?;
    for id in ids {
        let row = session.row(RESOLVE, &[id, &by, &notes]).await?;
        output.say(match get(&row, "was_open")? {
            true => format!("Error {id} is settled"),
            false => format!("Error {id} was settled before"),
        });
    }
    Ok(())
}

fn entry(row: &Row) -> Result<Entry, DbError> {
    let mut entry = Entry {
        id: get(row, "id")?,
        at: get(row, "at")?,
        age_seconds: get(row, "age_seconds")?,
        severity: get(row, "severity")?,
        event_id: get(row, "event_id")?,
        event_type: get(row, "event_type")?,
        event_status: get(row, "event_status")?,
        record_id: get(row, "record_id")?,
        message: get(row, "error_message")?,
        resolved: get(row, "resolved")?,
        resolved_by: get(row, "resolved_by")?,
        resolution_notes: get(row, "resolution_notes")?,
        what_to_do: None,
    };
    entry.what_to_do = what_to_do(&entry);
    Ok(entry)
}

/// The command that goes on from here; the message itself says what to mend.
fn what_to_do(entry: &Entry) -> Option<String> {
    if entry.resolved {
        return None;
    }
    Some(match (entry.event_id, entry.event_status.as_deref()) {
        (Some(event), Some("failed")) => format!(
            "pgcascade retry --event {event}   (or: pgcascade errors resolve {})",
            entry.id
        ),
        _ => format!("pgcascade errors resolve {}", entry.id),
    })
}

fn render(listing: &Listing, all: bool, output: &Output) {
    if listing.errors.is_empty() {
        output.say(match all {
            true => "No errors",
            false => "No open errors",
        });
        return;
    }
    for entry in &listing.errors {
        let event = entry
            .event_id
            .map(|id| format!(", event {id}"))
            .unwrap_or_default();
        output.say(format!(
            "#{} {}  {}  record {}{event}  {} ago",
            entry.id,
            entry.severity,
            clean(&entry.event_type),
            entry.record_id,
            seconds(entry.age_seconds)
        ));
        output.paragraph(4, &entry.message);
        if let Some(what) = &entry.what_to_do {
            output.say(format!("    → {what}"));
        }
        if entry.resolved {
            let by = entry.resolved_by.as_deref().unwrap_or("somebody");
            let notes = entry.resolution_notes.as_deref().unwrap_or_default();
            output.paragraph(4, &format!("settled by {by} {notes}"));
        }
    }
    let shown = whole(listing.errors.len());
    if listing.total > shown {
        let rest = count(listing.total - shown, "more error");
        output.say(format!("… and {rest}: --limit {}", listing.total));
    }
}
