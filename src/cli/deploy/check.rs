//! `deploy --check`: what would be done, found without doing it.
//!
//! What a migration changes is known by its name. What the objects would change is found by
//! applying them in a transaction that is rolled back, and comparing the catalogue around it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{adopt, connect, obstacles, verify};
use crate::cli::failure::{Done, Failure};
use crate::cli::output::Output;
use crate::cli::schema::Schema;
use crate::cli::target::{Session, get};
use crate::cli::words::{count, whole};
use crate::config::Urls;
use crate::db::DbError;
use crate::db::migrate::embedded;
use crate::db::objects::{apply, embedded_objects};

const LIMITS: &str = include_str!("../../../sql/queries/cli/check_limits.sql");
const DEFINITIONS: &str = include_str!("../../../sql/queries/cli/definitions.sql");

/// What a check found, for a script.
#[derive(Debug, Serialize)]
struct Findings<'f> {
    database: Option<String>,
    up_to_date: bool,
    would: &'f [String],
}

/// Looks, and says what would be done.
///
/// # Errors
/// What would stop a deploy; [`Failure::Said`] if there is something to do.
pub async fn run(urls: &Urls, adopting: bool, output: &Output) -> Done {
    let (mut session, _) = connect(urls, output).await?;
    if adopting && let Some(would) = adoption(&mut session, output).await? {
        return tell(output, Some(urls), would);
    }
    obstacles::refuse(&session).await?;
    let objects = count(whole(embedded_objects()?.len()), "object");
    let would = match Schema::of(&session).await? {
        Schema::Absent => vec![
            format!("apply {}", count(whole(embedded()?.len()), "migration")),
            format!("install {objects} (functions, triggers, views, rights)"),
        ],
        Schema::Older { missing } => missing
            .iter()
            .map(|name| format!("apply the migration {name}"))
            .chain([format!("install {objects} again")])
            .collect(),
        Schema::Current | Schema::Foreign { .. } => {
            let would = changed_objects(&mut session).await?;
            if would.is_empty() {
                verify::triggers(&session).await?;
                verify::publications(&session).await?;
            }
            would
        }
    };
    tell(output, Some(urls), would)
}

/// The whole of an adoption, in a transaction that is rolled back; None when there is nothing to
/// adopt.
async fn adoption(session: &mut Session, output: &Output) -> Result<Option<Vec<String>>, Failure> {
    obstacles::refuse_rights(session).await?;
    let originals = match Schema::of(session).await? {
        Schema::Absent => adopt::Originals::find(session).await?,
        _ => None,
    };
    let Some(originals) = originals else {
        return Ok(None);
    };
    let transaction = session.client.transaction().await.map_err(DbError::from)?;
    originals.set_aside(&transaction).await?;
    let migrations = embedded()?;
    let scripts = migrations.iter().filter_map(|migration| migration.sql());
    for script in scripts {
        let applied = transaction.batch_execute(script).await;
        applied.map_err(DbError::from)?;
    }
    apply(&transaction, &embedded_objects()?).await?;
    let adopted = adopt::copy(&transaction).await?;
    transaction.rollback().await.map_err(DbError::from)?;
    adopt::tell(&adopted, output);
    let tables = adopted.iter().map(|table| {
        format!(
            "move {} to originals, make it anew, copy {} and leave {}",
            table.table, table.rows, table.not_adopted
        )
    });
    Ok(Some(tables.collect()))
}

/// Prints the findings.
///
/// # Errors
/// [`Failure::Said`] if there is something to do.
pub fn tell(output: &Output, urls: Option<&Urls>, would: Vec<String>) -> Done {
    let database = urls.map(|urls| urls.direct.to_string());
    if output.is_json() {
        let up_to_date = would.is_empty();
        output.json(&Findings {
            database,
            up_to_date,
            would: &would,
        });
    }
    if would.is_empty() {
        output.say("   ✅ Up to date: a deploy would change nothing");
        return Ok(());
    }
    output.say("🔎 CHECKED ONLY: nothing was changed. A deploy would");
    for action in &would {
        output.say(format!("   - {action}"));
    }
    Err(Failure::Said)
}

/// The objects whose definitions would be other than they are.
async fn changed_objects(session: &mut Session) -> Result<Vec<String>, Failure> {
    let transaction = session.client.transaction().await.map_err(DbError::from)?;
    transaction
        .batch_execute(LIMITS)
        .await
        .map_err(DbError::from)?;
    let before = definitions(&transaction).await?;
    apply(&transaction, &embedded_objects()?).await?;
    let after = definitions(&transaction).await?;
    transaction.rollback().await.map_err(DbError::from)?;

    let mut would = Vec::new();
    for (object, definition) in &after {
        match before.get(object) {
            None => would.push(format!("create {object}")),
            Some(old) if old != definition => would.push(format!("replace {object}")),
            Some(_) => {}
        }
    }
    Ok(would)
}

/// Every function, view and trigger of our schemas with its definition.
async fn definitions(
    transaction: &tokio_postgres::Transaction<'_>,
) -> Result<BTreeMap<String, String>, DbError> {
    let rows = transaction.query(DEFINITIONS, &[]).await?;
    rows.iter()
        .map(|row| Ok((get(row, "object")?, get(row, "definition")?)))
        .collect()
}
