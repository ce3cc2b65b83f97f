//! Rules for Rust: rooms, sizes, words.

use super::{Source, Violation, none, sources};

/// What each room may name of ours, besides itself and the leaves.
const ROOMS: &[(&str, &[&str])] = &[
    ("src/alerts/", &["db", "engine"]),
    ("src/db/", &[]),
    ("src/engine/", &["db"]),
    ("src/followup/", &["db", "engine"]),
    ("src/matching/run/", &["db", "engine", "matching"]),
    ("src/matching/introduce.rs", &["db", "engine", "matching"]),
    ("src/matching/feedback.rs", &["db", "engine", "matching"]),
    // The rest of the room is values in, values out.
    ("src/matching/", &[]),
    ("src/messaging/", &["db", "engine"]),
    ("src/outreach/", &["db", "engine"]),
    // Webhooks are stages themselves: they implement the engine's trait, not a domain's.
    ("src/providers/webhook/", &["db", "engine", "providers"]),
    ("src/providers/", &["alerts", "messaging", "outreach"]),
    ("src/addresses.rs", &[]),
    ("src/answer.rs", &[]),
    ("src/chat.rs", &[]),
];
/// Everything that one can name.
const NAMES: &[&str] = &[
    "alerts",
    "app",
    "cli",
    "config",
    "db",
    "engine",
    "followup",
    "http",
    "matching",
    "messaging",
    "outreach",
    "providers",
    "shutdown",
    "telemetry",
];
/// Words of domains and providers that the engine must not know, as whole words.
const DOMAIN_WORDS: [&str; 9] = [
    "outreach",
    "matching",
    "messaging",
    "agenda",
    "followup",
    "sms",
    "email",
    "http",
    "company",
];
/// Values in, values out.
const PURE: &[&str] = &[
    "src/addresses.rs",
    "src/answer.rs",
    "src/engine/backoff.rs",
    "src/engine/event.rs",
    "src/followup/action.rs",
    "src/followup/capitals.rs",
    "src/followup/clock.rs",
    "src/followup/layouts.rs",
    "src/followup/note.rs",
    "src/followup/priorities.rs",
    "src/followup/when.rs",
    "src/mask.rs",
    "src/matching/learn/fit.rs",
    "src/matching/learn/linear.rs",
    "src/matching/learn/mod.rs",
    "src/matching/learn/shares.rs",
    "src/matching/learn/trial.rs",
    "src/matching/seating/arrange.rs",
    "src/matching/seating/exact.rs",
    "src/matching/seating/mod.rs",
    "src/messaging/alphabet.rs",
    "src/messaging/decision.rs",
    "src/messaging/delivery.rs",
    "src/messaging/found_names.rs",
    "src/messaging/gateway_event.rs",
    "src/messaging/keywords.rs",
    "src/messaging/links.rs",
    "src/messaging/operator.rs",
    "src/messaging/phone.rs",
    "src/messaging/placeholder.rs",
    "src/messaging/quiet_hours.rs",
    "src/messaging/rating.rs",
    "src/messaging/recipient_zone.rs",
    "src/messaging/refusal.rs",
    "src/messaging/reply.rs",
    "src/messaging/routing.rs",
    "src/messaging/segments.rs",
    "src/messaging/sentiment.rs",
    "src/messaging/template.rs",
    "src/messaging/text_filters.rs",
    "src/messaging/transliterate.rs",
    "src/messaging/wording.rs",
    "src/outreach/address.rs",
    "src/outreach/company.rs",
    "src/outreach/domain.rs",
    "src/outreach/placeholder.rs",
    "src/outreach/platforms.rs",
    "src/outreach/refusal.rs",
    "src/outreach/slots.rs",
    "src/outreach/title.rs",
    "src/outreach/validate.rs",
    "src/outreach/website.rs",
    "src/providers/openai/schema.rs",
    "src/providers/twilio/codes.rs",
    "src/words.rs",
];
const LINES_PER_FILE_MAX: usize = 500;
const LINES_PER_FUNCTION_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

#[test]
fn rooms_name_only_what_they_may_know() {
    let bad = Source::new("src/engine/x.rs", "//! X.\nuse crate::outreach::slots;\n");
    assert_eq!(strangers(&bad), [bad.breaks(STRANGER, 2)]);
    let grouped = Source::new(
        "src/outreach/x.rs",
        "use crate::{\n    db,\n    providers::apify,\n};\n",
    );
    assert_eq!(strangers(&grouped), [grouped.breaks(STRANGER, 3)]);
    none(
        sources(&["src"], ".rs")
            .iter()
            .flat_map(strangers)
            .collect(),
    );
}

const STRANGER: &str = "this room may not know that one: hand over by a row (ARCHITECTURE.md)";

