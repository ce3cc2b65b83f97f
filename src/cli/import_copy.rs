//! From a CSV file into the intake table: the lines by COPY, all of them or none.
//!
//! A blocking thread reads and encodes, the runtime sends. The lines land in a temporary table and
//! become intake rows by one statement, so a failing database leaves nothing half imported.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use bytes::Bytes;
use futures_util::SinkExt;
use tokio::sync::mpsc;
use tokio_postgres::{Client, Transaction};

use crate::outreach::import::{CompanyCsv, Encoding, Line, RejectWriter, encode_row};

/// Bytes that are sent at once.
const CHUNK_BYTES: usize = 1 << 16;
/// Chunks that the reader may be ahead of the network.
const CHUNKS_AHEAD: usize = 8;
/// Rejected lines that are kept for the report; the reject file has all of them.
const REJECTS_SHOWN: usize = 20;

/// What an import came to.
#[derive(Debug, Default)]
pub struct Report {
    /// The batch its rows carry, unless the file names one itself.
    pub batch: String,
    /// Rows of the file that could be read.
    pub rows: u64,
    /// Of those, rows that are new.
    pub imported: u64,
    /// Lines that could not be read.
    pub rejected: u64,
    /// The first of them: line number and reason.
    pub reasons: Vec<(u64, String)>,
    /// Where all of them are kept; None when there are none.
    pub reject_file: Option<PathBuf>,
    /// Columns of the file that mean nothing to the intake table.
    pub ignored_columns: Vec<String>,
}

/// What is to be imported, and how.
pub struct Source {
    /// Gives the bytes; counts them for the progress bar.
    pub input: Box<dyn Read + Send>,
    /// Name of the file without its ending, for the batch id.
    pub stem: String,
    /// How its bytes are to be read.
    pub encoding: Encoding,
    /// Where rejected lines are kept; None: only counted.
    pub reject_file: Option<PathBuf>,
    /// The batch; None: one that is not taken.
    pub batch: Option<String>,
    /// Change nothing.
    pub dry_run: bool,
}

/// Imports companies.
///
/// # Errors
/// The file has no usable header, or cannot be read; the database refuses the rows. Nothing is
/// imported then.
pub async fn import(client: &mut Client, source: Source) -> anyhow::Result<Report> {
    let reader = CompanyCsv::open(source.input, source.encoding)?;
    let ignored_columns = reader.header().ignored();
    let tx = client.transaction().await?;
    tx.batch_execute(include_str!("../../sql/queries/cli/create_import.sql"))
        .await?;
    let batch = match source.batch {
        Some(batch) => batch,
        None => {
            let statement = include_str!("../../sql/queries/cli/next_batch.sql");
            tx.query_one(statement, &[&source.stem]).await?.try_get(0)?
        }
    };

    let (chunks, received) = mpsc::channel(CHUNKS_AHEAD);
    let reading =
        tokio::task::spawn_blocking(move || read(reader, &chunks, source.reject_file.as_deref()));
    send(&tx, received).await?;
    let mut report = reading.await??;

    let statement = include_str!("../../sql/queries/cli/insert_import.sql");
    report.imported = tx
        .execute(statement, &[&batch])
        .await
        .context("the rows are refused")?;
    if source.dry_run {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Ok(Report {
        batch,
        ignored_columns,
        ..report
    })
}

/// Sends chunks as they come. A reader that fails closes the channel, and its error is reported by
/// the caller; the transaction is rolled back in either case.
async fn send(tx: &Transaction<'_>, mut received: mpsc::Receiver<Bytes>) -> anyhow::Result<()> {
    let sink = tx
        .copy_in(include_str!("../../sql/queries/cli/copy_import.sql"))
        .await?;
    let mut sink = std::pin::pin!(sink);
    while let Some(chunk) = received.recv().await {
        sink.send(chunk).await.context("the rows are refused")?;
    }
    sink.finish().await.context("the rows are refused")?;
    Ok(())
}

/// Reads the file to its end, on a thread that may block.
fn read(
    mut reader: CompanyCsv<Box<dyn Read + Send>>,
    chunks: &mpsc::Sender<Bytes>,
    reject_file: Option<&Path>,
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let mut rejects = None;
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    while let Some(line) = reader.next() {
        match line.context("the file cannot be read to its end")? {
            Line::Row { row, .. } => {
                report.rows += 1;
                encode_row(&row, &[Some(&row.fingerprint())], &mut chunk);
            }
            Line::Reject { line, reason, raw } => {
                report.rejected += 1;
                if report.reasons.len() < REJECTS_SHOWN {
                    report.reasons.push((line, reason.to_string()));
                }
                if let Some(path) = reject_file {
                    let writer = match rejects.take() {
                        Some(writer) => writer,
                        None => RejectWriter::new(create(path)?, reader.header())?,
                    };
                    rejects.insert(writer).write(line, &reason, &raw)?;
                }
            }
        }
        if chunk.len() >= CHUNK_BYTES {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES));
            // The database has refused the rows and says so itself.
            ensure!(
                chunks.blocking_send(full.into()).is_ok(),
                "the database stopped listening"
            );
        }
    }
    if let Some(writer) = rejects {
        writer.finish()?.flush()?;
        report.reject_file = reject_file.map(Path::to_owned);
    }
    let _ = chunks.blocking_send(chunk.into());
    Ok(report)
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| {
        format!(
            "the reject file {} cannot be written; name another with --rejects",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::outreach::import::Column;

    #[test]
    fn copy_names_the_columns_in_the_order_in_which_they_are_written() {
        let statement = include_str!("../../sql/queries/cli/copy_import.sql");
        let (_, columns) = statement.split_once("import_lines (").unwrap();
        let (columns, _) = columns.split_once(')').unwrap();
        let named: Vec<&str> = columns.split(',').map(str::trim).collect();
        let mut written: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
        written.push("import_fingerprint");
        assert_eq!(named, written);
    }
}
