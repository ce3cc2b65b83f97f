//! The stages that judge intake rows: `outreach.validate`, in the database.
//!
//! Reads and writes `intake.company_raw_intake`. The rules are in [`super::validate`], pure.

use std::collections::HashMap;

use async_trait::async_trait;
use tokio_postgres::Row;

use super::validate::{RawCompany, Verdict as Judgement, judge};
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome, Verdict};

/// Judges the intake rows that `company_created` and `company_updated` speak of.
pub struct Validation;

#[async_trait]
impl InDatabaseStage for Validation {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let mut outcomes = Vec::new();
        // Two events about one row need one verdict; the newest event is its cause.
        let mut event_of = HashMap::new();
        for event in events {
            match event.integer("record_id") {
                Some(intake_id) => {
                    event_of.insert(intake_id, event.id);
                }
                None => outcomes.push(unreadable(event)),
            }
        }
        let ids: Vec<i64> = event_of.keys().copied().collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/companies_to_judge.sql"
            ))
            .await?;
        let mut verdicts = Verdicts::default();
        for row in tx.query(&statement, &[&ids]).await? {
            let intake_id: i64 = row.try_get("id")?;
            if let Some(event_id) = event_of.remove(&intake_id)
                && row.try_get("to_judge")?
            {
                verdicts.judge(intake_id, event_id, &row)?;
            }
        }
        outcomes.extend(event_of.into_values().map(gone));
        verdicts.write(tx).await?;
        Ok(outcomes)
    }
}

/// Verdicts as the arrays that the statement takes.
#[derive(Default)]
struct Verdicts {
    ids: Vec<i64>,
    accepted: Vec<bool>,
    websites: Vec<Option<String>>,
    domains: Vec<Option<String>>,
    notes: Vec<Option<String>>,
    codes: Vec<Option<String>>,
    events: Vec<i64>,
}

impl Verdicts {
    fn judge(&mut self, intake_id: i64, event_id: i64, row: &Row) -> Result<(), DbError> {
        let judgement = judge(&RawCompany {
            company: row.try_get("company")?,
            company_name_for_emails: row.try_get("company_name_for_emails")?,
            website: row.try_get("website")?,
        });
        self.ids.push(intake_id);
        self.events.push(event_id);
        match judgement {
            Judgement::Accepted {
                domain, website, ..
            } => {
                self.accepted.push(true);
                self.websites.push(Some(website.url().to_owned()));
                self.domains.push(Some(domain.as_str().to_owned()));
                self.notes.push(None);
                self.codes.push(None);
            }
            Judgement::Refused { reasons } => {
                let notes: Vec<String> = reasons.iter().map(ToString::to_string).collect();
                let codes: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
                self.accepted.push(false);
                self.websites.push(None);
                self.domains.push(None);
                self.notes.push(Some(notes.join(" ")));
                self.codes.push(Some(codes.join(",")));
            }
        }
        Ok(())
    }

    async fn write(&self, tx: &Transaction<'_>) -> Result<(), DbError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/judge_companies.sql"
            ))
            .await?;
        tx.execute(
            &statement,
            &[
                &self.ids,
                &self.accepted,
                &self.websites,
                &self.domains,
                &self.notes,
                &self.codes,
                &self.events,
            ],
        )
        .await?;
        Ok(())
    }
}

fn unreadable(event: &Event) -> Outcome {
    Outcome {
        event_id: event.id,
        verdict: Verdict::Failed {
            reason: "The payload names no intake row: record_id must be its number.".to_owned(),
        },
    }
}

fn gone(event_id: i64) -> Outcome {
    Outcome {
        event_id,
        verdict: Verdict::Cancelled {
            reason: "The intake row was deleted.".to_owned(),
        },
    }
}
