//! What would make a deploy fail half-way or overwrite what others made: found before any change.

use super::files::{OurTrigger, relations, triggers};
use crate::cli::failure::Failure;
use crate::cli::schema::Schema;
use crate::cli::target::{Session, get};
use crate::db::DbError;
use crate::db::migrate::{MigrateError, embedded};
use crate::db::objects::embedded_objects;

const MISSING_RIGHTS: &str = include_str!("../../../sql/queries/cli/missing_rights.sql");
const EXISTING_RELATIONS: &str = include_str!("../../../sql/queries/cli/existing_relations.sql");
const EXISTING_TRIGGERS: &str = include_str!("../../../sql/queries/cli/existing_triggers.sql");

/// Stops a deploy that must not begin. Changes nothing.
///
/// # Errors
/// Missing rights, or tables and triggers of our names that we did not make: all of them, with what
/// to do.
pub async fn refuse(session: &Session) -> Result<(), Failure> {
    refuse_rights(session).await?;
    refuse_foreign_relations(session).await?;
    refuse_foreign_triggers(session).await
}

/// Stops a deploy whose user may not do what it needs.
///
/// # Errors
/// The rights that are missing, and what the owner must run.
pub async fn refuse_rights(session: &Session) -> Result<(), Failure> {
    let rows = session.rows(MISSING_RIGHTS, &[]).await?;
    let missing = strings(&rows, "missing")?;
    if missing.is_empty() {
        return Ok(());
    }
    let remedies = strings(&rows, "remedy")?;
    Err(Failure::Failed(anyhow::anyhow!(
        "this user lacks rights that a deploy needs: {}\nNothing was changed. Have the database's \
         owner run:\n{}\nor deploy as the owner",
        missing.join(", "),
        remedies.join("\n")
    )))
}

/// A relation that a pending migration would create is not ours if it exists already.
async fn refuse_foreign_relations(session: &Session) -> Result<(), Failure> {
    let (schema, foreign) = loop {
        let before = Schema::of(session).await?;
        let names = relations(&pending(&before)?);
        let rows = session.rows(EXISTING_RELATIONS, &[&names]).await?;
        // Another deploy may just have committed them, together with its line of history.
        if Schema::of(session).await? == before {
            break (before, strings(&rows, "name")?);
        }
    };
    if foreign.is_empty() {
        return Ok(());
    }
    // The schema public is everybody's: of it, and of schemas that hold ours, only tables go.
    let (tables, whole): (Vec<String>, Vec<String>) = foreign
        .iter()
        .cloned()
        .partition(|name| schema != Schema::Absent || name.starts_with("public."));
    let renames: Vec<String> = schemas_of(&whole)
        .map(|name| format!("ALTER SCHEMA {name} RENAME TO {name}_before;"))
        .chain(tables.iter().map(|name| {
            let bare = name.rsplit('.').next().unwrap_or(name);
            format!("ALTER TABLE {name} RENAME TO {bare}_before;")
        }))
        .collect();
    Err(Failure::Failed(anyhow::anyhow!(
        "this database has tables of our names that pgcascade did not make: {}\nNothing was \
         changed. Deploy into another database (CREATE DATABASE outreach;), or move them out of \
         the way and deploy again:\n{}\nTables of the n8n workflows are taken over, with their \
         rows, by `pgcascade deploy --adopt`; add --check to see what it would do",
        foreign.join(", "),
        renames.join("\n")
    )))
}

async fn refuse_foreign_triggers(session: &Session) -> Result<(), Failure> {
    let ours = triggers(&embedded_objects()?);
    let names: Vec<&str> = ours.iter().map(|trigger| trigger.name.as_str()).collect();
    let rows = session.rows(EXISTING_TRIGGERS, &[&names]).await?;
    let mut foreign = Vec::new();
    for row in &rows {
        let (name, table): (String, String) = (get(row, "name")?, get(row, "table")?);
        let function: String = get(row, "function")?;
        let at_its_place = |our: &&OurTrigger| our.name == name && our.table == table;
        let is_ours = |our: &OurTrigger| our.is_made_by_us(&function);
        if ours
            .iter()
            .find(at_its_place)
            .is_some_and(|our| !is_ours(our))
        {
            foreign.push((name, table));
        }
    }
    if foreign.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = foreign
        .iter()
        .map(|(name, table)| format!("{name} on {table}"))
        .collect();
    let renames: Vec<String> = foreign
        .iter()
        .map(|(name, table)| format!("ALTER TRIGGER {name} ON {table} RENAME TO {name}_before;"))
        .collect();
    Err(Failure::Failed(anyhow::anyhow!(
        "these triggers have our names and do something else: {}\nNothing was changed. Drop them, \
         or keep them under another name, and deploy again:\n{}",
        names.join(", "),
        renames.join("\n")
    )))
}

/// The migrations that the database lacks.
fn pending(schema: &Schema) -> Result<Vec<refinery::Migration>, MigrateError> {
    let mut migrations = embedded()?;
    match schema {
        Schema::Absent => {}
        Schema::Older { missing } => {
            migrations.retain(|migration| missing.contains(&migration.to_string()));
        }
        Schema::Current | Schema::Foreign { .. } => migrations.clear(),
    }
    Ok(migrations)
}

/// The schemas of qualified names, each once.
fn schemas_of(names: &[String]) -> impl Iterator<Item = &str> {
    let mut schemas: Vec<&str> = names
        .iter()
        .filter_map(|name| name.split('.').next())
        .collect();
    schemas.sort_unstable();
    schemas.dedup();
    schemas.into_iter()
}

fn strings(rows: &[tokio_postgres::Row], column: &str) -> Result<Vec<String>, DbError> {
    rows.iter().map(|row| get(row, column)).collect()
}
