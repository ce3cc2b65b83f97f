//! The only file that prints.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use serde_json::Value;
use tokio_postgres::Row;

/// Widest table where nobody can see it: in a file or a pipe.
const WIDTH_WITHOUT_TERMINAL: u16 = 160;

/// Only the headings are set off: more lines than words tire the eye.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A command that was called wrongly: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUsage(pub String);

/// The exit code of a command that failed: 2 for wrong usage, else 1.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.is::<WrongUsage>() {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}

/// How this program was called, for commands to type next.
pub fn program() -> String {
    std::env::args()
        .next()
        .unwrap_or_else(|| "pgcascade".to_owned())
}

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
        .load_style(STYLE)
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

/// A cell for scripts: a number where it is one, NULL where there is nothing.
pub fn json_cell(cell: &str) -> Value {
    match cell.parse::<serde_json::Number>() {
        Ok(number) => Value::Number(number),
        Err(_) if cell.is_empty() => Value::Null,
        Err(_) => Value::String(cell.to_owned()),
    }
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
