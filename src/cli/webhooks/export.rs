//! `webhooks export`: the registry file, made from the rows.

use serde_json::{Map, Value};
use tokio_postgres::Row;

use super::entry::Rows;
use super::{ExportArgs, open};
use crate::cli::failure::Done;
use crate::cli::output::Output;
use crate::cli::target::get;
use crate::db::DbError;

const REGISTRY: &str = include_str!("../../../sql/queries/cli/webhook_registry.sql");
const ENTRIES: &str = include_str!("../../../sql/queries/cli/webhook_entries.sql");

/// Runs the command.
///
/// # Errors
/// See [`crate::cli::failure::Failure`].
pub async fn run(args: ExportArgs) -> Done {
    let session = open(&args.database).await?;
    let mut document = match session.rows(REGISTRY, &[]).await?.first() {
        Some(row) => object(get(row, "document")?),
        None => Map::new(),
    };
    let mut entries = Map::new();
    for row in session.rows(ENTRIES, &[]).await? {
        let rows = rows(&row)?;
        let key = rows.key(|key| entries.contains_key(key));
        let entry = rows.entry(&key);
        entries.insert(key, entry);
    }
    document.insert("webhooks".to_owned(), Value::Object(entries));
    Output::new(true).json(&document);
    Ok(())
}

fn rows(row: &Row) -> Result<Rows, DbError> {
    Ok(Rows {
        webhook: get(row, "webhook")?,
        stage: get(row, "stage")?,
        event_type: get(row, "event_type")?,
        url: get(row, "url")?,
        method: get(row, "method")?,
        headers: get(row, "headers")?,
        body: get(row, "body")?,
        secret_env: get(row, "secret_env")?,
        timeout_seconds: get(row, "timeout_seconds")?,
        concurrency: get(row, "concurrency")?,
        allow_private: get(row, "allow_private")?,
        description: get(row, "description")?,
        enabled: get(row, "enabled")?,
        batch_size: get(row, "batch_size")?,
        max_attempts: get(row, "max_attempts")?,
        backoff_seconds: get(row, "backoff_seconds")?,
        registry_key: get(row, "registry_key")?,
        registry: object(get(row, "registry")?),
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
