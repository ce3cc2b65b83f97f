//! The only file that prints.

use std::io::{self, IsTerminal, Write};

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;
use tokio_postgres::Row;

/// Widest table where nobody can see it: in a file or a pipe.
const WIDTH_WITHOUT_TERMINAL: u16 = 160;

/// Prints a line. A reader that has gone away (`| head`) ends the program quietly.
pub fn line(text: impl AsRef<str>) {
    write_or_leave(&mut io::stdout().lock(), text.as_ref());
}

/// Prints a value as JSON: on one line, for scripts.
pub fn json(value: &Value) {
    line(value.to_string());
}

/// Prints an error the way people read it: what, then why, one cause a line.
pub fn error(error: &anyhow::Error) {
    let mut text = format!("error: {error}");
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // Wrappers often repeat their cause.
        if !said.contains(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
            said = cause;
        }
    }
    write_or_leave(&mut io::stderr().lock(), &text);
}

/// Prints rows as a table that fits the terminal; says `empty` when there are none.
pub fn table(headings: &[&str], rows: Vec<Vec<String>>, empty: &str) {
    if rows.is_empty() {
        line(format!("  {empty}"));
        return;
    }
    let mut table = Table::new();
    table
        .load_style(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(headings);
    if !io::stdout().is_terminal() {
        table.set_width(WIDTH_WITHOUT_TERMINAL);
    }
    for row in rows {
        table.add_row(row);
    }
    line(table.to_string());
}

/// A row of text columns: what the statements of this room return. NULL prints as nothing.
pub fn cells(row: &Row) -> Vec<String> {
    (0..row.len())
        .map(|column| {
            row.try_get::<_, Option<String>>(column)
                .ok()
                .flatten()
                .unwrap_or_default()
        })
        .collect()
}

fn write_or_leave(out: &mut impl Write, text: &str) {
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
