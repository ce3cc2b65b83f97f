//! Companies from a CSV file, as people and their tools write them.
//!
//! Pure over [`std::io::Read`]: bytes in, [`Line`]s out, one at a time and in constant memory.
//! Every line of the file becomes a row for `intake.company_raw_intake` or a reject with its line
//! number and a reason; none is lost. Nothing is judged here: whether "n/a" is a company is for
//! the validation, which a person can answer by correcting the row.
//!
//! | file | holds |
//! |---|---|
//! | `columns.rs` | the columns of the intake table, and which headers mean them |
//! | `records.rs` | physical lines to records; quotes, line ends, limits |
//! | `row.rs` | cells to values; the fingerprint that makes a second import a no-op |
//! | `reader.rs` | the iterator over all of it |
//! | `copy.rs` | rows in the text form of COPY |
//! | `rejects.rs` | the file of rejected lines, which can be imported once corrected |

mod columns;
mod copy;
mod reader;
mod records;
mod rejects;
mod row;

pub use columns::{Column, Header};
pub use copy::encode_row;
pub use reader::{CompanyCsv, Encoding, ImportError, Line, RejectReason};
pub use rejects::RejectWriter;
pub use row::{Cell, CellProblem, IntakeRow};
