//! `import event`: a folder of CSV files becomes a live event with its speakers, sponsors and
//! attendees, whole or not at all, and never twice.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueHint;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::failure::Done;
use crate::cli::output::Output;
use crate::cli::schema::Schema;
use crate::cli::target::{Absent, Session, Target, get};
use crate::cli::words::{count, count_of, whole};
use crate::config;
use crate::db::DbError;

const EVENT: &str = include_str!("../../../sql/queries/cli/import_event.sql");
const ATTENDEES: &str = include_str!("../../../sql/queries/cli/import_attendees.sql");

/// A refused line is shown up to this many times; a script gets all.
const REFUSED_SHOWN_MAX: usize = 10;

/// Imports a live event from a folder of CSV files
///
/// They are event.csv, days.csv, speakers.csv, sponsors.csv and attendees.csv. Only event.csv is
/// needed: one line with name, date and timezone (an IANA name). The first line of each file names
/// columns of events, event_days, event_speakers, event_sponsors and contractors; attendees also
/// say sms_opt_in, yes or no. Nobody who is silent is texted. Times are those on the event's wall.
/// The agenda lays itself out once a daemon runs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade import event samples/event --dry-run
  pgcascade import event samples/event
  pgcascade agenda generate 1

Good lines go in together, bad ones are named with their reason. Importing again
adds what is new and registers nobody twice.")]
pub struct EventArgs {
    /// The folder
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// Change nothing: say what would be imported and refused
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// One line of a file by its columns.
type Line = Map<String, Value>;

#[derive(Debug)]
struct Files {
    event: Line,
    days: Vec<Line>,
    speakers: Vec<Line>,
    sponsors: Vec<Line>,
    attendees: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Report {
    dry_run: bool,
    /// None: it was only tried.
    event_id: Option<i64>,
    name: String,
    speakers: i64,
    sponsors: i64,
    registered: i64,
    already_registered: i64,
    refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    /// Of attendees.csv, from 1, the header included.
    line: i64,
    reason: String,
}

/// Runs the command.
///
/// # Errors
/// See [`crate::cli::failure::Failure`]; nothing was imported then.
pub async fn run(args: EventArgs) -> Done {
    let output = Output::new(args.json);
    let files = read(&args.folder)?;
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let mut session = Session::open(&urls, "import").await?;
    Schema::of(&session).await?.require()?;
    let report = write(&mut session, &files, args.dry_run)
        .await
        .with_context(|| format!("nothing of {} was imported", args.folder.display()))?;
    if output.is_json() {
        output.json(&report);
    }
    render(&report, &output);
    Ok(())
}

async fn write(session: &mut Session, files: &Files, dry_run: bool) -> Result<Report, DbError> {
    let transaction = session.client.transaction().await?;
    let event = Value::Object(files.event.clone());
    let (days, speakers) = (array(&files.days), array(&files.speakers));
    let sponsors = array(&files.sponsors);
    let imported = transaction
        .query_one(EVENT, &[&event, &days, &speakers, &sponsors])
        .await?;
    let event_id: i64 = get(&imported, "event_id")?;
    let mut report = Report {
        dry_run,
        event_id: (!dry_run).then_some(event_id),
        name: text(&files.event, "name"),
        speakers: get(&imported, "speakers")?,
        sponsors: get(&imported, "sponsors")?,
        registered: 0,
        already_registered: 0,
        refused: Vec::new(),
    };
    let attendees = array(&files.attendees);
    for row in transaction
        .query(ATTENDEES, &[&event_id, &attendees])
        .await?
    {
        match get(&row, "outcome")? {
            "registered" => report.registered += 1,
            "known" => report.already_registered += 1,
            _ => report.refused.push(Refused {
                line: get::<i64>(&row, "line")? + 1,
                reason: get(&row, "reason")?,
            }),
        }
    }
    if dry_run {
        transaction.rollback().await?;
    } else {
        transaction.commit().await?;
    }
    Ok(report)
}

fn read(folder: &Path) -> anyhow::Result<Files> {
    let mut events = table(folder, "event.csv")?.with_context(|| {
        format!(
            "{} holds no event.csv: one line with name, date and timezone",
            folder.display()
        )
    })?;
    let (Some(event), true) = (events.pop(), events.is_empty()) else {
        bail!("event.csv must hold exactly one line below its header: one folder is one event");
    };
    let optional = |name| Ok::<_, anyhow::Error>(table(folder, name)?.unwrap_or_default());
    Ok(Files {
        event,
        days: optional("days.csv")?,
        speakers: optional("speakers.csv")?,
        sponsors: optional("sponsors.csv")?,
        attendees: optional("attendees.csv")?,
    })
}

/// The lines of a file; None where there is no such file.
fn table(folder: &Path, name: &str) -> anyhow::Result<Option<Vec<Line>>> {
    let path = folder.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let shown = path.display().to_string();
    let bytes = std::fs::read(&path).with_context(|| format!("{shown} cannot be read"))?;
    // Spreadsheets put a mark before the first name.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut csv = csv::Reader::from_reader(bytes);
    let columns: Vec<String> = csv
        .headers()
        .with_context(|| format!("{shown} has no header"))?
        .iter()
        .map(|column| column.trim().to_lowercase().replace([' ', '-'], "_"))
        .collect();
    let mut lines = Vec::new();
    for record in csv.records() {
        let record = record.with_context(|| format!("{shown}: correct this line"))?;
        let cells = record.iter().map(|cell| Value::from(cell.trim()));
        lines.push(columns.iter().cloned().zip(cells).collect());
    }
    Ok(Some(lines))
}

fn array(lines: &[Line]) -> Value {
    Value::Array(lines.iter().cloned().map(Value::Object).collect())
}

fn text(line: &Line, column: &str) -> String {
    line.get(column)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn render(report: &Report, output: &Output) {
    let (id, done) = match report.event_id {
        Some(id) => (format!("Event {id}"), "imported"),
        None => ("Event".to_owned(), "would be imported"),
    };
    output.say(format!(
        "{id}, {}: {done} with {} and {}",
        report.name,
        count(report.speakers, "speaker"),
        count(report.sponsors, "sponsor"),
    ));
    output.say(format!(
        "  {} registered, {} before, {} refused",
        count_of(report.registered, "person", "people"),
        report.already_registered,
        report.refused.len(),
    ));
    for refused in report.refused.iter().take(REFUSED_SHOWN_MAX) {
        let words = format!("attendees.csv, line {}: {}", refused.line, refused.reason);
        output.paragraph(4, &words);
    }
    let more = whole(report.refused.len().saturating_sub(REFUSED_SHOWN_MAX));
    if more > 0 {
        output.say(format!("    … and {more} more"));
    }
    if let Some(id) = report.event_id {
        output.say(format!("See it: pgcascade agenda show {id}"));
    }
}
