//! `webhooks import`: entry by entry, each for itself, reported line by line.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Transaction};

use super::{ImportArgs, open};
use crate::cli::failure::{Done, Failure};
use crate::cli::output::{Output, clean};
use crate::cli::target::get;
use crate::cli::words::{count, count_of, whole};
use crate::db::{Class, DbError};
use crate::providers::webhook::RegistryFile;
use crate::providers::webhook::registry::Entry;

const PUT: &str = include_str!("../../../sql/queries/cli/webhook_put.sql");
const PUT_STAGE: &str = include_str!("../../../sql/queries/cli/webhook_stage_put.sql");
const PUT_REGISTRY: &str = include_str!("../../../sql/queries/cli/webhook_registry_put.sql");

/// A file larger than this is no registry.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Longer keys push their line out of the columns.
const ENTRY_COLUMNS_MAX: usize = 40;

/// What became of one entry.
#[derive(Debug, Serialize)]
struct Line {
    entry: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    /// new, changed, unchanged or refused.
    result: &'static str,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Report<'r> {
    file: &'r str,
    dry_run: bool,
    imported: usize,
    refused: usize,
    entries: Vec<Line>,
}

/// Runs the command.
///
/// # Errors
/// The file or the database cannot be used, or an entry was refused.
pub async fn run(args: ImportArgs) -> Done {
    let output = Output::new(args.json);
    let shown = args.file.display().to_string();
    let file = read(&args.file).with_context(|| format!("{shown} cannot be imported"))?;

    let mut session = open(&args.database).await?;
    let mut tx = session.client.transaction().await.map_err(DbError::from)?;
    let mut lines: Vec<Line> = Vec::with_capacity(file.entries.len());
    for (key, entry) in file.entries {
        let entry = entry.and_then(|entry| fresh(entry, &lines));
        let entry = entry.map(|entry| with_flags(entry, &args));
        lines.push(match entry {
            Ok(entry) => put(&mut tx, &key, entry).await?,
            Err(reason) => refused(key, reason),
        });
    }
    keep(&tx, file.document).await?;
    match args.dry_run {
        true => tx.rollback().await,
        false => tx.commit().await,
    }
    .map_err(DbError::from)?;

    let refused = lines.iter().filter(|line| line.result == "refused").count();
    let report = Report {
        file: &shown,
        dry_run: args.dry_run,
        imported: lines.len() - refused,
        refused,
        entries: lines,
    };
    if output.is_json() {
        output.json(&report);
    }
    render(&report, &output);
    match refused {
        0 => Ok(()),
        _ => Err(Failure::Said),
    }
}

fn read(path: &Path) -> anyhow::Result<RegistryFile> {
    let size = std::fs::metadata(path)
        .context("check the path, and that you may read the file")?
        .len();
    anyhow::ensure!(size <= FILE_BYTES_MAX, "it is too large to be a registry");
    let text = std::fs::read_to_string(path).context("it cannot be read as text")?;
    // A byte order mark is what some editors on Windows begin a file with.
    RegistryFile::parse(text.trim_start_matches('\u{feff}')).map_err(anyhow::Error::msg)
}

/// Refuses a second entry for a stage: the later one would undo the first.
fn fresh(entry: Entry, before: &[Line]) -> Result<Entry, String> {
    let twin = before
        .iter()
        .find(|line| line.stage.as_ref() == Some(&entry.stage));
    match twin {
        Some(line) => Err(format!(
            "its stage {} is that of the entry {}; give one of them another \"name\"",
            entry.stage, line.entry
        )),
        None => Ok(entry),
    }
}

fn with_flags(mut entry: Entry, args: &ImportArgs) -> Entry {
    if args.allow_private {
        entry.allow_private = Some(true);
    }
    if args.event_body {
        entry.body = Some(String::from("event"));
    }
    entry
}

fn refused(entry: String, reason: String) -> Line {
    Line {
        entry,
        event_type: None,
        webhook: None,
        stage: None,
        result: "refused",
        notes: vec![reason],
    }
}

/// Writes one entry; what the database's checks refuse undoes this entry only.
async fn put(tx: &mut Transaction<'_>, key: &str, entry: Entry) -> Result<Line, DbError> {
    let tx = tx.transaction().await?;
    match put_both(&tx, key, &entry).await {
        Ok((result, notes)) => {
            let foreign = result == "refused";
            match foreign {
                true => tx.rollback().await?,
                false => tx.commit().await?,
            }
            Ok(Line {
                entry: key.to_owned(),
                event_type: Some(entry.event_type),
                webhook: Some(entry.webhook),
                stage: (!foreign).then_some(entry.stage),
                result,
                notes,
            })
        }
        Err(error) if error.class() == Class::Data => {
            tx.rollback().await?;
            Ok(refused(key.to_owned(), reason(&error)))
        }
        Err(error) => Err(error),
    }
}

/// Webhook and stage; what became of them, and what a person should know.
async fn put_both(
    tx: &Transaction<'_>,
    key: &str,
    entry: &Entry,
) -> Result<(&'static str, Vec<String>), DbError> {
    let webhook = put_webhook(tx, key, entry).await?;
    let stage = put_stage(tx, entry).await?;
    let states: [String; 2] = [get(&webhook, "state")?, get(&stage, "state")?];
    let result = match [states[0].as_str(), states[1].as_str()] {
        [_, "foreign"] => {
            let words = format!("a stage {} of another kind is there already", entry.stage);
            return Ok(("refused", vec![words]));
        }
        ["new", _] => "new",
        ["unchanged", "unchanged"] => "unchanged",
        _ => "changed",
    };
    Ok((result, notes(entry, get(&stage, "others")?)))
}

async fn put_webhook(tx: &Transaction<'_>, key: &str, entry: &Entry) -> Result<Row, DbError> {
    let raw = Value::Object(entry.raw.clone());
    let values: [&(dyn ToSql + Sync); 13] = [
        &entry.webhook,
        &entry.url,
        &entry.method,
        &entry.headers,
        &entry.body,
        &entry.secret_env,
        &entry.timeout_seconds,
        &entry.concurrency,
        &entry.allow_private,
        &entry.description,
        &entry.enabled,
        &key,
        &raw,
    ];
    Ok(tx.query_one(PUT, &values).await?)
}

async fn put_stage(tx: &Transaction<'_>, entry: &Entry) -> Result<Row, DbError> {
    let values: [&(dyn ToSql + Sync); 6] = [
        &entry.stage,
        &entry.event_type,
        &entry.webhook,
        &entry.batch_size,
        &entry.max_attempts,
        &entry.delay_seconds,
    ];
    Ok(tx.query_one(PUT_STAGE, &values).await?)
}

/// What a person should know about an entry.
fn notes(entry: &Entry, others: Option<String>) -> Vec<String> {
    let mut notes = Vec::new();
    if entry.enabled == Some(false) {
        notes.push(String::from("paused: its status says so"));
    }
    if entry.is_test_url() {
        notes.push(String::from(
            "a test URL of n8n, which answers once while the editor listens; use the production \
             URL",
        ));
    }
    if let Some(others) = others {
        notes.push(format!("also goes to {others}: each gets every event"));
    }
    if entry.delay_seconds.is_some_and(|seconds| seconds > 0.0) {
        notes.push(String::from(
            "delay_seconds is the wait after a failed attempt",
        ));
    }
    notes
}

/// A violated constraint in words: its name says what must be.
fn reason(error: &DbError) -> String {
    match error.constraint() {
        Some("stages_event_type_key") => {
            String::from("another stage handles this event type; delete or repoint it first")
        }
        Some(
            constraint @ ("header_values_must_not_look_like_secrets"
            | "secret_headers_must_reference_a_variable"),
        ) => format!(
            "{}: write ${{PGCASCADE_WEBHOOK_…}} and set that variable for the daemon",
            constraint.replace('_', " ")
        ),
        Some(constraint) if constraint.contains("_must_") => constraint.replace('_', " "),
        _ => error.summary(),
    }
}

async fn keep(tx: &Transaction<'_>, document: Map<String, Value>) -> Result<(), DbError> {
    let document = Value::Object(document);
    tx.execute(PUT_REGISTRY, &[&document]).await?;
    Ok(())
}

fn render(report: &Report<'_>, output: &Output) {
    let would = match report.dry_run {
        true => " (nothing was changed)",
        false => "",
    };
    let entries = count(whole(report.entries.len()), "webhook");
    output.say(format!("{}: {entries}{would}", report.file));
    let widest = report.entries.iter().map(|line| line.entry.chars().count());
    let width = widest.max().unwrap_or_default().min(ENTRY_COLUMNS_MAX);
    for line in &report.entries {
        let stage = line.stage.as_deref().map(|stage| format!("stage {stage}"));
        let (entry, stage) = (clean(&line.entry), stage.unwrap_or_default());
        output.say(format!("  {entry:width$}  {:9}  {stage}", line.result).trim_end());
        for note in &line.notes {
            output.paragraph(6, note);
        }
    }
    if report.refused > 0 {
        let refused = count_of(whole(report.refused), "entry was", "entries were");
        output.say(format!("{refused} refused"));
    }
}
