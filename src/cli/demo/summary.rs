//! What came of it, in words: in, ready, refused and why, not reachable, failed, and how fast.

use std::time::Duration;

use serde::Serialize;
use tokio_postgres::Row;

use crate::cli::import::Loaded;
use crate::cli::output::{Output, Side};
use crate::cli::target::{Session, get};
use crate::cli::words::{count, count_of, cut, grouped, seconds, whole};
use crate::db::DbError;

const BATCH: &str = include_str!("../../../sql/queries/cli/demo_batch.sql");
const REFUSALS: &str = include_str!("../../../sql/queries/cli/demo_refusals.sql");
const TIMES: &str = include_str!("../../../sql/queries/cli/demo_times.sql");
const CONTACTS: &str = include_str!("../../../sql/queries/cli/demo_contacts.sql");

/// So that a contact fits on a line of 80 columns, its address whole.
const NAME_CHARS_MAX: usize = 18;

/// The demo's result.
#[derive(Debug, Serialize)]
pub struct Summary {
    lines: i64,
    imported: i64,
    already_there: i64,
    rejected_lines: Vec<String>,
    companies: Companies,
    refused_by_rule: Vec<Refusal>,
    stages: Vec<StageTime>,
    contacts: Vec<Contact>,
    seconds: f64,
}

#[derive(Debug, Default, Serialize)]
struct Companies {
    companies_in: i64,
    ready: i64,
    refused: i64,
    no_contact: i64,
    failed: i64,
    under_way: i64,
    withdrawn: i64,
    companies_promoted: i64,
    slots: i64,
    people_found: i64,
    addresses_valid: i64,
    addresses_risky: i64,
    addresses_invalid: i64,
    addresses_unknown: i64,
    contacts_ready: i64,
}

#[derive(Debug, Serialize)]
struct Refusal {
    rule: String,
    companies: i64,
    example: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct StageTime {
    stage: String,
    events: i64,
    p50_seconds: f64,
    p99_seconds: f64,
    max_seconds: f64,
}

/// People of a demo are invented and their addresses reserved, so they may be shown.
#[derive(Debug, Serialize)]
struct Contact {
    company: String,
    slot: String,
    person: String,
    email: String,
}

impl Summary {
    /// Reads what became of the batch.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn read(
        session: &Session,
        batch: &str,
        loaded: Loaded,
        rejected_lines: Vec<String>,
        took: Duration,
    ) -> Result<Self, DbError> {
        let row = session.rows(BATCH, &[&batch]).await?;
        let companies = row.first().map(companies).transpose()?.unwrap_or_default();
        let refusals = session.rows(REFUSALS, &[&batch]).await?;
        let stages = session.rows(TIMES, &[]).await?;
        let contacts = session.rows(CONTACTS, &[&batch]).await?;
        Ok(Self {
            lines: loaded.lines,
            imported: loaded.imported,
            already_there: loaded.already_there,
            rejected_lines,
            companies,
            refused_by_rule: refusals.iter().map(refusal).collect::<Result<_, _>>()?,
            stages: stages.iter().map(stage).collect::<Result<_, _>>()?,
            contacts: contacts.iter().map(contact).collect::<Result<_, _>>()?,
            seconds: took.as_secs_f64(),
        })
    }

    /// Tells a person.
    pub fn render(&self, output: &Output) {
        self.render_companies(output);
        self.render_contacts(output);
        self.render_times(output);
    }

    fn render_companies(&self, output: &Output) {
        let all = &self.companies;
        let line = |number: i64, words: &str| {
            output.say(format!("  {:>6}  {words}", grouped(number)));
        };
        output.heading("Companies");
        line(all.companies_in, "in");
        line(all.ready, "ready for outreach");
        line(
            all.no_contact,
            "without a contact: all was tried, nobody can be written to",
        );
        line(all.refused, "refused:");
        for refusal in &self.refused_by_rule {
            let rule = refusal.rule.replace('_', " ");
            output.say(format!("          {:>4} {rule}", refusal.companies));
            let said = format!("{}: {}", refusal.example, refusal.reason);
            output.paragraph(17, &said);
        }
        line(all.failed, "failed");
        if all.under_way > 0 {
            line(all.under_way, "still under way");
        }
        let rejected = whole(self.rejected_lines.len());
        let noun = if rejected == 1 { "line" } else { "lines" };
        line(
            rejected,
            &format!("{noun} of the file rejected, before they were companies:"),
        );
        for reject in &self.rejected_lines {
            output.paragraph(12, reject);
        }
        if all.failed > 0 {
            output.say("  `pgcascade errors` says what failed and what to do");
        }
    }

