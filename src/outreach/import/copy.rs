//! Rows in the text form of `COPY … FROM STDIN`: what any text needs so that it arrives unchanged.

use super::columns::Column;
use super::row::{Cell, IntakeRow};

/// Appends one line in COPY's text format: the columns of [`Column::ALL`] in their order, then the
/// extra columns that the caller adds, such as a batch id or the line number. None is NULL.
///
/// The statement names the columns in the same order and leaves the format at its default (tab,
/// `\N`, backslash).
pub fn encode_row(row: &IntakeRow, extra: &[Option<&str>], out: &mut Vec<u8>) {
    for (place, column) in Column::ALL.into_iter().enumerate() {
        if place > 0 {
            out.push(b'\t');
        }
        match row.get(column) {
            None => out.extend(b"\\N"),
            Some(Cell::Text(text)) => escape(text, out),
            Some(Cell::Integer(number)) => out.extend(number.to_string().bytes()),
            Some(Cell::List(parts)) => escape(&array_literal(parts), out),
        }
    }
    for text in extra {
        out.push(b'\t');
        match text {
            None => out.extend(b"\\N"),
            Some(text) => escape(text, out),
        }
    }
    out.push(b'\n');
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            byte => out.push(byte),
        }
    }
}

/// `{"a","b \"c\""}`: every part quoted, so that no part is taken for NULL or for two.
fn array_literal(parts: &[String]) -> String {
    let quoted: Vec<String> = parts
        .iter()
        .map(|part| format!("\"{}\"", part.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("{{{}}}", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_line_whatever_its_text_holds() {
        let mut row = IntakeRow::default();
        row.set(Column::Company, "A\tB\\N\nC").unwrap();
        row.set(Column::NumEmployees, "1,200").unwrap();
        row.set(Column::Keywords, "steel, say \"hi\", a\\b")
            .unwrap();
        let mut out = Vec::new();
        encode_row(&row, &[Some("7"), None], &mut out);
        let line = String::from_utf8(out).unwrap();
        let cells: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
        assert_eq!(cells.len(), Column::ALL.len() + 2);
        assert_eq!(cells[0], "A\\tB\\\\N\\nC");
        assert_eq!(cells[Column::NumEmployees as usize], "1200");
        let keywords = r#"{"steel","say \\"hi\\"","a\\\\b"}"#;
        assert_eq!(cells[Column::Keywords as usize], keywords);
        assert_eq!(cells[Column::ALL.len()..], ["7", "\\N"]);
    }
}
