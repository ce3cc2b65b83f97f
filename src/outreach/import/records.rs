//! Physical lines to CSV records: line ends of all kinds, quotes over several lines, and limits.
//!
//! A quote that never closes would swallow the rest of a file. Here it costs one line: a record is
//! given up after [`RECORD_LINES_MAX`] lines or [`RECORD_BYTES_MAX`] bytes, its first line is
//! broken, and reading goes on with the second. Memory is bounded by the same limits.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use csv::ByteRecord;
use csv_core::ReadRecordResult;

/// Most lines that one record may span; addresses and descriptions stay far below.
pub const RECORD_LINES_MAX: usize = 200;

/// Most bytes that one record, and one line, may have.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// What separates cells; the header shows which of them it is.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// One record of the file, or a line that is none.
pub enum Record {
    /// Cells, unquoted.
    Cells {
        /// Line on which the record begins, from 1.
        line: u64,
        /// Line on which it ends.
        last_line: u64,
        /// The cells.
        cells: ByteRecord,
    },
    /// A line whose quote opens and never closes.
    Unclosed {
        /// Its number.
        line: u64,
        /// All of it, without the line end.
        raw: Vec<u8>,
    },
    /// A line, or a piece of one, that is longer than [`RECORD_BYTES_MAX`].
    TooLong {
        /// Its number.
        line: u64,
        /// The piece.
        raw: Vec<u8>,
    },
}

struct PhysicalLine {
    number: u64,
    /// With the line end.
    bytes: Vec<u8>,
    /// A piece of a line that is too long.
    too_long: bool,
}

