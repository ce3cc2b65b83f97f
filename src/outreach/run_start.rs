//! The stage that starts enrichment runs: `outreach.start_enrichment`, outside.
//!
//! Reads and writes `marketing.enrichment_runs`, within the budget of
//! `marketing.outreach_settings`. That a start is about to be made is on record before the call, so
//! a start whose outcome is unknown (a lost answer, a crash) is looked for at the source before
//! another is paid.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_postgres::Row;

use super::contact_source::{ContactSource, RunRequest, StartedRun};
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};

/// Titles asked for: those that fill a slot by name, because each person returned costs money.
const TITLES_WANTED: [&str; 12] = [
    "CEO",
    "Chief Executive Officer",
    "President",
    "Owner",
    "Founder",
    "CFO",
    "Chief Financial Officer",
    "Finance Director",
    "CHRO",
    "Chief People Officer",
    "HR Director",
    "Head of Human Resources",
];

/// Starts planned runs at a contact source.
pub struct RunStart {
    /// Where people come from.
    pub source: Arc<dyn ContactSource>,
}

#[async_trait]
impl OutsideStage for RunStart {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let ids: Vec<i64> = events.iter().filter_map(run_id).collect();
        let costs_money = !self.source.name().ends_with("-sandbox");
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/outreach/runs_to_start.sql"))
            .await?;
        let mut plans = HashMap::new();
        for row in tx.query(&statement, &[&ids, &costs_money]).await? {
            plans.insert(row.try_get::<_, i64>("id")?, plan(&row)?);
        }

        let starting: Vec<i64> = plans
            .iter()
            .filter(|(_, plan)| matches!(plan, Prepared::Call(_)))
            .map(|(id, _)| *id)
            .collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/mark_runs_starting.sql"
            ))
            .await?;
        tx.execute(&statement, &[&starting, &self.source.name()])
            .await?;
        Ok(events
            .iter()
            .map(|event| planned_for(event, &plans))
            .collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        match RunRequest::from_json(input) {
            Ok(request) => self
                .source
                .start(&request)
                .await
                .map(|started| json!(started)),
            Err(reason) => Answer::Rejected { reason },
        }
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let mut started = (Vec::new(), Vec::new(), Vec::new());
        let mut failed = (Vec::new(), Vec::new(), Vec::new());
        for end in ended {
            let Some(id) = run_id(&end.event) else {
                continue;
            };
            match &end.ending {
                Ending::Delivered(value) => {
                    let run = serde_json::from_value::<StartedRun>(value.clone());
                    started.0.push(id);
                    started
                        .1
                        .push(run.map(|run| run.source_run_id).unwrap_or_default());
                    started.2.push(end.event.id);
                }
                Ending::Failed { reason } => {
                    failed.0.push(id);
                    failed.1.push(reason.as_str());
                    failed.2.push(end.event.id);
                }
            }
        }
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/mark_runs_started.sql"
            ))
            .await?;
        tx.execute(&statement, &[&started.0, &started.1, &started.2])
            .await?;
        if !failed.0.is_empty() {
            let statement = tx
                .prepare_cached(include_str!("../../sql/queries/outreach/fail_runs.sql"))
                .await?;
            tx.execute(&statement, &[&failed.0, &failed.1, &failed.2, &false])
                .await?;
        }
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

/// The run that an event speaks of.
pub(super) fn run_id(event: &Event) -> Option<i64> {
    event.integer("run_id")
}

/// What was planned for an event's run, or why there is nothing to do.
pub(super) fn planned_for(event: &Event, plans: &HashMap<i64, Prepared>) -> Prepared {
    match run_id(event) {
        None => Prepared::Settled(Verdict::Failed {
            reason: "The payload names no run: run_id must be its number.".to_owned(),
        }),
        Some(id) => plans.get(&id).cloned().unwrap_or_else(|| {
            Prepared::Settled(Verdict::Cancelled {
                reason: "The run was deleted.".to_owned(),
            })
        }),
    }
}

fn plan(row: &Row) -> Result<Prepared, DbError> {
    if row.try_get::<_, &str>("status")? != "planned" {
        return Ok(Prepared::Settled(Verdict::Processed));
    }
    if let Some(reason) = row.try_get::<_, Option<String>>("refusal")? {
        return Ok(Prepared::Settled(Verdict::PauseStage { reason }));
    }
    Ok(Prepared::Call(json!(request(
        row,
        row.try_get("unknown_start_since")?
    )?)))
}

/// The request for a run, from its row.
pub(super) fn request(
    row: &Row,
    unknown_start_since: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<RunRequest, DbError> {
    Ok(RunRequest {
        run_id: row.try_get("id")?,
        domains: row.try_get("domains")?,
        titles: TITLES_WANTED.iter().map(ToString::to_string).collect(),
        leads_max: u32::try_from(row.try_get::<_, i32>("leads_max")?).unwrap_or(1),
        cost_max_usd: row.try_get("cost_max_usd")?,
        unknown_start_since,
    })
}
