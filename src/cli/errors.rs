//! `pgcascade errors`: what is wrong, and settling it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::connect::deployed;
use super::output;
use crate::config;

const HEADINGS: [&str; 8] = [
    "id",
    "when",
    "severity",
    "stage",
    "record",
    "event",
    "what to do",
    "settled",
];

/// Lists open errors, critical ones first.
///
/// The same in psql: marketing.pipeline_errors, vw_unresolved_errors, vw_error_rate_24h.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pgcascade errors\n  \
    pgcascade errors resolve 12 --notes 'address corrected'\n  pgcascade retry --event 4711")]
pub struct Errors {
    #[command(subcommand)]
    what: Option<What>,

    /// Settled ones, too.
    #[arg(long)]
    all: bool,

    /// Most entries shown.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,

    /// For scripts.
    #[arg(long)]
    json: bool,
}

/// What else.
#[derive(Debug, Subcommand)]
enum What {
    /// Settles an entry; to run its event again, use `pgcascade retry`.
    Resolve {
        /// Id of the entry.
        id: i64,
        /// Who settled it; the database user unless given.
        #[arg(long)]
        by: Option<String>,
        /// How.
        #[arg(long)]
        notes: Option<String>,
    },
}

impl Errors {
    /// Runs the command.
    ///
    /// # Errors
    /// The database refuses it, or there is no such entry.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        let (_, client) = deployed(config).await?;
        if let Some(What::Resolve { id, by, notes }) = self.what {
            let statement = include_str!("../../sql/queries/cli/resolve_error.sql");
            let row = client
                .query_one(statement, &[&id, &by, &notes])
                .await
                .map_err(crate::db::DbError::from)?;
            let settled: bool = row.get(0);
            output::line(if settled {
                "Settled."
            } else {
                "It was settled before."
            });
            return Ok(ExitCode::SUCCESS);
        }
        let statement = include_str!("../../sql/queries/cli/open_errors.sql");
        let rows = client.query(statement, &[&self.all, &self.limit]).await?;
        let rows: Vec<Vec<String>> = rows.iter().map(output::cells).collect();
        if self.json {
            output::json(&Value::Array(rows.into_iter().map(named).collect()));
        } else {
            output::table(&HEADINGS, rows, "Nothing is wrong.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn named(row: Vec<String>) -> Value {
    let cells = HEADINGS
        .iter()
        .map(|heading| heading.replace(' ', "_"))
        .zip(row);
    Value::Object(
        cells
            .map(|(heading, cell)| (heading, output::json_cell(&cell)))
            .collect::<Map<_, _>>(),
    )
}
