//! The iterator over a file of companies: each line a row or a reject.

use std::io::{self, Read};

use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;

use super::columns::{Column, Header};
use super::records::{Preamble, RECORD_BYTES_MAX, RECORD_LINES_MAX, Record, Records};
use super::row::{CellProblem, IntakeRow};

/// How the bytes of a file are to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; a line that is none is rejected, because nobody can tell what it was meant to be.
    #[default]
    Utf8,
    /// Windows-1252, the encoding of Excel's "CSV" in the West. Every byte is a character in it,
    /// so it is never guessed, only declared.
    Windows1252,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The bytes could not be read.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    /// No line with text.
    #[error("the file is empty: its first line must name the columns, for example company,website")]
    Empty,
    /// UTF-16, as some spreadsheets export "Unicode text".
    #[error("the file is UTF-16: save it again as \"CSV UTF-8\"")]
    Utf16,
    /// The first line is not UTF-8.
    #[error(
        "the first line is not UTF-8: save the file as \"CSV UTF-8\", or import it with \
         --encoding windows-1252"
    )]
    HeaderNotUtf8,
    /// The first line has an open quote or is too long.
    #[error("the first line does not name columns: a quote in it never closes, or it is too long")]
    HeaderBroken,
    /// Two headers mean one column.
    #[error("{first} and {second} both mean {column}: delete or rename one of them")]
    DuplicateColumn {
        /// The column of the intake table.
        column: &'static str,
        /// The first header with its place.
        first: String,
        /// The second header with its place.
        second: String,
    },
    /// No header means the company's name.
    #[error(
        "no column holds the company's name: call it company, company name or name. \
         The first line has {found}"
    )]
    NoCompanyColumn {
        /// The headers that are there, quoted.
        found: String,
    },
}

/// Why one line is no row. It never holds an address in full.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RejectReason {
    /// More or fewer cells than the header.
    #[error(
        "has {found} cells, the header {expected}: look for a comma without quotes around its cell"
    )]
    CellCount {
        /// Cells of the header.
        expected: usize,
        /// Cells of the line.
        found: usize,
    },
    /// The same for a record of several lines, where a missing quote is the likely cause.
    #[error(
        "has {found} cells with the lines up to {last_line}, the header {expected}: \
         look for a quote that is missing or too much"
    )]
    CellCountOverLines {
        /// Cells of the header.
        expected: usize,
        /// Cells of the record.
        found: usize,
        /// Last line of the record.
        last_line: u64,
    },
    /// A quote opens and never closes.
    #[error(
        "opens a quote that does not close within {RECORD_LINES_MAX} lines: close or delete it"
    )]
    UnclosedQuote,
    /// A line beyond the limit.
    #[error("is longer than {RECORD_BYTES_MAX} bytes: shorten it")]
    TooLong,
    /// A cell that is not UTF-8.
    #[error(
        "{column} is not UTF-8: type it again, or import the file with --encoding windows-1252"
    )]
    NotUtf8 {
        /// The header of the cell.
        column: String,
    },
    /// A cell that its column cannot store.
    #[error("{column} {problem}")]
    Cell {
        /// The column of the intake table.
        column: &'static str,
        /// What is wrong with the cell.
        problem: CellProblem,
    },
}

/// One line of the file, or one record of several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A row for the intake table.
    Row {
        /// Line on which it begins, from 1; the header is line 1.
        line: u64,
        /// Its values.
        row: IntakeRow,
    },
    /// A line that stays outside.
    Reject {
        /// Line on which it begins, from 1.
        line: u64,
        /// Why, as a sentence that follows "line 7".
        reason: RejectReason,
        /// Its cells as they were; one cell with the whole line when it could not be taken apart.
        raw: ByteRecord,
    },
}

/// Reads companies from CSV, one line at a time.
pub struct CompanyCsv<R> {
    records: Records<R>,
    header: Header,
    encoding: Encoding,
}

