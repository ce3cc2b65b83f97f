//! The whole way with a server: from the row that orders a run to its committed matches and texts.

use std::io;
use std::path::Path;
use std::process::Command;

use super::Marks;

const HEAD: &str = "
## With the database

`scripts/measure-matching`: one daemon and one server on this machine, a national event; wall time, which neighbours do disturb.

```
";

/// What a line of the script is about, the name and the place of a figure of it that is promised,
/// and its most milliseconds.
const BOUNDS: [(&str, &str, usize, f64); 3] = [
    ("order to commit", "", 0, 3_000.0),
    ("late check-in to commit", ", median", 0, 20.0),
    ("late check-in to commit", ", p99", 1, 20.0),
];

/// The part of the page.
pub fn part(marks: &mut Marks) -> io::Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(root.join("scripts/measure-matching"))
        .env("PROGRAM", env!("CARGO_BIN_EXE_pgcascade"))
        .output()?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!(
            "scripts/measure-matching failed; -- --no-database does without it: {told}"
        )));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for (what, which, place, bound) in BOUNDS {
        let got = figures(&text, what).get(place).copied();
        marks.add(
            &format!("5000 people with the database: {what}{which}"),
            &format!("≤ {bound} ms"),
            got.map_or_else(|| "nothing".to_owned(), |got| format!("{got} ms")),
            got.is_some_and(|got| got <= bound),
        );
    }
    Ok(format!("{HEAD}{text}```\n"))
}

/// The numbers behind the line about something.
fn figures(text: &str, what: &str) -> Vec<f64> {
    let line = text.lines().find(|line| line.contains(what));
    let behind = line.and_then(|line| line.split("  ").last());
    let numbers = behind.unwrap_or_default().split(", ");
    numbers
        .filter_map(|number| number.trim().parse().ok())
        .collect()
}