fn strangers(source: &Source) -> Vec<Violation> {
    let Some((room, known)) = ROOMS.iter().find(|(room, _)| source.is_in(room)) else {
        return Vec::new();
    };
    let own = room.trim_start_matches("src/").trim_end_matches('/');
    let mut group = false;
    let mut violations = Vec::new();
    for (number, line) in source.lines() {
        let line = line.trim_start();
        if line.starts_with("//") {
            continue;
        }
        group |= line.contains("use crate::{");
        for name in NAMES {
            let named = line.contains(&format!("crate::{name}"))
                || group
                    && (line.starts_with(&format!("{name}::"))
                        || line.starts_with(&format!("{name},")));
            if named && *name != own && !known.contains(name) {
                violations.push(source.breaks(STRANGER, number));
            }
        }
        group &= !line.contains('}');
    }
    violations
}

#[test]
fn the_engine_knows_no_domain() {
    let bad = Source::new("src/engine/x.rs", "//! Sends SMS.\n");
    assert_eq!(domain_words(&bad), [bad.breaks(DOMAIN, 1)]);
    assert!(domain_words(&Source::new("src/engine/x.rs", "// companywide\n")).is_empty());
    let mut files = sources(&["src/engine"], ".rs");
    files.extend(sources(
        &["sql/objects/pipeline", "sql/queries/engine"],
        ".sql",
    ));
    none(files.iter().flat_map(domain_words).collect());
}

const DOMAIN: &str = "the engine names no domain, provider or HTTP";

fn domain_words(source: &Source) -> Vec<Violation> {
    // Examples in tests, the payload's known keys and the list of grants name tables of domains.
    let exempt = [
        "sql/objects/pipeline/grants.sql",
        "sql/objects/pipeline/record_of.sql",
        "src/engine/event.rs",
    ];
    if exempt.contains(&source.path.as_str()) {
        return Vec::new();
    }
    source
        .lines()
        .filter(|(_, line)| {
            let line = line.to_lowercase();
            line.split(|c: char| !c.is_alphanumeric())
                .any(|word| DOMAIN_WORDS.contains(&word))
        })
        .map(|(number, _)| source.breaks(DOMAIN, number))
        .collect()
}

#[test]
fn pure_files_import_neither_runtime_nor_database_nor_clock() {
    let bad = Source::new("src/mask.rs", "use tokio::time::sleep;\n");
    assert_eq!(impurities(&bad), [bad.breaks(IMPURE, 1)]);
    let files = sources(&["src"], ".rs");
    for pure in PURE {
        assert!(
            files.iter().any(|file| file.path == *pure),
            "{pure} is gone: mend the list"
        );
    }
    none(
        files
            .iter()
            .filter(|file| PURE.contains(&file.path.as_str()))
            .flat_map(impurities)
            .collect(),
    );
}

const IMPURE: &str = "a pure file knows no runtime, database or clock";

fn impurities(source: &Source) -> Vec<Violation> {
    let banned = [
        "tokio::",
        "tokio_postgres",
        "crate::db",
        "Instant",
        "SystemTime",
    ];
    source
        .lines()
        .filter(|(_, line)| banned.iter().any(|word| line.contains(word)))
        .map(|(number, _)| source.breaks(IMPURE, number))
        .collect()
}

#[test]
fn files_open_with_their_subject_and_stay_small() {
    let bad = Source::new("src/x.rs", &"fn f() {}\n".repeat(501));
    assert_eq!(
        shape(&bad),
        [bad.breaks(NO_SUBJECT, 1), bad.breaks(TOO_LONG, 501)]
    );
    let wide = Source::new("src/x.rs", &format!("//! X.\n// {}\n", "x".repeat(100)));
    assert_eq!(shape(&wide), [wide.breaks(TOO_WIDE, 2)]);
    none(
        sources(&["src", "tests"], ".rs")
            .iter()
            .flat_map(shape)
            .collect(),
    );
}

const NO_SUBJECT: &str = "a file opens with //! and what it is about";
const TOO_LONG: &str = "a file has at most 500 lines: one subject each";
const TOO_WIDE: &str = "a line has at most 100 columns (tables and links excepted)";

fn shape(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !source.text.starts_with("//!") {
        violations.push(source.breaks(NO_SUBJECT, 1));
    }
    let lines = source.text.lines().count();
    if lines > LINES_PER_FILE_MAX {
        violations.push(source.breaks(TOO_LONG, lines));
    }
    if source.is_in("src/") {
        let wide = |line: &str| {
            line.chars().count() > COLUMNS_MAX
                && !line.contains("://")
                && !line.starts_with("//! |")
        };
        let wide = source.lines().filter(|(_, line)| wide(line));
        violations.extend(wide.map(|(number, _)| source.breaks(TOO_WIDE, number)));
    }
    violations
}

