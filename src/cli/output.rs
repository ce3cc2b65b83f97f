//! What a person or a script reads: the only place that prints.
//!
//! Results go to standard output, everything else to standard error. A reader who leaves (`| head`)
//! is no error: further output is dropped, and long-running commands ask [`Output::is_closed`].
//! Text from the database is cleaned of control characters, so that no stored value steers the
//! terminal. Colour only on a terminal, and never with NO_COLOR.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde::Serialize;

use crate::config;

/// Columns of a page for a reader that is no terminal.
const PAGE_WIDTH: usize = 80;
/// Longer lines are hard to read, however wide the screen.
const TEXT_WIDTH_MAX: usize = 100;

/// So long a remark may take to be written.
const COMPLAINT: Duration = Duration::from_secs(2);

/// Where results go, and in which form.
#[derive(Debug, Default)]
pub struct Output {
    json: bool,
    closed: AtomicBool,
}

/// Which side of its column a cell stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

impl Output {
    /// Output for a person, or with `json` for a script.
    pub fn new(json: bool) -> Self {
        Self {
            json,
            closed: AtomicBool::new(false),
        }
    }

    /// Output that nobody reads: for steps inside a command that prints nothing but its log.
    pub fn to_nobody() -> Self {
        Self {
            json: false,
            closed: AtomicBool::new(true),
        }
    }

    /// Whether a script reads: then exactly one JSON document is printed, or one a line.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether the reader has left.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// A line for a person; nothing when a script reads.
    pub fn say(&self, line: impl Display) {
        if !self.json {
            self.write(&format!("{line}\n"));
        }
    }

    /// A heading for a person, with a blank line before it.
    pub fn heading(&self, words: &str) {
        self.say(format!("\n{}", strong(words, io::stdout().is_terminal())));
    }

    /// A paragraph for a person, wrapped to the page, every line indented.
    pub fn paragraph(&self, indent: usize, text: &str) {
        for line in wrap(text, text_width().saturating_sub(indent)) {
            self.say(format!("{:indent$}{line}", ""));
        }
    }

    /// A table for a person; nothing when a script reads.
    pub fn table(&self, columns: &[(&str, Side)], rows: Vec<Vec<String>>) {
        let mut table = Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width()).unwrap_or(u16::MAX))
            .set_header(columns.iter().map(|(name, _)| *name));
        for (at, (_, side)) in columns.iter().enumerate() {
            if let Some(column) = table.column_mut(at) {
                let first = if at == 0 { 2 } else { 0 };
                column.set_padding((first, if at + 1 == columns.len() { 0 } else { 2 }));
                column.set_cell_alignment(match side {
                    Side::Left => CellAlignment::Left,
                    Side::Right => CellAlignment::Right,
                });
            }
        }
        for row in rows {
            table.add_row(row.iter().map(|cell| clean(cell)));
        }
        for line in table.lines() {
            self.say(line.trim_end());
        }
    }

    /// A document for a script, whatever a person would see.
    pub fn json<T: Serialize>(&self, value: &T) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.write(&format!("{text}\n")),
            // Only maps with keys that are no text fail, and we have none.
            Err(error) => complain(&error.to_string()),
        }
    }

    /// One line of a stream of documents.
    pub fn json_line<T: Serialize>(&self, value: &T) {
        match serde_json::to_string(value) {
            Ok(text) => self.write(&format!("{text}\n")),
            Err(error) => complain(&error.to_string()),
        }
    }

    /// Text that both a person and a script want as it is, such as a URL.
    pub fn plain(&self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    fn write(&self, text: &str) {
        if self.is_closed() {
            return;
        }
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        if written.is_err() {
            // Nobody is left to be told; the work goes on.
            self.closed.store(true, Ordering::Relaxed);
        }
    }
}

/// A remark on standard error, for a person only. Where nobody reads, it is not waited for long: a
/// daemon must end.
pub fn complain(text: &str) {
    let text = format!("{text}\n");
    let (done, written) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody is left to be told when standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        let _ = done.send(());
    });
    let _ = written.recv_timeout(COMPLAINT);
}

/// The word that begins an error.
pub fn error_word() -> String {
    strong("error:", io::stderr().is_terminal())
}

/// Columns of the screen, or of a page where there is none.
pub fn width() -> usize {
    // A table without a width of its own asks the terminal.
    Table::new().width().map_or(PAGE_WIDTH, usize::from)
}

/// Columns of running text.
pub fn text_width() -> usize {
    width().min(TEXT_WIDTH_MAX)
}

/// One line of text without control characters; a line end becomes a blank.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\t' => ' ',
            letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
            letter => letter,
        })
        .collect()
}

/// Breaks text at blanks; a longer word stands alone. Line ends in the text are kept.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for given in text.lines() {
        let mut line = String::new();
        for word in given.split_whitespace() {
            let letters = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && letters > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&clean(word));
        }
        lines.push(line);
    }
    lines
}

fn strong(words: &str, is_terminal: bool) -> String {
    if is_terminal && !config::no_color() {
        format!("\u{1b}[1m{words}\u{1b}[0m")
    } else {
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_blanks_and_no_word_is_lost() {
        let lines = wrap("one two three\nfour averyveryverylongword five", 9);
        assert_eq!(
            lines,
            ["one two", "three", "four", "averyveryverylongword", "five"]
        );
        assert_eq!(wrap("", 9), Vec::<String>::new());
    }

    #[test]
    fn a_stored_value_cannot_steer_the_terminal() {
        assert_eq!(
            clean("a\u{1b}[31mred\nb\u{7}"),
            "a\u{fffd}[31mred b\u{fffd}"
        );
    }
}
