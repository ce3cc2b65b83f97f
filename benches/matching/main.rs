//! Peer matching, measured: how near to its proved bound, beside the originals' loop and plain
//! greedy on the same attendees, how long it takes, and how long with the database.
//!
//! `cargo bench --bench matching` writes `benches/MATCHING.md` and fails when a mark is missed;
//! `-- --no-database` leaves the part with a server out and prints only: the page is written whole
//! or not at all. Times of the computation are of one thread: processor time as the kernel counts
//! it, so that neighbours on a shared machine disturb little. Peak memory is that of a process of
//! its own for each size.

#![expect(
    clippy::cast_possible_truncation,
    reason = "people of made-up events are few"
)]

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

#[path = "../../tests/matching/attendees.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod attendees;
mod database;
#[path = "../../tests/matching/oracle.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod oracle;
mod quality;
mod sameness;
mod speed;

const INTRODUCTION: &str = "\
# Peer matching, measured

`cargo bench --bench matching` writes this page. The attendees are made up (`tests/matching/attendees.rs`): twelve focus areas, 54
cities, two vocabularies of revenue tiers; at a regional event six of ten come from one city and cannot meet each other.
";

/// What is promised, and what was measured.
#[derive(Default)]
struct Marks(Vec<Mark>);

struct Mark {
    measure: String,
    mark: String,
    measured: String,
    is_met: bool,
}

impl Marks {
    fn add(&mut self, measure: &str, mark: &str, measured: String, is_met: bool) {
        self.0.push(Mark {
            measure: measure.to_owned(),
            mark: mark.to_owned(),
            measured,
            is_met,
        });
    }

    fn table(&self) -> String {
        let mut text = String::from("| measure | mark | measured | |\n|---|---|---|---|\n");
        for mark in &self.0 {
            let met = if mark.is_met { "met" } else { "**missed**" };
            let (measure, bound, measured) = (&mark.measure, &mark.mark, &mark.measured);
            let _written = writeln!(text, "| {measure} | {bound} | {measured} | {met} |");
        }
        text
    }
}

fn main() -> io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().collect();
    if let Some(place) = words.iter().position(|word| word == "--one") {
        speed::one(&words[place + 1..])?;
        return Ok(ExitCode::SUCCESS);
    }
    // First, because it can fail: nobody should wait for the other parts in vain.
    let mut of_server = Marks::default();
    let database = match words.iter().any(|word| word == "--no-database") {
        true => None,
        false => Some(database::part(&mut of_server)?),
    };
    let mut marks = Marks::default();
    let mut parts = String::new();
    for part in [quality::part, speed::part, sameness::part] {
        parts.push_str(&part(&mut marks)?);
    }
    parts.push_str(database.as_deref().unwrap_or_default());
    marks.0.append(&mut of_server.0);
    let page = format!(
        "{INTRODUCTION}\n## Marks\n\n{}\nMeasured on {}.\n{parts}",
        marks.table(),
        machine()
    );
    io::stdout().lock().write_all(page.as_bytes())?;
    if database.is_some() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::fs::write(root.join("benches/MATCHING.md"), &page)?;
    }
    Ok(match marks.0.iter().all(|mark| mark.is_met) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The processor's name and how many cores are there.
fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let name = name.map_or("a machine", |name| {
        name.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{name}, {cores} cores")
}
