//! Cells to values, and the fingerprint by which a row is known again.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::columns::Column;
use crate::outreach::refusal::Shown;

/// Years that a company can have been founded in; the oldest alive is of 578. Without a clock the
/// upper end is only a guard against typing errors.
const FOUNDED_YEARS: std::ops::RangeInclusive<i32> = 500..=2100;

/// Bytes of the hash that are kept: 128 bits.
const FINGERPRINT_BYTES: usize = 16;

/// The value of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text as it was typed, without blanks around it; never empty and without NUL.
    Text(String),
    /// A whole number.
    Integer(i32),
    /// The parts of a list; never empty.
    List(Vec<String>),
}

/// Why a cell cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellProblem {
    /// PostgreSQL stores no NUL in text.
    #[error("holds a NUL byte: export the file again, or delete the byte")]
    Nul,
    /// A number is needed.
    #[error("is \"{0}\", not a whole number: write a number such as 1200, or leave it empty")]
    NotANumber(Shown),
    /// A range of numbers, such as LinkedIn's 51-200.
    #[error("is the range \"{0}\": write one number, or leave it empty")]
    Range(Shown),
    /// A year that no company was founded in.
    #[error("is the year {0}: write a year from 500 to 2100, or leave it empty")]
    Year(i32),
}

/// One row for `intake.company_raw_intake`; a column without a value is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeRow {
    cells: Vec<Option<Cell>>,
}

impl Default for IntakeRow {
    fn default() -> Self {
        Self {
            cells: vec![None; Column::ALL.len()],
        }
    }
}

impl IntakeRow {
    /// The value in a column.
    pub fn get(&self, column: Column) -> Option<&Cell> {
        self.cells.get(column as usize).and_then(Option::as_ref)
    }

    /// The text in a column; None also for numbers and lists.
    pub fn text(&self, column: Column) -> Option<&str> {
        match self.get(column) {
            Some(Cell::Text(text)) => Some(text),
            Some(Cell::Integer(_) | Cell::List(_)) | None => None,
        }
    }

    /// Reads what was typed into a column; blanks alone are no value.
    ///
    /// # Errors
    /// When the column cannot store it.
    pub fn set(&mut self, column: Column, typed: &str) -> Result<(), CellProblem> {
        let cell = read_cell(column, typed.trim())?;
        if let Some(place) = self.cells.get_mut(column as usize) {
            *place = cell;
        }
        Ok(())
    }

