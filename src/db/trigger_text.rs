//! Statements that make triggers, apart from the rest of their file. Pure.
//!
//! To make a trigger, or to make it again, locks the writers of its table out until the transaction
//! ends. So they come last, and only where something is new.

/// How such a statement begins, at the start of a line, in the form that all our files have.
const BEGINS: &str = "create or replace trigger ";
/// What may follow one, on its next line: it fires whatever session_replication_role says.
const FIRES_ALWAYS: &str = " enable always trigger ";

/// A statement that makes a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerText {
    /// The trigger's name.
    pub name: String,
    /// Its table, with the schema.
    pub table: String,
    /// The function it executes, with the schema.
    pub function: String,
    /// The statement, and the one that has it fire always.
    pub statement: String,
    /// The statement where it stands in its file, all else blank: the server's positions are those
    /// of the file.
    pub in_place: String,
}

/// The file without its statements that make triggers, blank where they stood, and those.
pub fn apart(text: &str) -> (String, Vec<TriggerText>) {
    let mut rest = String::with_capacity(text.len());
    let mut statements: Vec<String> = Vec::new();
    let mut current: Option<String> = None;
    let mut before = String::new();
    for line in text.split_inclusive('\n') {
        if current.is_none() && line.starts_with(BEGINS) {
            current = Some(before.clone());
        } else if line.starts_with("alter table ") && line.contains(FIRES_ALWAYS) {
            current = statements.pop();
        }
        match &mut current {
            Some(statement) => {
                statement.push_str(line);
                rest.push_str(&blank(line));
            }
            None => rest.push_str(line),
        }
        before.push_str(&blank(line));
        if line.trim_end().ends_with(';') {
            statements.extend(current.take());
        }
    }
    // A statement without its end is the server's to refuse.
    statements.extend(current);
    let triggers = statements.into_iter().map(read).collect();
    (rest, triggers)
}

fn read(in_place: String) -> TriggerText {
    let statement = in_place.trim().to_owned();
    let after = |word: &str| {
        let mut words = statement.split_whitespace().skip_while(|w| *w != word);
        words.nth(1).unwrap_or_default().to_owned()
    };
    TriggerText {
        name: after("trigger"),
        table: after("on"),
        function: after("function")
            .split('(')
            .next()
            .unwrap_or_default()
            .to_owned(),
        statement,
        in_place,
    }
}

/// As many blanks as characters; line ends stay.
fn blank(line: &str) -> String {
    let blank = |letter| if letter == '\n' { '\n' } else { ' ' };
    line.chars().map(blank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
-- é
create function f();

create or replace trigger t
    after insert on a.b
    execute function f();
alter table a.b enable always trigger t;

comment on x;
";

    #[test]
    fn a_trigger_is_taken_out_and_every_line_stays_where_it_was() {
        let (rest, triggers) = apart(FILE);
        assert_eq!(rest.chars().count(), FILE.chars().count());
        assert_eq!(rest.lines().nth(8), Some("comment on x;"));
        assert!(!rest.contains("trigger"));
        let [trigger] = &triggers[..] else {
            panic!("{triggers:?}");
        };
        assert_eq!(
            (trigger.name.as_str(), trigger.table.as_str()),
            ("t", "a.b")
        );
        assert!(trigger.statement.starts_with("create or replace trigger t"));
        assert!(
            trigger
                .statement
                .ends_with("f();\nalter table a.b enable always trigger t;")
        );
        let place = |text: &str| {
            text.find("create or replace")
                .map(|at| text[..at].chars().count())
        };
        assert_eq!(place(&trigger.in_place), place(FILE));
    }

    #[test]
    fn every_trigger_of_the_objects_is_found() {
        let files = crate::db::objects::embedded_objects().unwrap();
        let mut found = 0;
        for file in &files {
            let (rest, triggers) = apart(&file.text);
            assert!(
                !rest.contains("\ncreate or replace trigger"),
                "{}",
                file.path
            );
            assert!(
                triggers.iter().all(|trigger| trigger.table.contains('.')),
                "{triggers:?}"
            );
            found += triggers.len();
        }
        assert!(found > 100, "{found}");
    }
}
