//! `deploy --adopt`: takes over the tables of the system that was there before.
//!
//! Tables, views and functions of our names are moved, with their triggers switched off, into the
//! schema `originals`; ours are made; rows are copied with their ids and times. Three steps, each
//! in a transaction of its own, each of which a second run finds done or goes on from. Nothing is
//! dropped, and no event is emitted.

use serde::Serialize;
use tokio_postgres::Transaction;

use super::files::{functions, relations, views};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::target::{Session, get};
use crate::cli::words::count;
use crate::db::DbError;
use crate::db::migrate::embedded;
use crate::db::objects::embedded_objects;
use crate::outreach::website::Website;

const FUNCTIONS: &str = include_str!("../../../sql/queries/cli/adopt_functions.sql");
const SET_ASIDE: &str = include_str!("../../../sql/queries/cli/adopt_set_aside.sql");
const DEPENDENTS: &str = include_str!("../../../sql/queries/cli/adopt_dependents.sql");
const WEBSITES: &str = include_str!("../../../sql/queries/cli/adopt_websites.sql");
const DOMAINS: &str = include_str!("../../../sql/queries/cli/adopt_domains.sql");
const ROWS: &str = include_str!("../../../sql/queries/cli/adopt_rows.sql");
const REPORT: &str = include_str!("../../../sql/queries/cli/adopt_report.sql");
const IS_DUE: &str = include_str!("../../../sql/queries/cli/adopt_is_due.sql");
const EXISTING_RELATIONS: &str = include_str!("../../../sql/queries/cli/existing_relations.sql");

/// What became of one table.
#[derive(Debug, Serialize)]
pub struct Adopted {
    /// The table, as ours is called.
    pub table: String,
    /// Rows that were copied.
    pub rows: i64,
    /// Rows that stayed in `originals`; each is listed in `originals.not_adopted`.
    pub not_adopted: i64,
    /// Why, each reason once.
    pub reasons: Option<String>,
}

/// The names that are ours and are taken.
pub struct Originals {
    relations: Vec<String>,
    views: Vec<String>,
    functions: Vec<String>,
}

impl Originals {
    /// Looks for them; None when there are none.
    ///
    /// # Errors
    /// Others' foreign keys or views stand on them: which, and what to do.
    pub async fn find(session: &Session) -> Result<Option<Self>, Failure> {
        let files = embedded_objects()?;
        let found = Self {
            relations: existing(session, &relations(&embedded()?)).await?,
            views: existing(session, &views(&files)).await?,
            functions: functions(&files),
        };
        if found.relations.is_empty() {
            return Ok(None);
        }
        let moved = [found.relations.as_slice(), &found.views].concat();
        let dependents = session.rows(DEPENDENTS, &[&moved]).await?;
        if dependents.is_empty() {
            return Ok(Some(found));
        }
        let names: Vec<String> = dependents
            .iter()
            .map(|row| get(row, "dependent"))
            .collect::<Result<_, _>>()?;
        Err(Failure::Failed(anyhow::anyhow!(
            "others stand on the tables to be adopted: {}\nNothing was changed. Drop these, or \
             point them elsewhere, and deploy again; after it they can be made on the new tables",
            names.join(", ")
        )))
    }

    /// Moves them aside.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_aside(&self, tx: &Transaction<'_>) -> Result<(), DbError> {
        tx.batch_execute(FUNCTIONS).await?;
        tx.execute(SET_ASIDE, &[&self.relations, &self.views, &self.functions])
            .await?;
        Ok(())
    }
}

async fn existing(session: &Session, names: &[String]) -> Result<Vec<String>, DbError> {
    let rows = session.rows(EXISTING_RELATIONS, &[&names]).await?;
    rows.iter().map(|row| get(row, "name")).collect()
}

/// Whether originals were set aside whose rows are not copied yet.
///
/// # Errors
/// Whatever the database says.
pub async fn is_due(session: &Session) -> Result<bool, DbError> {
    let set_aside = existing(session, &["originals.adopted".to_owned()]).await?;
    if set_aside.is_empty() {
        return Ok(false);
    }
    get(&session.row(IS_DUE, &[]).await?, "is_due")
}

/// Copies the rows of what was set aside.
///
/// # Errors
/// Whatever the database says; nothing was copied then.
pub async fn copy(tx: &Transaction<'_>) -> Result<Vec<Adopted>, DbError> {
    tx.batch_execute(FUNCTIONS).await?;
    let there = tx
        .query(
            EXISTING_RELATIONS,
            &[&["originals.company_master"].as_slice()],
        )
        .await?;
    let companies = match there.is_empty() {
        true => Vec::new(),
        false => tx.query(WEBSITES, &[]).await?,
    };
    let (mut ids, mut domains, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for row in &companies {
        let website: Option<&str> = get(row, "website_url")?;
        let read = Website::parse(website.unwrap_or_default());
        ids.push(get::<String>(row, "company_unique_id")?);
        domains.push(
            read.as_ref()
                .ok()
                .map(|site| site.domain().as_str().to_owned()),
        );
        problems.push(read.err().map(|refusal| refusal.to_string()));
    }
    tx.execute(DOMAINS, &[&ids, &domains, &problems]).await?;
    tx.batch_execute(ROWS).await?;
    let rows = tx.query(REPORT, &[]).await?;
    let read = |row| {
        Ok(Adopted {
            table: get(row, "table_name")?,
            rows: get(row, "rows_copied")?,
            not_adopted: get(row, "not_adopted")?,
            reasons: get(row, "reasons")?,
        })
    };
    rows.iter().map(read).collect()
}

/// One line for each table.
pub fn tell(adopted: &[Adopted], output: &Output) {
    for table in adopted {
        output.say(format!(
            "   {:<30} {}",
            table.table,
            count(table.rows, "row")
        ));
        if let Some(reasons) = &table.reasons {
            let rows = count(table.not_adopted, "row");
            output.paragraph(5, &format!("{rows} did not fit: {reasons}"));
        }
    }
    if adopted.iter().any(|table| table.not_adopted > 0) {
        output.say("   See: SELECT * FROM originals.not_adopted;");
    }
}