    /// 32 hexadecimal digits that are equal for rows that say the same of a company, in whatever
    /// order the file has its columns. The batch id does not count: it says when a row came, and
    /// the same file in another batch is still the same file.
    ///
    /// The form is stored with the rows and must not change.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for column in Column::ALL
            .into_iter()
            .filter(|column| *column != Column::ImportBatchId)
        {
            let Some(cell) = self.get(column) else {
                continue;
            };
            let parts = match cell {
                Cell::Text(text) => vec![text.clone()],
                Cell::Integer(number) => vec![number.to_string()],
                Cell::List(parts) => parts.clone(),
            };
            hash.update(column.name());
            // No cell holds a NUL, so two different rows never give the same bytes.
            for part in parts {
                hash.update([0]);
                hash.update(part);
            }
            hash.update([0, 0]);
        }
        let mut hex = String::with_capacity(FINGERPRINT_BYTES * 2);
        for byte in hash.finalize().iter().take(FINGERPRINT_BYTES) {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

fn read_cell(column: Column, typed: &str) -> Result<Option<Cell>, CellProblem> {
    if typed.contains('\0') {
        return Err(CellProblem::Nul);
    }
    if typed.is_empty() {
        return Ok(None);
    }
    match column {
        Column::NumEmployees => read_integer(typed).map(|number| Some(Cell::Integer(number))),
        Column::FoundedYear => match read_integer(typed)? {
            year if FOUNDED_YEARS.contains(&year) => Ok(Some(Cell::Integer(year))),
            year => Err(CellProblem::Year(year)),
        },
        Column::Keywords => {
            let parts: Vec<String> = typed
                .split([',', ';', '|'])
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect();
            Ok((!parts.is_empty()).then_some(Cell::List(parts)))
        }
        _ => Ok(Some(Cell::Text(typed.to_owned()))),
    }
}

/// `1200`, `1,200`, `1.200`, `1 200`, `1'200` and the `1200.0` of spreadsheets.
fn read_integer(typed: &str) -> Result<i32, CellProblem> {
    let whole = typed
        .strip_suffix(".0")
        .or_else(|| typed.strip_suffix(".00"))
        .unwrap_or(typed);
    let groups: Vec<&str> = whole
        .split([',', '.', ' ', '\'', '’', '\u{a0}', '\u{202f}'])
        .collect();
    let digits = |group: &&str| group.chars().all(|c| c.is_ascii_digit());
    let grouped = match groups.as_slice() {
        [] => false,
        [only] => !only.is_empty(),
        [first, rest @ ..] => {
            (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3)
        }
    };
    let is_range = || {
        let mut ends = typed.split(['-', '–', '—']).map(str::trim);
        let number = |end: Option<&str>| end.is_some_and(|end| read_integer(end).is_ok());
        typed.contains(['-', '–', '—']) && number(ends.next()) && number(ends.next())
    };
    match groups.concat().parse() {
        Ok(number) if grouped && groups.iter().all(digits) => Ok(number),
        _ if is_range() => Err(CellProblem::Range(Shown::new(typed))),
        _ => Err(CellProblem::NotANumber(Shown::new(typed))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it_and_nonsense_is_refused() {
        for (typed, number) in [
            ("0", 0),
            ("1200", 1200),
            ("1,200", 1200),
            ("1.200", 1200),
            ("1 200", 1200),
            ("1'200", 1200),
            ("1,234,567", 1_234_567),
            ("350.0", 350),
            ("12.00", 12),
        ] {
            assert_eq!(read_integer(typed), Ok(number), "{typed}");
        }
        for typed in ["51-200", "10,001 – 50,000"] {
            assert!(
                matches!(read_integer(typed), Err(CellProblem::Range(_))),
                "{typed}"
            );
        }
        for typed in [
            "abc",
            "-5",
            "1,2",
            "12,00",
            "1.5",
            "5K",
            "10+",
            "9999999999",
            "",
            "--",
            "٣",
        ] {
            assert!(
                matches!(read_integer(typed), Err(CellProblem::NotANumber(_))),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_year_that_cannot_be_is_refused() {
        let year = |typed| IntakeRow::default().set(Column::FoundedYear, typed);
        assert_eq!(year("1998"), Ok(()));
        assert_eq!(year(""), Ok(()));
        assert_eq!(year("3005"), Err(CellProblem::Year(3005)));
        assert_eq!(year("98"), Err(CellProblem::Year(98)));
    }

    #[test]
    fn a_fingerprint_is_of_the_company_and_not_of_the_file() {
        let row = |cells: &[(Column, &str)]| {
            let mut row = IntakeRow::default();
            cells
                .iter()
                .for_each(|(column, typed)| row.set(*column, typed).unwrap());
            row.fingerprint()
        };
        let acme = row(&[(Column::Company, "Acme"), (Column::NumEmployees, "1200")]);
        let same = row(&[
            (Column::ImportBatchId, "B2"),
            (Column::NumEmployees, " 1,200"),
            (Column::Website, " "),
            (Column::Company, " Acme "),
        ]);
        assert_eq!(acme, same);
        assert_eq!(acme.len(), 32);
        assert_ne!(
            acme,
            row(&[(Column::Company, "Acme"), (Column::NumEmployees, "1201")])
        );
        assert_ne!(
            acme,
            row(&[
                (Column::CompanyCity, "Acme"),
                (Column::NumEmployees, "1200")
            ])
        );
        // Stored with the rows: if this changes, every second import doubles them.
        assert_eq!(
            row(&[(Column::Company, "Acme")]),
            "bcb2a3f30e2f8146d48cb0bb7595ae4a"
        );
    }
}
