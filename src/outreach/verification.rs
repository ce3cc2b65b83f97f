//! The stage that has addresses verified: `outreach.verify_email`, outside.
//!
//! Reads `marketing.contact_enrichment`, writes `marketing.email_verification` and, where nobody
//! can be written to, the reason on `marketing.company_slots`. A check costs money, so none is made
//! of an address that could not become ready anyway, or that was judged recently.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_postgres::Row;

use super::address::{AddressAssessment, assess};
use super::domain::Domain;
use super::email_verifier::{EmailVerifier, Verdict as EmailVerdict, Verification};
use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict};
use crate::mask::Email;

/// Has the address of each enriched contact verified.
pub struct EmailVerification {
    /// Who judges.
    pub verifier: Arc<dyn EmailVerifier>,
}

/// What is to be done about one contact.
enum Plan {
    /// Ask the service.
    Ask { email: String },
    /// Write a verdict that is known without asking.
    Judge(Judged),
    /// Nobody can be written to.
    Explain(&'static str),
    /// Like [`Plan::Explain`], in words of the database.
    Blocked(String),
    /// A good verdict stands already.
    Nothing,
}

/// A verdict on its way into the table.
struct Judged {
    email: String,
    status: String,
    service: Option<String>,
    result: Option<Value>,
}

#[async_trait]
impl OutsideStage for EmailVerification {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let ids: Vec<i64> = events.iter().filter_map(enrichment_id).collect();
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/contacts_to_verify.sql"
            ))
            .await?;
        let mut plans = HashMap::new();
        for row in tx.query(&statement, &[&ids]).await? {
            plans.insert(row.try_get::<_, i64>("id")?, plan(&row)?);
        }
        write_plans(tx, events, &plans).await?;
        Ok(events
            .iter()
            .map(|event| prepared_for(event, &plans))
            .collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let email = Email::new(input["email"].as_str().unwrap_or_default());
        let service = self.verifier.name();
        let answer = self.verifier.verify(&email).await;
        answer.map(|verification| json!({ "service": service, "verification": verification }))
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let mut verdicts = VerdictColumns::default();
        for end in ended {
            let Some(id) = enrichment_id(&end.event) else {
                continue;
            };
            // A check that failed for good leaves the row pending; its event tells why.
            let Ending::Delivered(value) = &end.ending else {
                continue;
            };
            let verification: Verification = serde_json::from_value(value["verification"].clone())
                .unwrap_or(Verification {
                    verdict: EmailVerdict::Unknown,
                    details: Value::Null,
                });
            let judged = Judged {
                email: end.input["email"].as_str().unwrap_or_default().to_owned(),
                status: verification.verdict.as_str().to_owned(),
                service: value["service"].as_str().map(str::to_owned),
                result: Some(verification.details),
            };
            verdicts.push(id, end.event.id, &judged);
        }
        verdicts.write(tx, true).await
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

/// The contact that an event speaks of.
fn enrichment_id(event: &Event) -> Option<i64> {
    event.integer("enrichment_id")
}

fn plan(row: &Row) -> Result<Plan, DbError> {
    let Some(email) = row.try_get::<_, Option<String>>("email")? else {
        return Ok(Plan::Explain("No address is known of the contact."));
    };
    if let Some(reason) = row.try_get::<_, Option<String>>("blocked")? {
        return Ok(Plan::Blocked(reason));
    }
    if row.try_get("settled")? {
        return Ok(Plan::Nothing);
    }
    if let Some(status) = row.try_get::<_, Option<String>>("known_status")? {
        let service = row.try_get("known_service")?;
        let result = row.try_get("known_result")?;
        return Ok(Plan::Judge(Judged {
            email,
            status,
            service,
            result,
        }));
    }
    let domain: &str = row.try_get("domain")?;
    Ok(
        match Domain::from_host(domain).map(|domain| assess(&email, &domain)) {
            Ok(AddressAssessment::Usable) => Plan::Ask { email },
            Ok(AddressAssessment::Malformed) => Plan::Judge(impossible(email)),
            Ok(AddressAssessment::Role) => {
                Plan::Explain("The address reaches a function (such as info@), not the person.")
            }
            Ok(AddressAssessment::FreeMail) => {
                Plan::Explain("The address is at a free mail provider, not at the company.")
            }
            Ok(AddressAssessment::OtherCompany) => {
                Plan::Explain("The address belongs to another company.")
            }
            Err(_) => Plan::Explain("The company's domain is not one that mail can be sent to."),
        },
    )
}

fn impossible(email: String) -> Judged {
    Judged {
        email,
        status: EmailVerdict::Invalid.as_str().to_owned(),
        service: Some("syntax".to_owned()),
        result: None,
    }
}

/// Writes everything that needs no call, and that the calls are about to be made.
async fn write_plans(
    tx: &Transaction<'_>,
    events: &[Event],
    plans: &HashMap<i64, Plan>,
) -> Result<(), DbError> {
    let mut asked = (Vec::new(), Vec::new());
    let mut explained = (Vec::new(), Vec::new());
    let mut judged = VerdictColumns::default();
    for event in events {
        let Some(id) = enrichment_id(event) else {
            continue;
        };
        match plans.get(&id) {
            // One row takes one statement only once, whatever number of events speak of it.
            Some(Plan::Ask { email }) if !asked.0.contains(&id) => {
                asked.0.push(id);
                asked.1.push(email.as_str());
            }
            Some(Plan::Judge(verdict)) => judged.push(id, event.id, verdict),
            Some(Plan::Explain(reason)) => {
                explained.0.push(id);
                explained.1.push(*reason);
            }
            Some(Plan::Blocked(reason)) => {
                explained.0.push(id);
                explained.1.push(reason.as_str());
            }
            Some(Plan::Ask { .. } | Plan::Nothing) | None => {}
        }
    }
    if !asked.0.is_empty() {
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/begin_verifications.sql"
            ))
            .await?;
        tx.execute(&statement, &[&asked.0, &asked.1]).await?;
    }
    if !explained.0.is_empty() {
        let statement = tx
            .prepare_cached(include_str!("../../sql/queries/outreach/explain_slots.sql"))
            .await?;
        tx.execute(&statement, &[&explained.0, &explained.1])
            .await?;
    }
    judged.write(tx, false).await
}

