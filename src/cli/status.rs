//! `pgcascade status`: how things stand, on one screen.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value};
use tokio_postgres::Client;

use super::connect::deployed;
use super::output;
use crate::config;

/// Daemons, queues, latencies, what is stuck, where the companies stand.
///
/// The same in psql: marketing.vw_queue_depth, vw_event_latency, vw_stuck_events,
/// vw_unrouted_events, vw_company_progress, and pipeline.workers.
#[derive(Debug, Args)]
pub struct Status {
    /// For scripts.
    #[arg(long)]
    json: bool,
}

/// One table of the screen.
struct Section {
    key: &'static str,
    title: &'static str,
    statement: &'static str,
    headings: &'static [&'static str],
    empty: &'static str,
}

const SECTIONS: [Section; 5] = [
    Section {
        key: "daemons",
        title: "Daemons",
        statement: include_str!("../../sql/queries/cli/daemons.sql"),
        headings: &["id", "name", "version", "started", "heartbeat", "holds"],
        empty: "None is running: start one with `pgcascade run`.",
    },
    Section {
        key: "queues",
        title: "Queues",
        statement: include_str!("../../sql/queries/cli/queues.sql"),
        headings: &[
            "stage",
            "waiting",
            "running",
            "scheduled",
            "oldest",
            "state",
        ],
        empty: "No stages.",
    },
    Section {
        key: "latencies",
        title: "Seconds from insert to processed (newest 100,000 events of the last 24 hours)",
        statement: include_str!("../../sql/queries/cli/latencies.sql"),
        headings: &["event_type", "events", "avg", "p50", "p95", "p99"],
        empty: "No events yet.",
    },
    Section {
        key: "companies",
        title: "Companies",
        statement: include_str!("../../sql/queries/cli/company_states.sql"),
        headings: &["state", "companies"],
        empty: "None yet: INSERT INTO intake.company_raw_intake (company, website) VALUES (…);",
    },
    Section {
        key: "stuck",
        title: "Stuck or unrouted",
        statement: include_str!("../../sql/queries/cli/stuck.sql"),
        headings: &["event_type", "events", "since", "what_to_do"],
        empty: "Nothing.",
    },
];

impl Status {
    /// Runs the command.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        let (place, client) = deployed(config).await?;
        if self.json {
            output::json(&as_json(&client).await?);
            return Ok(ExitCode::SUCCESS);
        }
        output::line(format!("{}", place.url));
        for section in &SECTIONS {
            output::line(format!("\n{}", section.title));
            let rows = section.rows(&client).await?;
            output::table(section.headings, rows, section.empty);
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Section {
    async fn rows(&self, client: &Client) -> anyhow::Result<Vec<Vec<String>>> {
        let rows = client
            .query(self.statement, &[])
            .await
            .with_context(|| format!("{} cannot be read", self.title))?;
        Ok(rows.iter().map(output::cells).collect())
    }
}

async fn as_json(client: &Client) -> anyhow::Result<Value> {
    let mut all = Map::new();
    for section in &SECTIONS {
        let rows = section.rows(client).await?;
        let named = rows.into_iter().map(|row| {
            let cells = section.headings.iter().map(ToString::to_string).zip(row);
            cells
                .map(|(heading, cell)| (heading, output::json_cell(&cell)))
                .collect::<Map<_, _>>()
        });
        all.insert(section.key.to_owned(), named.collect());
    }
    Ok(Value::Object(all))
}
