//! The table of replies: rules alone read at least 95 of 100, no opt-out is missed, and no harmless
//! message ends anybody's texts.

use pgcascade::messaging::keywords::{Certainty, Wish, hear};
use pgcascade::messaging::reply::{Asked, Intent, Reading, read};

/// Of a hundred answers rules alone must read so many as expected.
const ACCURACY_PERCENT_MIN: usize = 95;

struct Row {
    table: &'static str,
    asked: &'static str,
    expected: &'static str,
    text: String,
}

/// The tables: with the rules; after them; twice by somebody who had not seen them.
const TABLES: [(&str, &str); 4] = [
    ("replies.tsv", include_str!("replies.tsv")),
    ("later_replies.tsv", include_str!("later_replies.tsv")),
    ("unseen_replies.tsv", include_str!("unseen_replies.tsv")),
    ("unheard_replies.tsv", include_str!("unheard_replies.tsv")),
];

fn rows() -> Vec<Row> {
    TABLES
        .iter()
        .flat_map(|(table, lines)| lines.lines().map(move |line| (*table, line)))
        .filter(|(_, line)| !line.starts_with('#'))
        .map(|(table, line)| {
            let cells: Vec<&str> = line.splitn(3, '\t').collect();
            let [asked, expected, text] = cells[..] else {
                panic!("three columns are wanted: {line}");
            };
            Row {
                table,
                asked,
                expected,
                text: text.replace("\\n", "\n"),
            }
        })
        .collect()
}

/// What is wanted of the texts themselves, in the words of the table.
fn wish(text: &str) -> &'static str {
    match hear(text).map(|heard| (heard.wish, heard.certainty)) {
        Some((Wish::StopAll, Certainty::Certain)) => "stop",
        Some((Wish::StopAll, Certainty::Possible)) => "none, but a person looks",
        Some((Wish::StopPeer, _)) => "peer",
        Some((Wish::Start, _)) => "start",
        Some((Wish::Help, _)) => "help",
        None => "none",
    }
}

/// What an answer says, in the words of the table.
fn outcome(text: &str, asked: &str) -> String {
    let asked = match asked {
        "intro" => Asked::Introduction,
        "attend" => Asked::Attendance,
        "rating" => Asked::Rating,
        "action" => Asked::ActionItem,
        "priorities" => Asked::Priorities,
        "choice" => Asked::Choice(3),
        other => panic!("{other} is not asked"),
    };
    let reading = read(text, asked);
    if !reading.is_sure() && *reading.main() != Intent::Maybe {
        return "unclear".to_owned();
    }
    in_words(&reading, asked)
}

fn in_words(reading: &Reading, asked: Asked) -> String {
    let list = |numbers: &[u8]| {
        numbers
            .iter()
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(",")
    };
    let say = |word: &str, numbers: &[u8]| format!("{word} {}", list(numbers)).trim().to_owned();
    let one = |intent: &Intent| match intent {
        Intent::Yes => "yes".to_owned(),
        Intent::No => "no".to_owned(),
        Intent::Maybe => "maybe".to_owned(),
        Intent::Later => "later".to_owned(),
        Intent::TellMore => "more".to_owned(),
        Intent::Rating(points) => points.to_string(),
        Intent::Done(numbers) => say("done", numbers),
        Intent::NotYet(numbers) => say("notyet", numbers),
        Intent::Started(numbers) => say("started", numbers),
        Intent::Defer(numbers) => say("defer", numbers),
        Intent::Drop(numbers) => say("drop", numbers),
        Intent::Choices(numbers) => list(numbers),
        Intent::List => "list".to_owned(),
        Intent::Comment => "comment".to_owned(),
        Intent::Unclear => "unclear".to_owned(),
    };
    let said: Vec<String> = reading.intents.iter().map(one).collect();
    let numbered = said.first().is_some_and(|first| first.contains(' '));
    match asked {
        Asked::Attendance => said.join("+"),
        Asked::ActionItem if numbered => said.join(" "),
        _ => said.into_iter().next().unwrap_or_default(),
    }
}

#[test]
fn rules_alone_read_most_replies() {
    let rows = rows();
    assert!(rows.len() >= 200, "only {} replies", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        let found = match row.asked {
            "any" => wish(&row.text).to_owned(),
            asked => outcome(&row.text, asked),
        };
        if found != row.expected {
            let line = format!(
                "{}: {:?} is {found}, not {}",
                row.asked, row.text, row.expected
            );
            wrong.push((row.table, line));
        }
    }
    let mut report = String::new();
    for (table, _) in TABLES {
        let all = rows.iter().filter(|row| row.table == table).count();
        let right = all - wrong.iter().filter(|(from, _)| *from == table).count();
        let percent = 100.0 * right as f64 / all as f64;
        report += &format!("{table}: {right} of {all} read by rules alone ({percent:.1} %)\n");
    }
    let right = rows.len() - wrong.len();
    let lines: Vec<String> = wrong.into_iter().map(|(_, line)| line).collect();
    report += &lines.join("\n");
    report += "\n";
    print!("{report}");
    assert!(right * 100 >= rows.len() * ACCURACY_PERCENT_MIN, "{report}");
}

#[test]
fn no_opt_out_is_missed() {
    let missed: Vec<String> = rows()
        .into_iter()
        .filter(|row| row.expected == "stop" && wish(&row.text) != "stop")
        .map(|row| row.text)
        .collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

#[test]
fn no_harmless_message_ends_texts() {
    let wrong: Vec<String> = rows()
        .into_iter()
        .filter(|row| row.expected != "stop" && wish(&row.text) == "stop")
        .map(|row| row.text)
        .collect();
    assert!(wrong.is_empty(), "taken for an opt-out: {wrong:#?}");
}

#[test]
fn an_answer_to_a_question_is_no_wish_to_end_texts() {
    let rows = rows().into_iter();
    let doubted: Vec<String> = rows
        .filter(|row| row.asked != "any" && hear(&row.text).is_some())
        .map(|row| row.text)
        .collect();
    assert!(doubted.is_empty(), "kept from their question: {doubted:#?}");
}

#[test]
fn maybe_is_never_yes() {
    for row in rows().into_iter().filter(|row| row.expected == "maybe") {
        let reading = read(&row.text, Asked::Introduction);
        assert!(
            !reading.intents.contains(&Intent::Yes),
            "{}: {reading:?}",
            row.text
        );
    }
}