fn prepared_for(event: &Event, plans: &HashMap<i64, Plan>) -> Prepared {
    let Some(id) = enrichment_id(event) else {
        return Prepared::Settled(Verdict::Failed {
            reason: "The payload names no contact: enrichment_id must be its number.".to_owned(),
        });
    };
    match plans.get(&id) {
        Some(Plan::Ask { email }) => Prepared::Call(json!({ "email": email })),
        Some(Plan::Judge(_) | Plan::Explain(_) | Plan::Blocked(_) | Plan::Nothing) => {
            Prepared::Settled(Verdict::Processed)
        }
        None => Prepared::Settled(Verdict::Cancelled {
            reason: "The contact was deleted.".to_owned(),
        }),
    }
}

/// Verdicts as the arrays that the statement takes.
#[derive(Default)]
struct VerdictColumns {
    ids: Vec<i64>,
    emails: Vec<String>,
    statuses: Vec<String>,
    services: Vec<Option<String>>,
    results: Vec<Option<Value>>,
    events: Vec<i64>,
}

impl VerdictColumns {
    /// Adds a verdict; of two for one contact the later event's counts.
    fn push(&mut self, id: i64, event_id: i64, judged: &Judged) {
        if let Some(at) = self.ids.iter().position(|known| *known == id) {
            self.events[at] = event_id;
            return;
        }
        self.ids.push(id);
        self.emails.push(judged.email.clone());
        self.statuses.push(judged.status.clone());
        self.services.push(judged.service.clone());
        self.results.push(judged.result.clone());
        self.events.push(event_id);
    }

    async fn write(&self, tx: &Transaction<'_>, asked: bool) -> Result<(), DbError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        let statement = tx
            .prepare_cached(include_str!(
                "../../sql/queries/outreach/write_verifications.sql"
            ))
            .await?;
        tx.execute(
            &statement,
            &[
                &self.ids,
                &self.emails,
                &self.statuses,
                &self.services,
                &self.results,
                &self.events,
                &asked,
            ],
        )
        .await?;
        Ok(())
    }
}