impl<R: Read> CompanyCsv<R> {
    /// Reads the header. The delimiter (comma, semicolon, tab or bar) is the one that it uses.
    ///
    /// # Errors
    /// When there is no header that names a company column and every column at most once.
    pub fn open(input: R, encoding: Encoding) -> Result<Self, ImportError> {
        let mut records = Records::new(input);
        let delimiter = match records.prepare()? {
            Preamble::Empty => return Err(ImportError::Empty),
            Preamble::Utf16 => return Err(ImportError::Utf16),
            Preamble::Text { delimiter } => delimiter,
        };
        let cells = match records.next()? {
            Some(Record::Cells { cells, .. }) => decoded(cells, encoding),
            Some(Record::Unclosed { .. } | Record::TooLong { .. }) => {
                return Err(ImportError::HeaderBroken);
            }
            None => return Err(ImportError::Empty),
        };
        Ok(Self {
            records,
            header: Header::read(cells, delimiter)?,
            encoding,
        })
    }

    /// The first line, for the reject file and for saying which columns are not imported.
    pub fn header(&self) -> &Header {
        &self.header
    }

    fn line_of(&self, record: Record) -> Line {
        match record {
            Record::Cells {
                line,
                last_line,
                cells,
            } => {
                let raw = decoded(cells, self.encoding);
                match self.row_of(&raw, line, last_line) {
                    Ok(row) => Line::Row { line, row },
                    Err(reason) => Line::Reject { line, reason, raw },
                }
            }
            Record::Unclosed { line, raw } => Line::Reject {
                line,
                reason: RejectReason::UnclosedQuote,
                raw: self.whole(raw),
            },
            Record::TooLong { line, raw } => Line::Reject {
                line,
                reason: RejectReason::TooLong,
                raw: self.whole(raw),
            },
        }
    }

    fn whole(&self, line: Vec<u8>) -> ByteRecord {
        decoded(ByteRecord::from(vec![line]), self.encoding)
    }

    fn row_of(
        &self,
        cells: &ByteRecord,
        line: u64,
        last_line: u64,
    ) -> Result<IntakeRow, RejectReason> {
        let (expected, found) = (self.header.columns.len(), cells.len());
        if expected != found {
            return Err(if line == last_line {
                RejectReason::CellCount { expected, found }
            } else {
                RejectReason::CellCountOverLines {
                    expected,
                    found,
                    last_line,
                }
            });
        }
        let mut row = IntakeRow::default();
        for (place, (cell, column)) in cells.iter().zip(&self.header.columns).enumerate() {
            // Also in a column that is not imported: the whole line may be in another encoding.
            let typed = std::str::from_utf8(cell).map_err(|_| RejectReason::NotUtf8 {
                column: self.name_of(place, *column),
            })?;
            if let Some(column) = column {
                row.set(*column, typed)
                    .map_err(|problem| RejectReason::Cell {
                        column: column.name(),
                        problem,
                    })?;
            }
        }
        Ok(row)
    }

    fn name_of(&self, place: usize, column: Option<Column>) -> String {
        column.map_or_else(
            || format!("column {}", place + 1),
            |column| column.name().to_owned(),
        )
    }
}

impl<R: Read> Iterator for CompanyCsv<R> {
    type Item = io::Result<Line>;

    /// The next line that has any text; lines of empty cells are passed over as blank lines are.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.records.next() {
                Ok(Some(Record::Cells { cells, .. }))
                    if cells.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
                Ok(Some(record)) => return Some(Ok(self.line_of(record))),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// UTF-8 stays as it is, valid or not; Windows-1252 becomes UTF-8.
fn decoded(cells: ByteRecord, encoding: Encoding) -> ByteRecord {
    match encoding {
        Encoding::Utf8 => cells,
        Encoding::Windows1252 => cells
            .iter()
            .map(|cell| {
                WINDOWS_1252
                    .decode_without_bom_handling(cell)
                    .0
                    .into_owned()
                    .into_bytes()
            })
            .collect::<Vec<_>>()
            .into(),
    }
}
