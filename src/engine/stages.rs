//! The stages as the operator has them in `pipeline.stages`.

use std::time::Duration;

use tokio_postgres::Row;

use super::stage::Bounds;
use crate::db::{DbError, Pool};

/// One row of `pipeline.stages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRow {
    /// Its id.
    pub id: i16,
    /// Its name, for people and logs.
    pub name: String,
    /// The type of the events it handles.
    pub event_type: String,
    /// What runs.
    pub kind: Kind,
    /// Within which bounds.
    pub bounds: Bounds,
    /// Most events of one claim.
    pub batch_size: usize,
    /// True: an operator or a refused account stopped it.
    pub paused: bool,
}

/// What a stage runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Code of this daemon, by its registered name.
    Builtin {
        /// The registered name.
        target: String,
    },
    /// A function in the database.
    Sql {
        /// Its name as the operator wrote it.
        target: String,
        /// None when there is no such function.
        function: Option<SqlFunction>,
    },
    /// What the factory registered for a further kind makes of the row.
    Made {
        /// The kind.
        kind: String,
        /// What it is told.
        target: String,
        /// Raised when what the target names was edited.
        revision: i32,
    },
}

/// A function that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFunction {
    /// Its name, resolved and quoted by the database.
    pub name: String,
    /// Whether each of its statements sees what was written before it.
    pub is_volatile: bool,
}

/// Reads every stage.
///
/// # Errors
/// Whatever the database says.
pub async fn load(pool: &Pool) -> Result<Vec<StageRow>, DbError> {
    let client = pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/engine/stages.sql"))
        .await?;
    client
        .query(&statement, &[])
        .await?
        .iter()
        .map(stage_row)
        .collect()
}

fn stage_row(row: &Row) -> Result<StageRow, DbError> {
    let target: String = row.try_get("target")?;
    let kind: &str = row.try_get("kind")?;
    Ok(StageRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        event_type: row.try_get("event_type")?,
        kind: match kind {
            "sql" => Kind::Sql {
                target,
                function: sql_function(row)?,
            },
            "builtin" => Kind::Builtin { target },
            _ => Kind::Made {
                kind: kind.to_owned(),
                target,
                revision: row.try_get("revision")?,
            },
        },
        bounds: Bounds {
            concurrency: usize::try_from(row.try_get::<_, i32>("concurrency")?).unwrap_or(1),
            max_attempts: row.try_get("max_attempts")?,
            backoff: milliseconds(row, "backoff_ms")?,
            backoff_max: milliseconds(row, "backoff_max_ms")?,
            timeout: milliseconds(row, "timeout_ms")?,
        },
        batch_size: usize::try_from(row.try_get::<_, i32>("batch_size")?).unwrap_or(1),
        paused: row.try_get("paused")?,
    })
}

fn sql_function(row: &Row) -> Result<Option<SqlFunction>, DbError> {
    let Some(name) = row.try_get("function")? else {
        return Ok(None);
    };
    let is_volatile = row.try_get("is_volatile")?;
    Ok(Some(SqlFunction { name, is_volatile }))
}

fn milliseconds(row: &Row, column: &str) -> Result<Duration, DbError> {
    Ok(Duration::from_millis(
        u64::try_from(row.try_get::<_, i64>(column)?).unwrap_or(0),
    ))
}
