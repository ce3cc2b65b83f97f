//! The file of rejected lines: what was there, with its line number and reason in front.
//!
//! It is a CSV file that can be imported again once its lines are corrected: the two columns in
//! front mean nothing to the import. They stand in front because a line with too many cells is
//! longer than the header. The file is UTF-8; only cells that were not UTF-8 keep their bytes.

use std::io::Write;

use csv::{ByteRecord, Writer, WriterBuilder};

use super::columns::Header;
use super::reader::RejectReason;

/// The headers of the two columns in front.
const ADDED: [&[u8]; 2] = [b"line", b"reason"];

/// Writes rejected lines.
pub struct RejectWriter<W: Write> {
    out: Writer<W>,
    /// Cells of a line of the file that is imported.
    cells: usize,
    /// The imported file is itself one of rejects, whose columns in front are replaced.
    replaces: bool,
}

impl<W: Write> RejectWriter<W> {
    /// Writes the header: line, reason, and the headers of the imported file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(out: W, header: &Header) -> csv::Result<Self> {
        let out = WriterBuilder::new()
            .flexible(true)
            .delimiter(header.delimiter)
            .from_writer(out);
        let replaces = header.cells.iter().take(ADDED.len()).eq(ADDED);
        let mut writer = Self {
            out,
            cells: header.cells.len(),
            replaces,
        };
        writer.record(ADDED[0], ADDED[1], &header.cells)?;
        Ok(writer)
    }

    /// Writes one rejected line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, line: u64, reason: &RejectReason, raw: &ByteRecord) -> csv::Result<()> {
        self.record(
            line.to_string().as_bytes(),
            reason.to_string().as_bytes(),
            raw,
        )
    }

    /// Writes what is still in memory and gives the file back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> std::io::Result<W> {
        self.out.into_inner().map_err(|error| error.into_error())
    }

    fn record(&mut self, line: &[u8], reason: &[u8], raw: &ByteRecord) -> csv::Result<()> {
        // A line that could not be taken apart is one cell, and has no old columns in front.
        let old = if self.replaces && raw.len() >= self.cells.min(ADDED.len() + 1) {
            2
        } else {
            0
        };
        self.out
            .write_record([line, reason].into_iter().chain(raw.iter().skip(old)))
    }
}
