//! How long a whole plan takes on one thread, and how much memory; tables of several, too.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, plan};
use pgcascade::matching::profile::{Place, Vocabulary};
use pgcascade::matching::seating::seat;

use super::Marks;
use super::attendees::{self, Scenario};

const HEAD: &str = "
## Time and memory

One thread: processor time as the kernel counts it. Peak memory is that of the whole process, the gazetteer and the made-up people
included. Of a crowded event nine of ten come from one city, of a local one everybody: nearly everybody is told why there is nobody.

| people | draws | processor ms p50 | p99 | peak MiB | worst gap |
|---|---|---|---|---|---|
";

const TABLES: &str = "
Tables of three and four (`roundtables`), which come without a proof; the bound is half the sum of everybody's three best scores:

| people | draws | processor ms p50 | p99 | peak MiB | share of the bound | seated |
|---|---|---|---|---|---|---|
";

/// People, kind of event, draws, the most milliseconds at p99, the most MiB.
const PLANS: [(usize, &str, u64, f64, u64); 8] = [
    (500, "national", 100, 80.0, 64),
    (500, "regional", 100, 80.0, 64),
    (5_000, "national", 12, 1_500.0, 64),
    (5_000, "regional", 12, 1_500.0, 64),
    (5_000, "crowded", 3, 1_500.0, 64),
    (5_000, "local", 3, 1_500.0, 64),
    (20_000, "national", 1, 15_000.0, 100),
    (20_000, "regional", 1, 15_000.0, 100),
];
/// The same for tables; no promise but not to hold a run up.
const SEATINGS: [(usize, &str, u64, f64, u64); 3] = [
    (500, "national", 10, 500.0, 64),
    (5_000, "national", 2, 5_000.0, 64),
    (5_000, "regional", 2, 5_000.0, 64),
];

/// The part of the page.
pub fn part(marks: &mut Marks) -> io::Result<String> {
    let mut text = String::from(HEAD);
    for (people, kind, draws, ms, mib) in PLANS {
        let [p50, p99, peak, gap, _] = measured("plan", people, kind, draws)?;
        let _written = writeln!(
            text,
            "| {people} {kind} | {draws} | {p50:.0} | {p99:.0} | {peak:.0} | {:.3} % |",
            gap * 100.0
        );
        let measure = format!("plan of {people} {kind} with proof, one core: p99, peak");
        let is_met = p99 <= ms && peak <= mib as f64;
        marks.add(
            &measure,
            &format!("≤ {ms} ms, ≤ {mib} MiB"),
            format!("{p99:.0} ms, {peak:.0} MiB"),
            is_met,
        );
    }
    text.push_str(TABLES);
    for (people, kind, draws, ms, mib) in SEATINGS {
        let [p50, p99, peak, share, seated] = measured("seat", people, kind, draws)?;
        let _written = writeln!(
            text,
            "| {people} {kind} | {draws} | {p50:.0} | {p99:.0} | {peak:.0} | {:.1} % | {:.1} % |",
            share * 100.0,
            seated * 100.0
        );
        marks.add(
            &format!("tables for {people} {kind}, one core: p99, peak"),
            &format!("≤ {ms} ms, ≤ {mib} MiB"),
            format!("{p99:.0} ms, {peak:.0} MiB"),
            p99 <= ms && peak <= mib as f64,
        );
    }
    Ok(text)
}

/// What a process of its own says: p50, p99, peak, and two more.
fn measured(what: &str, people: usize, kind: &str, draws: u64) -> io::Result<[f64; 5]> {
    let child = std::process::Command::new(std::env::current_exe()?)
        .args(["--one", what, &people.to_string(), kind, &draws.to_string()])
        .output()?;
    let text = String::from_utf8_lossy(&child.stdout);
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    let mut next = || {
        let missing = || io::Error::other(format!("{people} {kind}: the process said {text:?}"));
        numbers.next().ok_or_else(missing)
    };
    Ok([next()?, next()?, next()?, next()?, next()?])
}

/// The other side of it: what to do, how many people, which kind, how many draws.
pub fn one(words: &[String]) -> io::Result<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global();
    pool.map_err(io::Error::other)?;
    let [what, people, kind, draws] = words.get(..4).unwrap_or_default() else {
        return Err(io::Error::other("--one plan|seat people kind draws"));
    };
    let number = |word: &String| word.parse::<usize>().map_err(io::Error::other);
    let (people, draws) = (number(people)?, number(draws)? as u64);
    let (mut busy, mut worst) = (Vec::new(), [0.0f64, 1.0]);
    for seed in 0..draws {
        let people = attendees_of(people, kind, seed);
        let before = processor_ms();
        let values = match what.as_str() {
            "plan" => planned(&people, seed)?,
            _ => seated(&people, seed)?,
        };
        busy.push(processor_ms() - before);
        worst = [worst[0].max(values[0]), worst[1].min(values[1])];
    }
    let [p50, p99] = [0.5, 0.99].map(|share| quantile(&mut busy, share));
    let [first, second] = worst;
    writeln!(
        io::stdout().lock(),
        "{p50} {p99} {} {first} {second}",
        peak_mib()
    )
}

fn planned(people: &[Person], seed: u64) -> io::Result<[f64; 2]> {
    let (params, vocabulary) = (Params::default(), Vocabulary::default());
    let plan = plan(people, &params, &vocabulary, &Constraints::default(), seed);
    let plan = plan.map_err(io::Error::other)?;
    Ok([plan.certificate.gap(), 1.0])
}

fn seated(people: &[Person], seed: u64) -> io::Result<[f64; 2]> {
    let (params, vocabulary) = (Params::default(), Vocabulary::default());
    let seating = seat(people, &params, &vocabulary, &Constraints::default(), seed);
    let seating = seating.map_err(io::Error::other)?;
    let unseated = seating.unseated.len() as f64 / people.len().max(1) as f64;
    let share = seating.total as f64 / seating.bound.max(1) as f64;
    Ok([share, 1.0 - unseated])
}

fn attendees_of(people: usize, kind: &str, seed: u64) -> Vec<Person> {
    let scenario = Scenario {
        people,
        regional: kind == "regional",
    };
    let mut profiles = attendees::profiles(scenario, seed);
    let at_home = match kind {
        "crowded" => people * 9 / 10,
        "local" => people,
        _ => 0,
    };
    let home = Place::read("Houston, TX").0;
    for profile in &mut profiles[..at_home] {
        profile.place.clone_from(&home);
    }
    let person = |profile| Person {
        profile,
        max_matches: None,
    };
    profiles.into_iter().map(person).collect()
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (share * (values.len() - 1) as f64).ceil() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// Time that this thread has run, in milliseconds; not a number where the kernel does not say.
fn processor_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|ns| ns.parse::<f64>().ok())
        .unwrap_or(f64::NAN)
        / 1e6
}

/// The most memory that this process has held, in MiB; 0 where the kernel does not say.
fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
