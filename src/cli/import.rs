//! `pgcascade import companies`: rows from a CSV file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::connect::deployed;
use super::import_copy::{Report, Source, import};
use super::output;
use crate::config;
use crate::outreach::import::Encoding;

/// Imports rows from a file.
#[derive(Debug, Args)]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

/// What to import.
#[derive(Debug, Subcommand)]
enum What {
    /// Companies, into intake.company_raw_intake; each line starts through the pipeline.
    Companies(Companies),
}

/// Companies from a CSV file with a header line.
///
/// Headers are known by many names (Company, Website, # Employees …). Lines that cannot be read are
/// reported with line number and reason and kept in a reject file, which can be imported again once
/// corrected. A line that was imported before is left out, so the same file twice changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pgcascade import companies leads.csv\n  \
    pgcascade import companies leads.csv --batch 20261120-wv-1 --dry-run")]
struct Companies {
    /// The file.
    file: PathBuf,

    /// Batch id of its rows, unless the file has a column for it. Default: date-file-number.
    #[arg(long)]
    batch: Option<String>,

    /// How its bytes are to be read.
    #[arg(long, value_enum, default_value_t = FileEncoding::Utf8)]
    encoding: FileEncoding,

    /// Where rejected lines are kept. Default: the file's name with .rejects.csv.
    #[arg(long)]
    rejects: Option<PathBuf>,

    /// Read everything, import nothing, report all the same.
    #[arg(long)]
    dry_run: bool,

    /// For scripts.
    #[arg(long)]
    json: bool,
}

/// Encodings of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileEncoding {
    /// UTF-8.
    #[value(name = "utf-8")]
    Utf8,
    /// What Excel writes in the West as plain "CSV".
    #[value(name = "windows-1252")]
    Windows1252,
}

impl Import {
    /// Runs the command. Exit code 1 when lines were rejected, so that a script notices.
    ///
    /// # Errors
    /// The file or the database cannot be used; nothing was imported then.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        let What::Companies(companies) = self.what;
        let file = File::open(&companies.file)
            .with_context(|| format!("{} cannot be opened", companies.file.display()))?;
        let (_, mut client) = deployed(config).await?;
        let bar = progress(file.metadata().map(|file| file.len()).unwrap_or(0));
        let source = Source {
            input: Box::new(bar.wrap_read(file)),
            stem: stem(&companies.file),
            encoding: match companies.encoding {
                FileEncoding::Utf8 => Encoding::Utf8,
                FileEncoding::Windows1252 => Encoding::Windows1252,
            },
            reject_file: (!companies.dry_run).then(|| companies.reject_file()),
            batch: companies.batch.clone(),
            dry_run: companies.dry_run,
        };
        let report = import(&mut client, source)
            .await
            .with_context(|| format!("nothing was imported from {}", companies.file.display()));
        bar.finish_and_clear();
        let report = report?;
        companies.show(&report);
        Ok(if report.rejected == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

impl Companies {
    fn reject_file(&self) -> PathBuf {
        self.rejects
            .clone()
            .unwrap_or_else(|| self.file.with_extension("rejects.csv"))
    }

    fn show(&self, report: &Report) {
        let known = report.rows.saturating_sub(report.imported);
        if self.json {
            let rejects: Vec<_> = report
                .reasons
                .iter()
                .map(|(line, reason)| json!({ "line": line, "reason": reason }))
                .collect();
            output::json(&json!({
                "batch": report.batch, "rows": report.rows, "imported": report.imported,
                "already_there": known, "rejected": report.rejected, "rejects": rejects,
                "reject_file": report.reject_file, "ignored_columns": report.ignored_columns,
                "dry_run": self.dry_run,
            }));
            return;
        }
        show(report, known, self.dry_run);
    }
}

/// The report as people read it.
fn show(report: &Report, known: u64, dry_run: bool) {
    let verb = if dry_run {
        "would be imported"
    } else {
        "imported"
    };
    output::line(format!(
        "{} {verb} as batch {}, {known} were there already, {} rejected.",
        report.imported, report.batch, report.rejected
    ));
    if !report.ignored_columns.is_empty() {
        output::line(format!(
            "Columns not imported: {}.",
            report.ignored_columns.join(", ")
        ));
    }
    for (line, reason) in &report.reasons {
        output::line(format!("  line {line} {reason}"));
    }
    let more = report.rejected.saturating_sub(report.reasons.len() as u64);
    if more > 0 {
        output::line(format!("  … and {more} more"));
    }
    if let Some(path) = &report.reject_file {
        output::line(format!(
            "Rejected lines are kept in {}; correct them there and import it.",
            path.display()
        ));
    }
}

/// The name of a file without its endings, in characters that a batch id should have.
fn stem(path: &Path) -> String {
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let plain = |c: char| {
        if c.is_alphanumeric() || c == '-' || c == '_' {
            c
        } else {
            '-'
        }
    };
    stem.chars().map(plain).take(60).collect()
}

fn progress(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
