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
        let chosen: HashMap<i64, ChosenByCompany<'_>> = finished
            .iter()
            .map(|(id, run)| (*id, choose_for(run)))
            .collect();
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/contacts_of_runs.sql"
            ))
            .await?;
        for row in tx.query(&statement, &[&run_ids]).await? {
            let run_id: i64 = row.try_get("run_id")?;
            let Some(chosen) = chosen.get(&run_id) else {
                continue;
            };
            let person = person_for(chosen, row.try_get("domain")?, row.try_get("slot_type")?);
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

/// Who fills the slots of each company of a run, by registrable domain.
type ChosenByCompany<'a> = HashMap<Domain, HashMap<Slot, Chosen<'a>>>;

/// Chooses for every company of a run.
fn choose_for(run: &FinishedRun) -> ChosenByCompany<'_> {
    let mut people_of: HashMap<Domain, Vec<&FoundPerson>> = HashMap::new();
    for person in &run.people {
        // Somebody at a place that is no company's domain fills no slot.
        if let Ok(domain) = Domain::from_host(&person.company_domain) {
            people_of.entry(domain).or_default().push(person);
        }
    }
    people_of
        .into_iter()
        .map(|(domain, people)| {
            let chosen = choose(&people, &domain)
                .into_iter()
                .map(|choice| {
                    let person = people[choice.person];
                    let confidence = choice.rank.confidence();
                    (choice.slot, Chosen { person, confidence })
                })
                .collect();
            (domain, chosen)
        })
        .collect()
}

/// Who fills a slot of a company, if anybody.
fn person_for<'a>(
    chosen: &ChosenByCompany<'a>,
    domain: &str,
    slot_type: &str,
) -> Option<Chosen<'a>> {
    let domain = Domain::from_host(domain).ok()?;
    chosen
        .get(&domain)?
        .get(&Slot::from_word(slot_type)?)
        .copied()
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
