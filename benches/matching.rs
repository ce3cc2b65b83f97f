//! Peer matching, measured: how near to its proved bound, beside the originals' loop and plain
//! greedy on the same attendees, and how long it takes.
//!
//! `cargo bench --bench matching` prints two tables. Times are of one thread: processor time as the
//! kernel counts it, so that neighbours on a shared machine disturb little, and wall time. Peak
//! memory is that of a process of its own for each size.

#![expect(
    clippy::cast_possible_truncation,
    reason = "people of made-up events are few"
)]

use std::io::{self, Write};
use std::time::Instant;

use pgcascade::matching::assign::{Pair, Pairs, Partner, Problem, TieBreak, assign};
use pgcascade::matching::params::Params;
use pgcascade::matching::plan::{Constraints, Person, plan};
use pgcascade::matching::profile::{Profile, Vocabulary};
use pgcascade::matching::roster::{Roster, Row};

#[path = "../tests/matching/attendees.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod attendees;

use attendees::{SCENARIOS, Scenario};

const DRAWS: u64 = 20;
const CAP: u8 = 3;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let words: Vec<String> = std::env::args().collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global();
    pool.map_err(io::Error::other)?;
    if let Some(place) = words.iter().position(|word| word == "--one") {
        let number = |after: usize| words.get(place + after).and_then(|word| word.parse().ok());
        let scenario = Scenario {
            people: number(1).unwrap_or(500),
            regional: number(2) == Some(1),
        };
        return one_size(scenario, number(3).unwrap_or(1) as u64, &mut out);
    }
    quality(&mut out)?;
    writeln!(
        out,
        "\n| people | draws | processor ms p50 | p99 | wall ms p50 | p99 | peak MiB | worst gap |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (people, draws) in [(500, 60), (5_000, 5), (20_000, 1)] {
        for regional in ["0", "1"] {
            let arguments = ["--one", &people.to_string(), regional, &draws.to_string()];
            let child = std::process::Command::new(std::env::current_exe()?)
                .args(arguments)
                .output()?;
            out.write_all(&child.stdout)?;
            out.flush()?;
        }
    }
    Ok(())
}

/// One line of the table of times.
fn one_size(scenario: Scenario, draws: u64, out: &mut impl Write) -> io::Result<()> {
    let (mut busy, mut wall, mut gap) = (Vec::new(), Vec::new(), 0.0f64);
    for seed in 0..draws {
        let people: Vec<Person> = attendees::profiles(scenario, seed)
            .into_iter()
            .map(|profile| Person {
                profile,
                max_matches: None,
            })
            .collect();
        let (before, begun) = (processor_ms(), Instant::now());
        let plan = plan(
            &people,
            &Params::default(),
            &Vocabulary::default(),
            &Constraints::default(),
            seed,
        )
        .map_err(io::Error::other)?;
        busy.push(processor_ms() - before);
        wall.push(begun.elapsed().as_secs_f64() * 1e3);
        gap = gap.max(plan.certificate.gap());
    }
    writeln!(
        out,
        "| {} {} | {draws} | {:.0} | {:.0} | {:.0} | {:.0} | {} | {:.3} % |",
        scenario.people,
        if scenario.regional {
            "regional"
        } else {
            "national"
        },
        quantile(&mut busy, 0.5),
        quantile(&mut busy, 0.99),
        quantile(&mut wall, 0.5),
        quantile(&mut wall, 0.99),
        peak_mib(),
        gap * 100.0,
    )
}

/// What one method made of one event.
#[derive(Default)]
struct Outcome {
    total: f64,
    covered: f64,
    over_cap: f64,
    texts: f64,
}

/// The table of scores, coverage and texts: mean over the draws, the worst score in brackets.
fn quality(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "| event | method | score, % of bound (worst) | covered, % of coverable | over the cap, % | texts |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for scenario in SCENARIOS {
        let mut methods: Vec<(&str, Vec<Outcome>)> = Vec::new();
        for seed in 0..DRAWS {
            for (name, outcome) in outcomes(scenario, seed) {
                match methods.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, outcomes)) => outcomes.push(outcome),
                    None => methods.push((name, vec![outcome])),
                }
            }
        }
        for (name, outcomes) in methods {
            let mean = |part: fn(&Outcome) -> f64| {
                outcomes.iter().map(part).sum::<f64>() / outcomes.len() as f64
            };
            let worst = outcomes
                .iter()
                .map(|outcome| outcome.total)
                .fold(f64::INFINITY, f64::min);
            writeln!(
                out,
                "| {} {} | {name} | {:.2} ({:.2}) | {:.1} | {:.0} | {:.0} |",
                scenario.people,
                if scenario.regional {
                    "regional"
                } else {
                    "national"
                },
                mean(|outcome| outcome.total),
                worst,
                mean(|outcome| outcome.covered),
                mean(|outcome| outcome.over_cap),
                mean(|outcome| outcome.texts),
            )?;
        }
    }
    Ok(())
}

