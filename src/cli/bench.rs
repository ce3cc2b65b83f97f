//! `bench`: how fast this program is on this server, measured in a database made for it.

mod clients;
mod latency;
mod noop;
mod scenarios;
mod world;

use serde::Serialize;

use super::failure::{Done, Failure};
use super::output::{Output, Side};
use super::target::{Absent, Target};
use super::words::grouped;
use crate::config;
use crate::shutdown::Shutdown;
use scenarios::Scenario;
use world::World;

/// Measures how fast events are emitted, worked on and begun, on your server
///
/// Makes a database of its own beside yours, runs a daemon in this process, and drops the database
/// at the end; nothing of yours is read or written. The user must be allowed to create databases.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade bench
  pgcascade bench --only drain --events 100000 --rounds 5 --json

Numbers are medians over the rounds. A drain and a cascade last from the first claim until all is
committed. BY HAND is the same SQL looped inside the server by one session, without any daemon.
LATENCY is from the moment an insert's commit has returned to the start of the handler, after 20
that do not count; LATENESS from run_at to the claim.")]
pub struct BenchArgs {
    /// Events of each round
    #[arg(long, value_name = "N", default_value_t = 50_000,
          value_parser = clap::value_parser!(i32).range(10..=1_000_000))]
    pub events: i32,
    /// Rounds; the median is shown
    #[arg(long, value_name = "N", default_value_t = 5,
          value_parser = clap::value_parser!(u8).range(1..=50))]
    pub rounds: u8,
    /// One measurement only
    #[arg(long, value_name = "WHICH")]
    pub only: Option<Scenario>,
    /// Print one JSON document instead
    #[arg(long)]
    pub json: bool,
    /// Where the server is.
    #[command(flatten)]
    pub database: config::Database,
}

/// One number.
#[derive(Debug, Clone, Serialize)]
pub struct Measure {
    /// The measurement.
    pub scenario: Scenario,
    /// What of it.
    pub name: &'static str,
    /// `events/s`, `chains/s`, `ms`, `bytes` or `ratio`.
    pub unit: &'static str,
    /// The median over the rounds.
    pub median: f64,
    /// The smallest and the largest.
    pub range: (f64, f64),
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Report<'r> {
    server: String,
    version: &'static str,
    events: i32,
    rounds: u8,
    measures: &'r [Measure],
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`]; the database that was made is dropped in every case.
pub async fn run(args: BenchArgs, shutdown: &Shutdown) -> Done {
    let output = Output::new(args.json);
    let urls = Target::choose(&args.database)?.open(Absent::Make).await?;
    let world = World::make(&urls, &output).await?;
    let measured = tokio::select! {
        measured = measure(&world, &args, &output) => measured,
        () = shutdown.finish.cancelled() => Err(Failure::Interrupted),
    };
    let server = world.server();
    world.clear_away().await?;
    let measures = measured?;
    if output.is_json() {
        output.json(&Report {
            server,
            version: env!("CARGO_PKG_VERSION"),
            events: args.events,
            rounds: args.rounds,
            measures: &measures,
        });
    }
    show(&measures, &output);
    Ok(())
}

async fn measure(
    world: &World,
    args: &BenchArgs,
    output: &Output,
) -> Result<Vec<Measure>, Failure> {
    let mut measures = Vec::new();
    for scenario in Scenario::all() {
        if args.only.is_some_and(|only| only != scenario) {
            continue;
        }
        output.say(format!("⚙️  {}", scenario.title()));
        let mut rounds = Vec::new();
        for _ in 0..args.rounds {
            rounds.push(scenario.round(world, args.events).await?);
        }
        measures.extend(medians(scenario, &rounds));
    }
    Ok(measures)
}

/// The median of each number of the rounds, which all have the same ones.
fn medians(scenario: Scenario, rounds: &[Vec<scenarios::Number>]) -> Vec<Measure> {
    let Some(first) = rounds.first() else {
        return Vec::new();
    };
    let of = |(at, number): (usize, &scenarios::Number)| {
        let mut values: Vec<f64> = rounds
            .iter()
            .filter_map(|round| round.get(at))
            .map(|number| number.value)
            .collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or_default();
        Measure {
            scenario,
            name: number.name,
            unit: number.unit,
            median: at(values.len() / 2),
            range: (at(0), at(values.len().saturating_sub(1))),
        }
    };
    first.iter().enumerate().map(of).collect()
}

fn show(measures: &[Measure], output: &Output) {
    let columns = [
        ("MEASUREMENT", Side::Left),
        ("MEDIAN", Side::Right),
        ("UNIT", Side::Left),
        ("RANGE", Side::Left),
    ];
    let rows = measures.iter().map(|measure| {
        let (least, most) = measure.range;
        vec![
            format!("{}, {}", measure.scenario.title(), measure.name),
            number(measure.median),
            measure.unit.to_owned(),
            format!("{} to {}", number(least), number(most)),
        ]
    });
    output.heading("Measured");
    output.table(&columns, rows.collect());
}

/// Large numbers whole and grouped, small ones with two digits.
fn number(value: f64) -> String {
    match value {
        value if value < 100.0 => format!("{value:.2}"),
        #[expect(clippy::cast_possible_truncation, reason = "rates are far below 2^63")]
        value => grouped(value.round() as i64),
    }
}