/// Reads records from anything that gives bytes.
pub struct Records<R> {
    input: BufReader<R>,
    parser: csv_core::Reader,
    /// Lines that were read for a record that was then given up.
    returned: VecDeque<PhysicalLine>,
    lines_read: u64,
    inside_long_line: bool,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Records<R> {
    /// Nothing is read yet; the delimiter is a comma until the first line is looked at.
    pub fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            parser: csv_core::Reader::new(),
            returned: VecDeque::new(),
            lines_read: 0,
            inside_long_line: false,
            text: vec![0; 1 << 12],
            ends: vec![0; 64],
        }
    }

    /// Takes the byte order mark off the first line and sees what separates its cells. To be
    /// called once, before the first record.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn prepare(&mut self) -> io::Result<Preamble> {
        let Some(mut first) = self.next_line()? else {
            return Ok(Preamble::Empty);
        };
        if first.bytes.starts_with(b"\xff\xfe") || first.bytes.starts_with(b"\xfe\xff") {
            return Ok(Preamble::Utf16);
        }
        if let Some(text) = first.bytes.strip_prefix(b"\xef\xbb\xbf") {
            first.bytes = text.to_vec();
        }
        let delimiter = delimiter_of(&first.bytes);
        self.parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        self.returned.push_front(first);
        Ok(Preamble::Text { delimiter })
    }

    /// The next record; None at the end. Lines without any text are passed over.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Record>> {
        while let Some(first) = self.next_line()? {
            let line = first.number;
            if first.too_long {
                return Ok(Some(Record::TooLong {
                    line,
                    raw: without_line_end(first.bytes),
                }));
            }
            if !first.bytes.trim_ascii().is_empty() {
                return self.record_from(first).map(Some);
            }
        }
        Ok(None)
    }

    /// Reads on until the quotes of the first line are closed, or gives it up.
    fn record_from(&mut self, first: PhysicalLine) -> io::Result<Record> {
        let line = first.number;
        let mut parsed = Parsed::default();
        let mut bytes = first.bytes.len();
        let mut lines = vec![first];
        loop {
            if let Some(last) = lines.last()
                && self.feed(&last.bytes, &mut parsed)
            {
                return Ok(Record::Cells {
                    line,
                    last_line: last.number,
                    cells: self.cells(&parsed),
                });
            }
            if lines.len() >= RECORD_LINES_MAX || bytes >= RECORD_BYTES_MAX {
                break;
            }
            let Some(next) = self.next_line()? else { break };
            let too_long = next.too_long;
            bytes += next.bytes.len();
            lines.push(next);
            if too_long {
                break;
            }
        }
        // Only here: after a reset the parser takes a byte order mark off, which may be data.
        self.parser.reset();
        for unread in lines.drain(1..).rev() {
            self.returned.push_front(unread);
        }
        let raw = lines
            .pop()
            .map(|first| without_line_end(first.bytes))
            .unwrap_or_default();
        Ok(Record::Unclosed { line, raw })
    }

    /// Gives the parser one line; true when the record is complete.
    fn feed(&mut self, line: &[u8], parsed: &mut Parsed) -> bool {
        let mut input = line;
        loop {
            let (text, ends) = (
                self.text.get_mut(parsed.text..),
                self.ends.get_mut(parsed.ends..),
            );
            let (result, read, wrote, ended) =
                self.parser
                    .read_record(input, text.unwrap_or_default(), ends.unwrap_or_default());
            input = input.get(read..).unwrap_or_default();
            parsed.text += wrote;
            parsed.ends += ended;
            match result {
                ReadRecordResult::InputEmpty => return false,
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                // Empty input tells the parser that the file has ended; a line never is empty.
                ReadRecordResult::Record | ReadRecordResult::End => return true,
            }
        }
    }

    fn cells(&self, parsed: &Parsed) -> ByteRecord {
        let mut cells = ByteRecord::with_capacity(parsed.text, parsed.ends);
        let mut start = 0;
        for end in self.ends.iter().take(parsed.ends) {
            cells.push_field(self.text.get(start..*end).unwrap_or_default());
            start = *end;
        }
        cells
    }

    /// The next line, ended by LF, CR LF or CR, with at most [`RECORD_BYTES_MAX`] bytes.
    fn next_line(&mut self) -> io::Result<Option<PhysicalLine>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let continued = self.inside_long_line;
        let mut bytes = Vec::new();
        let ended = loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break true;
            }
            let room = RECORD_BYTES_MAX - bytes.len();
            let end = buffer
                .iter()
                .take(room)
                .position(|byte| matches!(byte, b'\n' | b'\r'));
            let taken = end.map_or(buffer.len().min(room), |end| end + 1);
            bytes.extend(buffer.iter().take(taken));
            self.input.consume(taken);
            if end.is_some() {
                break true;
            }
            if bytes.len() >= RECORD_BYTES_MAX {
                break false;
            }
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.ends_with(b"\r") && self.input.fill_buf()?.first() == Some(&b'\n') {
            self.input.consume(1);
            bytes.push(b'\n');
        }
        if !bytes.ends_with(b"\n") && !bytes.ends_with(b"\r") && ended {
            bytes.push(b'\n');
        }
        self.inside_long_line = !ended;
        self.lines_read += u64::from(!continued);
        Ok(Some(PhysicalLine {
            number: self.lines_read,
            bytes,
            too_long: continued || !ended,
        }))
    }
}

/// What the beginning of a file shows.
pub enum Preamble {
    /// No byte at all.
    Empty,
    /// A byte order mark of UTF-16.
    Utf16,
    /// Text with this delimiter.
    Text {
        /// The byte between cells.
        delimiter: u8,
    },
}

/// How much of the parser's output belongs to the record so far.
#[derive(Default)]
struct Parsed {
    text: usize,
    ends: usize,
}

/// The candidate that stands most often outside of quotes; a comma when none does.
fn delimiter_of(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for byte in line {
        quoted ^= *byte == b'"';
        for (count, delimiter) in counts.iter_mut().zip(DELIMITERS) {
            *count += usize::from(!quoted && *byte == delimiter);
        }
    }
    // max_by_key takes the last of equals; the comma is to win, so it is looked at last.
    let best = counts
        .iter()
        .zip(DELIMITERS)
        .rev()
        .max_by_key(|(count, _)| **count);
    best.map_or(b',', |(_, delimiter)| delimiter)
}

fn without_line_end(mut bytes: Vec<u8>) -> Vec<u8> {
    while bytes
        .last()
        .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
    {
        bytes.pop();
    }
    bytes
}