fn outcomes(scenario: Scenario, seed: u64) -> Vec<(&'static str, Outcome)> {
    let profiles = attendees::profiles(scenario, seed);
    let known: Vec<&Profile> = profiles
        .iter()
        .filter(|p| p.place.is_some() && !p.focus.is_empty())
        .collect();
    let params = Params::default();
    let roster = Roster::new(&known, &params, &Vocabulary::default(), &[]);
    let ids: Vec<i64> = known.iter().map(|profile| profile.id).collect();
    let (capacity, held) = (vec![CAP; ids.len()], vec![0; ids.len()]);
    let found = assign(&Problem {
        pairs: &roster,
        capacity: &capacity,
        held: &held,
        second_match: true,
        ties: TieBreak {
            salt: seed,
            ids: &ids,
        },
    });
    let outcome = |pairs: &[Pair]| {
        let mut degree = vec![0u8; ids.len()];
        for pair in pairs {
            degree[pair.a as usize] += 1;
            degree[pair.b as usize] += 1;
        }
        let share = |least: u8, of: usize| {
            degree.iter().filter(|degree| **degree >= least).count() as f64 / of as f64 * 100.0
        };
        let total: u64 = pairs.iter().map(|pair| u64::from(pair.weight)).sum();
        Outcome {
            total: total as f64 / found.certificate.upper_bound as f64 * 100.0,
            covered: share(1, found.certificate.coverable.max(1)),
            over_cap: share(CAP + 1, ids.len()),
            texts: 2.0 * pairs.len() as f64,
        }
    };
    vec![
        ("pgcascade", outcome(&found.pairs)),
        ("plain greedy", outcome(&greedy(&roster))),
        (
            "originals' loop, made legal",
            outcome(&top_three(&roster, true)),
        ),
        ("originals' loop", outcome(&top_three(&roster, false))),
    ]
}

/// Every person in turn takes their best three; pairs already made are left out. Made legal it
/// skips people who are full.
fn top_three(roster: &Roster<'_>, legal: bool) -> Vec<Pair> {
    let mut degree = vec![0u8; roster.people()];
    let mut made = std::collections::BTreeSet::new();
    let mut row = Row::default();
    let mut found: Vec<Partner> = Vec::new();
    for person in 0..roster.people() as u32 {
        roster.partners(person as usize, &mut row, &mut found);
        found.sort_by_key(|partner| (std::cmp::Reverse(partner.weight), partner.person));
        let mut left = CAP;
        for partner in &found {
            let full = degree[partner.person as usize] >= CAP || degree[person as usize] >= CAP;
            let pair = Pair {
                a: person.min(partner.person),
                b: person.max(partner.person),
                weight: partner.weight,
            };
            if left > 0 && !(legal && full) && made.insert(pair) {
                left -= 1;
                degree[person as usize] += 1;
                degree[partner.person as usize] += 1;
            }
        }
    }
    made.into_iter().collect()
}

/// The best pair of all first, each that still fits.
fn greedy(roster: &Roster<'_>) -> Vec<Pair> {
    let (mut row, mut found, mut all) = (Row::default(), Vec::new(), Vec::new());
    for a in 0..roster.people() as u32 {
        roster.partners(a as usize, &mut row, &mut found);
        let later = found.iter().filter(|partner| partner.person > a);
        all.extend(later.map(|partner| Pair {
            a,
            b: partner.person,
            weight: partner.weight,
        }));
    }
    all.sort_by_key(|pair| (std::cmp::Reverse(pair.weight), pair.a, pair.b));
    let mut degree = vec![0u8; roster.people()];
    all.retain(|pair| {
        let fits = degree[pair.a as usize] < CAP && degree[pair.b as usize] < CAP;
        if fits {
            degree[pair.a as usize] += 1;
            degree[pair.b as usize] += 1;
        }
        fits
    });
    all
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (share * (values.len() - 1) as f64).ceil() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// Time that this thread has run, in milliseconds; wall time where the kernel does not say.
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