#[test]
fn functions_fit_on_a_screen() {
    let long = format!("//! X.\nfn f() {{\n{}}}\n", "    g();\n".repeat(70));
    let bad = Source::new("src/x.rs", &long);
    assert_eq!(long_functions(&bad), [bad.breaks(LONG_FUNCTION, 2)]);
    none(
        sources(&["src"], ".rs")
            .iter()
            .flat_map(long_functions)
            .collect(),
    );
}

const LONG_FUNCTION: &str = "a function has at most 70 lines";

/// Functions as rustfmt lays them out: the closing brace stands under the first letter.
fn long_functions(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in source.lines() {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        let head = line.trim_start();
        let is_function = [
            "fn ",
            "pub fn ",
            "pub(super) fn ",
            "pub(crate) fn ",
            "async fn ",
            "pub async fn ",
            "pub(super) async fn ",
        ]
        .iter()
        .any(|start| head.starts_with(start));
        if is_function && open.is_none() && !line.ends_with(';') {
            open = Some((number, format!("{indent}}}")));
        } else if let Some((begun, end)) = &open
            && line == end
        {
            if number + 1 - begun > LINES_PER_FUNCTION_MAX {
                violations.push(source.breaks(LONG_FUNCTION, *begun));
            }
            open = None;
        }
    }
    violations
}

#[test]
fn words_stay_where_they_belong() {
    let bad = Source::new(
        "src/x.rs",
        "#[allow(dead_code)]\nprintln!();\nlet x = std::env::var(\"X\");\n",
    );
    assert_eq!(banned_words(&bad).len(), 3);
    let bad = Source::new("tests/x.rs", "fn test_it() {}\n");
    assert_eq!(banned_words(&bad).len(), 1);
    none(
        sources(&["src", "tests"], ".rs")
            .iter()
            .flat_map(banned_words)
            .collect(),
    );
}

/// A word, the files that may use it, and why not elsewhere.
const BANNED: [(&str, &[&str], &str); 9] = [
    ("todo!", &[], "nothing is half done"),
    ("unimplemented!", &[], "nothing is half done"),
    ("dbg!", &[], "debugging stays at home"),
    ("#[allow", &[], "an exception is #[expect(…, reason = …)]"),
    (
        "fn test_",
        &[],
        "a test's name is a promise, not the word test",
    ),
    (
        "println!",
        // A fault test says its seed and its figures, which are shown when it fails.
        &[
            "src/cli/output.rs",
            "tests/faults/books.rs",
            "tests/replies_act/a_text_is_received_once.rs",
            "tests/replies_act/thousands_come_through_the_door.rs",
        ],
        "only cli/output.rs prints",
    ),
    (
        "env::var(",
        &["src/config.rs"],
        "only config.rs reads the environment",
    ),
    (
        "Utc::now()",
        &["tests/support/fake_apify.rs", "tests/support/fake_clock.rs"],
        "the database's clock is the only clock",
    ),
    (
        "thread::sleep",
        &["src/db/embedded/pid.rs"],
        "wait for what should happen: tests/support/wait.rs",
    ),
];

fn banned_words(source: &Source) -> Vec<Violation> {
    if source.is_in("tests/tidy") {
        return Vec::new();
    }
    let mut violations = Vec::new();
    for (number, line) in source.lines() {
        for (word, allowed, rule) in BANNED {
            if line.contains(word) && !allowed.contains(&source.path.as_str()) {
                violations.push(source.breaks(rule, number));
            }
        }
    }
    violations
}

#[test]
fn statements_stand_in_files() {
    let bad = Source::new("src/x.rs", "//! X.\nlet q = \"SELECT 1 from t\";\n");
    assert_eq!(inline_statements(&bad), [bad.breaks(INLINE, 2)]);
    let fine = Source::new(
        "src/x.rs",
        "//! X.\nlet help = \"select * is not a statement of ours\n\";\n",
    );
    assert!(inline_statements(&Source::new("src/x.rs", "/// SELECT 1 from t\n")).is_empty());
    assert_eq!(inline_statements(&fine).len(), 1);
    none(
        sources(&["src"], ".rs")
            .iter()
            .flat_map(inline_statements)
            .collect(),
    );
}

const INLINE: &str = "a statement stands in sql/queries/<room>/, embedded by include_str!";

/// A string that begins like a statement, in either case. What `cli` tells people to type is no
/// statement of ours.
fn inline_statements(source: &Source) -> Vec<Violation> {
    if source.is_in("src/cli/") {
        return Vec::new();
    }
    let starts = [
        "\"select ",
        "\"insert into ",
        "\"update ",
        "\"delete from ",
        "\"with ",
    ];
    let code = source.text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter(|(_, line)| {
            let line = line.to_lowercase();
            starts.iter().any(|start| line.contains(start))
        })
        .map(|(place, _)| source.breaks(INLINE, place + 1))
        .collect()
}
