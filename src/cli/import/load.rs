//! Rows into the intake table: COPY into a temporary table, one INSERT, one commit.
//!
//! A file that stops half-way, a database that goes away, a signal: nothing is left behind. The
//! INSERT is one statement, so that its events are announced in one summary.

use std::io::{Cursor, Read};

use csv::ByteRecord;
use futures_util::SinkExt;
use tokio_postgres::{CopyInSink, Transaction};

use crate::cli::target::{Session, get};
use crate::db::DbError;
use crate::outreach::import::{CompanyCsv, Line, RejectReason, encode_row};

const TABLE: &str = include_str!("../../../sql/queries/cli/import_table.sql");
const COPY: &str = include_str!("../../../sql/queries/cli/import_copy.sql");
const BATCH_LOCK: &str = include_str!("../../../sql/queries/cli/import_batch_lock.sql");
const BATCH_ID: &str = include_str!("../../../sql/queries/cli/import_batch_id.sql");
const ROWS: &str = include_str!("../../../sql/queries/cli/import_rows.sql");
const NEW_ROWS: &str = include_str!("../../../sql/queries/cli/import_new_rows.sql");

/// Rows are sent in pieces of about this many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// How to import.
#[derive(Debug, Clone)]
pub struct Options {
    /// Batch id of all rows; None: the file's own, else one made of day, name and number.
    pub batch: Option<String>,
    /// What the file is called in such a batch id.
    pub name: String,
    /// Not more than this many lines; None: all.
    pub lines_max: Option<u64>,
    /// Change nothing.
    pub dry_run: bool,
}

/// What became of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The batch id of rows that brought none; None when nothing was imported.
    pub batch: Option<String>,
    /// Lines below the header.
    pub lines: i64,
    /// Rows that are in the intake table now, or would be.
    pub imported: i64,
    /// Rows that were there before, or twice in the file.
    pub already_there: i64,
    /// Lines that are no rows.
    pub rejected: i64,
}

/// Imports a file; `on_reject` is told of each line that is no row.
///
/// # Errors
/// The file or the database failed, or `on_reject` did; nothing was imported.
pub async fn load<R: Read>(
    session: &mut Session,
    csv: CompanyCsv<R>,
    options: &Options,
    on_reject: &mut dyn FnMut(u64, &RejectReason, &ByteRecord) -> anyhow::Result<()>,
) -> anyhow::Result<Loaded> {
    let transaction = session.client.transaction().await.map_err(DbError::from)?;
    transaction
        .batch_execute(TABLE)
        .await
        .map_err(DbError::from)?;
    let (rows, rejected) = copy(&transaction, csv, options, on_reject).await?;

    let imported: i64;
    let mut batch = None;
    if options.dry_run {
        let row = transaction.query_one(NEW_ROWS, &[]).await;
        imported = get(&row.map_err(DbError::from)?, "rows")?;
        transaction.rollback().await.map_err(DbError::from)?;
    } else {
        let id = match &options.batch {
            Some(given) => given.clone(),
            None => free_batch_id(&transaction, &options.name).await?,
        };
        let row = transaction
            .query_one(ROWS, &[&id, &options.batch.is_some()])
            .await;
        imported = get(&row.map_err(DbError::from)?, "rows")?;
        transaction.commit().await.map_err(DbError::from)?;
        batch = (imported > 0).then_some(id);
    }
    Ok(Loaded {
        batch,
        lines: rows + rejected,
        imported,
        already_there: rows - imported,
        rejected,
    })
}

/// A batch id that nobody has; ours until the transaction ends.
async fn free_batch_id(transaction: &Transaction<'_>, name: &str) -> Result<String, DbError> {
    transaction.query_one(BATCH_LOCK, &[&name]).await?;
    get(
        &transaction.query_one(BATCH_ID, &[&name]).await?,
        "batch_id",
    )
}

/// Sends every row to the temporary table; how many rows and rejects there were.
async fn copy<R: Read>(
    transaction: &Transaction<'_>,
    csv: CompanyCsv<R>,
    options: &Options,
    on_reject: &mut dyn FnMut(u64, &RejectReason, &ByteRecord) -> anyhow::Result<()>,
) -> anyhow::Result<(i64, i64)> {
    let sink = transaction.copy_in(COPY).await.map_err(DbError::from)?;
    let mut sink: std::pin::Pin<Box<CopyInSink<Cursor<Vec<u8>>>>> = Box::pin(sink);
    let (mut rows, mut rejected) = (0, 0);
    let mut piece = Vec::with_capacity(PIECE_BYTES * 2);
    let lines_max = options.lines_max.map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    for line in csv.take(lines_max) {
        match line? {
            Line::Row { line, row } => {
                rows += 1;
                let (line, fingerprint) = (line.to_string(), row.fingerprint());
                encode_row(&row, &[Some(&line), Some(&fingerprint)], &mut piece);
            }
            Line::Reject { line, reason, raw } => {
                rejected += 1;
                on_reject(line, &reason, &raw)?;
            }
        }
        if piece.len() >= PIECE_BYTES {
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE_BYTES * 2));
            sink.send(Cursor::new(full)).await.map_err(DbError::from)?;
        }
    }
    sink.send(Cursor::new(piece)).await.map_err(DbError::from)?;
    sink.as_mut().finish().await.map_err(DbError::from)?;
    Ok((rows, rejected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outreach::import::Column;

    #[test]
    fn the_copy_names_the_columns_in_the_order_of_the_encoding() {
        let listed = COPY.split_once('(').unwrap().1.split_once(')').unwrap().0;
        let listed: Vec<&str> = listed.split(',').map(str::trim).collect();
        let expected: Vec<&str> = Column::ALL
            .iter()
            .map(|column| column.name())
            .chain(["line", "import_fingerprint"])
            .collect();
        assert_eq!(listed, expected);
        for query in [TABLE, ROWS] {
            for column in Column::ALL {
                assert!(
                    query.contains(column.name()),
                    "{} in {query}",
                    column.name()
                );
            }
        }
    }
}
