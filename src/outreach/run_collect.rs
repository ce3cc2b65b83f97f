//! The stage that collects enrichment runs: `outreach.collect_enrichment`, outside.
//!
//! Reads and writes `marketing.enrichment_runs`, `marketing.contact_enrichment` and
//! `marketing.company_slots`; schedules the next look at slots for which nobody was found. A run
//! that failed at the source is planned once more; the second time its contacts fail.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_postgres::Row;

use super::contact_source::{ContactSource, FinishedRun, FoundPerson, RunRequest, StartedRun};
use super::domain::Domain;
use super::run_start::{planned_for, request, run_id};
use super::slots::{Slot, choose};
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};

/// Collects started runs from a contact source.
pub struct RunCollect {
    /// Where people come from.
    pub source: Arc<dyn ContactSource>,
}

#[async_trait]
impl OutsideStage for RunCollect {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let ids: Vec<i64> = events.iter().filter_map(run_id).collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/runs_to_collect.sql"
            ))
            .await?;
        let mut plans = HashMap::new();
        for row in tx.query(&statement, &[&ids]).await? {
            plans.insert(row.try_get::<_, i64>("id")?, plan(&row)?);
        }
        Ok(events
            .iter()
            .map(|event| planned_for(event, &plans))
            .collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let request = match RunRequest::from_json(&input["request"]) {
            Ok(request) => request,
            Err(reason) => return Answer::Rejected { reason },
        };
        let source_run_id = input["source_run_id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let run = StartedRun { source_run_id };
        self.source
            .collect(&run, &request)
            .await
            .map(|finished| json!(finished))
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let mut finished = HashMap::new();
        let mut failed = (Vec::new(), Vec::new(), Vec::new());
        for end in ended {
            let Some(id) = run_id(&end.event) else {
                continue;
            };
            match finished_run(&end.ending) {
                Ok(run) => {
                    finished.insert(id, run);
                }
                Err(reason) => {
                    failed.0.push(id);
                    failed.1.push(reason);
                    failed.2.push(end.event.id);
                }
            }
        }
        self.write_contacts(tx, &finished).await?;
        finish_runs(tx, &finished).await?;
        if !failed.0.is_empty() {
            let statement = tx
                .prepare_cached(include_str!("../../sql/queries/outreach/fail_runs.sql"))
                .await?;
            tx.execute(&statement, &[&failed.0, &failed.1, &failed.2, &true])
                .await?;
        }
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

impl RunCollect {
    /// Gives each slot that waits for a finished run its person, or nobody.
    async fn write_contacts(
        &self,
        tx: &Transaction<'_>,
        finished: &HashMap<i64, FinishedRun>,
    ) -> Result<(), DbError> {
        let run_ids: Vec<i64> = finished.keys().copied().collect();
        let mut chosen = ChosenByCompany::default();
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/contacts_of_runs.sql"
            ))
            .await?;
        for row in tx.query(&statement, &[&run_ids]).await? {
            let run_id: i64 = row.try_get("run_id")?;
            let Some(run) = finished.get(&run_id) else {
                continue;
            };
            let person = chosen.of(
                run_id,
                run,
                row.try_get("domain")?,
                row.try_get("slot_type")?,
            );
            columns.0.push(row.try_get::<_, i64>("contact_id")?);
            columns
                .1
                .push(person.map(|chosen| person_json(chosen.person)));
            columns.2.push(person.map(|chosen| chosen.confidence));
        }
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/write_contacts.sql"
            ))
            .await?;
        let name = self.source.name();
        tx.execute(&statement, &[&columns.0, &columns.1, &columns.2, &name])
            .await?;
        Ok(())
    }
}

/// Who fills a slot.
#[derive(Debug, Clone, Copy)]
struct Chosen<'a> {
    person: &'a FoundPerson,
    /// 0 to 1: how surely the person's title fills the slot.
    confidence: f64,
}

/// Who fills the slots of each company of a run, chosen once per company.
#[derive(Default)]
struct ChosenByCompany<'a>(HashMap<(i64, String), HashMap<Slot, Chosen<'a>>>);

impl<'a> ChosenByCompany<'a> {
    fn of(
        &mut self,
        run_id: i64,
        run: &'a FinishedRun,
        domain: &str,
        slot_type: &str,
    ) -> Option<Chosen<'a>> {
        let slot = Slot::from_word(slot_type)?;
        let chosen = self
            .0
            .entry((run_id, domain.to_owned()))
            .or_insert_with(|| choose_for(run, domain));
        chosen.get(&slot).copied()
    }
}

/// Chooses among the people that the run found at one company.
fn choose_for<'a>(run: &'a FinishedRun, domain: &str) -> HashMap<Slot, Chosen<'a>> {
    let Ok(company) = Domain::from_host(domain) else {
        return HashMap::new();
    };
    let people: Vec<&FoundPerson> = run
        .people
        .iter()
        .filter(|person| Domain::from_host(&person.company_domain).as_ref() == Ok(&company))
        .collect();
    choose(&people, &company)
        .into_iter()
        .map(|choice| {
            let chosen = Chosen {
                person: people[choice.person],
                confidence: choice.rank.confidence(),
            };
            (choice.slot, chosen)
        })
        .collect()
}

async fn finish_runs(
    tx: &Transaction<'_>,
    finished: &HashMap<i64, FinishedRun>,
) -> Result<(), DbError> {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (id, run) in finished {
        columns.0.push(*id);
        columns
            .1
            .push(i32::try_from(run.people.len()).unwrap_or(i32::MAX));
        columns.2.push(run.cost_usd);
    }
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/outreach/finish_runs.sql"))
        .await?;
    tx.execute(&statement, &[&columns.0, &columns.1, &columns.2])
        .await?;
    Ok(())
}

fn plan(row: &Row) -> Result<Prepared, DbError> {
    Ok(match row.try_get("status")? {
        "started" => Prepared::Call(json!({
            "request": request(row, None)?,
            "source_run_id": row.try_get::<_, String>("source_run_id")?,
        })),
        // A failed run was just planned anew; any other has been collected already.
        _ => Prepared::Settled(Verdict::Processed),
    })
}

fn finished_run(ending: &Ending) -> Result<FinishedRun, String> {
    match ending {
        Ending::Delivered(value) => serde_json::from_value(value.clone())
            .map_err(|error| format!("The run's result cannot be read: {error}.")),
        Ending::Failed { reason } => Err(reason.clone()),
    }
}

fn person_json(person: &FoundPerson) -> Value {
    json!({
        "first_name": person.first_name,
        "last_name": person.last_name,
        "title": person.title,
        "seniority": person.seniority,
        "email": person.email,
        "phone": person.phone,
        "linkedin_url": person.linkedin_url,
    })
}
