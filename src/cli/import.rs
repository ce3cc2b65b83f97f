//! `import companies`: a CSV file into the intake table, whole or not at all, and never twice.
//! `import event` is in its own file.

mod event;
mod load;
mod rejects;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Subcommand, ValueEnum, ValueHint};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::failure::Done;
use super::output::Output;
use super::schema::Schema;
use super::target::{Absent, Session, Target};
use super::words::{count, grouped, whole};
use crate::config;
use crate::outreach::import::{CompanyCsv, Encoding};
pub use load::{Loaded, Options, load};
use rejects::Rejects;

/// Puts rows from a file into the database
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// What the file holds.
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Companies(CompaniesArgs),
    Event(event::EventArgs),
}

/// Imports companies from CSV: all good lines in one transaction, bad ones kept with their reason
///
/// The first line names the columns; company (or name) is needed, website wanted, others are known
/// by their usual names. Comma, semicolon, tab or bar; quotes as spreadsheets write them. A line
/// that is there already, from this file or another, is not imported again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade import companies leads.csv --dry-run
  pgcascade import companies leads.csv --batch SPRING-2026
  pgcascade import companies excel.csv --encoding windows-1252

Lines that cannot be read go to leads.rejects.csv with line number and reason; correct them there
and import that file.")]
struct CompaniesArgs {
    /// The CSV file
    #[arg(value_name = "FILE.csv", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Batch id of all rows [default: the file's own column, else YYYYMMDD-FILE-N]
    #[arg(long, value_name = "ID")]
    batch: Option<String>,
    /// How the file is encoded
    #[arg(long, value_enum, default_value = "utf-8")]
    encoding: FileEncoding,
    /// Change nothing: say what would be imported and rejected
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileEncoding {
    /// Unicode.
    #[value(name = "utf-8")]
    Utf8,
    /// What Excel calls CSV in the West.
    #[value(name = "windows-1252")]
    Windows1252,
}

#[derive(Debug, Serialize)]
struct Report<'r> {
    file: String,
    dry_run: bool,
    batch: Option<&'r str>,
    lines: i64,
    imported: i64,
    already_there: i64,
    rejected: i64,
    rejects_file: Option<String>,
    ignored_columns: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`]; nothing was imported then.
pub async fn run(args: ImportArgs) -> Done {
    match args.what {
        What::Companies(args) => companies(args).await,
        What::Event(args) => event::run(args).await,
    }
}

async fn companies(args: CompaniesArgs) -> Done {
    let output = Output::new(args.json);
    let shown = args.file.display().to_string();
    let (csv, bar) =
        open(&args.file, args.encoding).with_context(|| format!("{shown} cannot be imported"))?;
    let ignored_columns = csv.header().ignored();
    let mut rejects = Rejects::beside(&args.file, csv.header().clone(), args.dry_run);

    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let mut session = Session::open(&urls, "import").await?;
    Schema::of(&session).await?.require()?;
    let options = Options {
        batch: args.batch.clone(),
        name: stem(&args.file),
        lines_max: None,
        dry_run: args.dry_run,
    };
    let loaded = load(&mut session, csv, &options, &mut |line, reason, raw| {
        rejects.add(line, reason, raw)
    })
    .await
    .with_context(|| format!("nothing of {shown} was imported"))?;
    bar.finish_and_clear();
    let rejects_file = rejects.keep()?;

    let report = Report {
        file: shown,
        dry_run: args.dry_run,
        batch: loaded.batch.as_deref(),
        lines: loaded.lines,
        imported: loaded.imported,
        already_there: loaded.already_there,
        rejected: loaded.rejected,
        rejects_file: rejects_file.map(|path| path.display().to_string()),
        ignored_columns,
    };
    if output.is_json() {
        output.json(&report);
    }
    render(&report, rejects.first(), &output);
    Ok(())
}

/// Opens the file behind a progress bar that counts its bytes; the bar hides where no terminal is.
fn open(
    file: &Path,
    encoding: FileEncoding,
) -> anyhow::Result<(CompanyCsv<impl std::io::Read + use<>>, ProgressBar)> {
    let opened = File::open(file).context("check the path, and that you may read the file")?;
    let bytes = opened.metadata().context("the file cannot be read")?.len();
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("  {bar:40} {percent:>3} %  {bytes}") {
        bar.set_style(style);
    }
    let encoding = match encoding {
        FileEncoding::Utf8 => Encoding::Utf8,
        FileEncoding::Windows1252 => Encoding::Windows1252,
    };
    Ok((CompanyCsv::open(bar.wrap_read(opened), encoding)?, bar))
}

/// The file's name without its ending, fit for a batch id.
fn stem(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let kept = stem.chars().map(|letter| match letter.is_alphanumeric() {
        true => letter,
        false => '-',
    });
    kept.take(60).collect()
}

fn render(report: &Report<'_>, first_rejects: &[String], output: &Output) {
    let imported = match report.dry_run {
        true => "would be imported",
        false => "imported",
    };
    output.say(format!("{}: {}", report.file, count(report.lines, "line")));
    match report.batch {
        Some(batch) => output.say(format!(
            "  {:>9} {imported}, batch {batch}",
            grouped(report.imported)
        )),
        None => output.say(format!("  {:>9} {imported}", grouped(report.imported))),
    }
    output.say(format!(
        "  {:>9} already there",
        grouped(report.already_there)
    ));
    output.say(format!("  {:>9} rejected", grouped(report.rejected)));
    for reject in first_rejects {
        output.paragraph(4, reject);
    }
    let more = report.rejected - whole(first_rejects.len());
    if more > 0 {
        output.say(format!("    … and {more} more"));
    }
    if let Some(file) = &report.rejects_file {
        output.paragraph(
            2,
            &format!(
                "Rejected lines are in {file}: correct them there and run `pgcascade import \
                 companies {file}`"
            ),
        );
    }
    if !report.ignored_columns.is_empty() {
        output.paragraph(
            2,
            &format!(
                "Columns not imported: {}",
                report.ignored_columns.join(", ")
            ),
        );
    }
    if report.lines > 0 && report.imported == 0 && report.rejected == 0 {
        output.say("  Nothing new: every line is in the database already");
    }
}
