//! Where in an SQL file the server found the mistake.

use tokio_postgres::error::ErrorPosition;

/// The server's complaint about a script: the line of the file if it said which, and its words.
///
/// Scripts of ours hold no row data, so detail and context are told too.
pub(super) fn complaint(script: &str, error: &tokio_postgres::Error) -> (Option<usize>, String) {
    let Some(server) = error.as_db_error() else {
        return (None, super::explain::driver_message(error));
    };
    let line = match server.position() {
        Some(ErrorPosition::Original(position)) => Some(line_of(script, *position)),
        _ => None,
    };
    let mut words = format!("{} (SQLSTATE {})", server.message(), server.code().code());
    let more = [server.detail(), server.hint(), server.where_()];
    for extra in more.into_iter().flatten() {
        words.push_str("; ");
        words.push_str(extra);
    }
    (line, words)
}

/// `:12` after a file's name, or nothing.
pub(super) fn suffix(line: Option<usize>) -> String {
    line.map(|line| format!(":{line}")).unwrap_or_default()
}

/// The line, counted from one, of a position counted in characters from one.
fn line_of(script: &str, position: u32) -> usize {
    let before = usize::try_from(position)
        .unwrap_or(usize::MAX)
        .saturating_sub(1);
    script
        .chars()
        .take(before)
        .filter(|letter| *letter == '\n')
        .count()
        + 1
}