    fn render_contacts(&self, output: &Output) {
        let all = &self.companies;
        output.heading("Contacts");
        output.paragraph(
            2,
            &format!(
                "{} (CEO, CFO and HR of {}), {} found; addresses: {} valid, {} risky, {} invalid, \
                 {} unknown. {} ready for outreach, for example:",
                count(all.slots, "slot"),
                count_of(all.companies_promoted, "company", "companies"),
                count_of(all.people_found, "person", "people"),
                grouped(all.addresses_valid),
                grouped(all.addresses_risky),
                grouped(all.addresses_invalid),
                grouped(all.addresses_unknown),
                grouped(all.contacts_ready)
            ),
        );
        let columns = ["COMPANY", "SLOT", "PERSON", "E-MAIL"].map(|name| (name, Side::Left));
        let rows = self.contacts.iter().map(|contact| {
            vec![
                cut(&contact.company, NAME_CHARS_MAX),
                contact.slot.clone(),
                cut(&contact.person, NAME_CHARS_MAX),
                contact.email.clone(),
            ]
        });
        output.table(&columns, rows.collect());
        output.paragraph(
            2,
            "All people are invented: sandboxes stand in for Apify and MillionVerifier, every row \
             says so (sandbox = true), and their addresses end in .example, which no mail reaches.",
        );
    }

    fn render_times(&self, output: &Output) {
        use Side::{Left, Right};
        output.heading("Time");
        output.say(format!(
            "  {} in all; from the row that sets a stage off to the end of the stage:",
            seconds(self.seconds)
        ));
        let columns = [
            ("STAGE", Left),
            ("EVENTS", Right),
            ("MEDIAN", Right),
            ("99 %", Right),
            ("LONGEST", Right),
        ];
        let rows = self.stages.iter().map(|stage| {
            vec![
                stage.stage.clone(),
                grouped(stage.events),
                seconds(stage.p50_seconds),
                seconds(stage.p99_seconds),
                seconds(stage.max_seconds),
            ]
        });
        output.table(&columns, rows.collect());
    }
}

fn companies(row: &Row) -> Result<Companies, DbError> {
    Ok(Companies {
        companies_in: get(row, "companies_in")?,
        ready: get(row, "ready")?,
        refused: get(row, "refused")?,
        no_contact: get(row, "no_contact")?,
        failed: get(row, "failed")?,
        under_way: get(row, "under_way")?,
        withdrawn: get(row, "withdrawn")?,
        companies_promoted: get(row, "companies_promoted")?,
        slots: get(row, "slots")?,
        people_found: get(row, "people_found")?,
        addresses_valid: get(row, "addresses_valid")?,
        addresses_risky: get(row, "addresses_risky")?,
        addresses_invalid: get(row, "addresses_invalid")?,
        addresses_unknown: get(row, "addresses_unknown")?,
        contacts_ready: get(row, "contacts_ready")?,
    })
}

fn refusal(row: &Row) -> Result<Refusal, DbError> {
    Ok(Refusal {
        rule: get(row, "rule")?,
        companies: get(row, "companies")?,
        example: get(row, "example")?,
        reason: get(row, "reason")?,
    })
}

fn stage(row: &Row) -> Result<StageTime, DbError> {
    Ok(StageTime {
        stage: get(row, "stage")?,
        events: get(row, "events")?,
        p50_seconds: get(row, "p50_seconds")?,
        p99_seconds: get(row, "p99_seconds")?,
        max_seconds: get(row, "max_seconds")?,
    })
}

fn contact(row: &Row) -> Result<Contact, DbError> {
    Ok(Contact {
        company: get(row, "company")?,
        slot: get(row, "slot")?,
        person: get(row, "person")?,
        email: get(row, "email")?,
    })
}
