//! What the program's own files make: tables, triggers, and in which of two steps. Pure.

use refinery::Migration;

use crate::db::objects::ObjectFile;

/// Applied with both steps: it grants rights on what each of them has made.
const GRANTS: &str = "objects/pipeline/grants.sql";

/// A trigger as one of our files creates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurTrigger {
    /// Its name.
    pub name: String,
    /// Its table, with the schema.
    pub table: String,
    /// The function it executes, with the schema.
    pub function: String,
    /// Whether it fires once for each row.
    pub for_each_row: bool,
    /// The first argument: for event triggers the event type, otherwise empty.
    pub first_argument: String,
}

/// The files of the event queue, and those of error logging, each in the order of the list.
pub fn split(files: Vec<ObjectFile>) -> (Vec<ObjectFile>, Vec<ObjectFile>) {
    let is_grants = |file: &&ObjectFile| file.path == GRANTS;
    let grants: Vec<ObjectFile> = files.iter().filter(is_grants).cloned().collect();
    let (errors, mut queue): (Vec<_>, Vec<_>) = files
        .into_iter()
        .filter(|file| file.path != GRANTS)
        .partition(|file| file.path.contains("error"));
    queue.extend(grants.iter().cloned());
    let errors = errors.into_iter().chain(grants).collect();
    (queue, errors)
}

/// The tables and sequences that migrations create, with their schemas.
pub fn relations(migrations: &[Migration]) -> Vec<String> {
    let created = |line: &str| {
        let rest = line
            .strip_prefix("create table ")
            .or_else(|| line.strip_prefix("create unlogged table "))
            .or_else(|| line.strip_prefix("create sequence "))?;
        let name = rest.split([' ', '(', ';']).next()?;
        Some(name.to_owned())
    };
    migrations
        .iter()
        .filter_map(Migration::sql)
        .flat_map(str::lines)
        .filter_map(created)
        .collect()
}

/// The triggers that files create.
pub fn triggers(files: &[ObjectFile]) -> Vec<OurTrigger> {
    files
        .iter()
        .flat_map(|file| file.text.split("\ncreate or replace trigger ").skip(1))
        .filter_map(read_trigger)
        .collect()
}

/// Reads what follows `create or replace trigger`, in the form that all our files have.
fn read_trigger(text: &str) -> Option<OurTrigger> {
    let statement = match text.split_once(");\n") {
        Some((statement, _)) => statement,
        None => text.trim_end(),
    };
    let mut words = statement.split_whitespace();
    let name = words.next()?.to_owned();
    let after = |word: &str| {
        let mut words = statement
            .split_whitespace()
            .skip_while(|other| *other != word);
        words.nth(1)
    };
    let call = after("function")?;
    let arguments = statement.split_once("execute function")?.1;
    Some(OurTrigger {
        name,
        table: after("on")?.to_owned(),
        function: call.split('(').next()?.to_owned(),
        for_each_row: after("each")? == "row",
        first_argument: arguments.split('\'').nth(1).unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::migrate::embedded;
    use crate::db::objects::embedded_objects;

    #[test]
    fn every_table_of_the_migrations_is_known() {
        let names = relations(&embedded().unwrap());
        for name in [
            "marketing.pipeline_events",
            "marketing.pipeline_errors",
            "intake.company_raw_intake",
            "pipeline.ready",
            "pipeline.epochs",
        ] {
            assert!(names.iter().any(|other| other == name), "{name}: {names:?}");
        }
        assert!(names.iter().all(|name| name.contains('.')), "{names:?}");
    }

    #[test]
    fn every_trigger_of_the_objects_is_read_whole() {
        let files = embedded_objects().unwrap();
        let written: usize = files
            .iter()
            .map(|file| file.text.matches("create or replace trigger ").count())
            .sum();
        let read = triggers(&files);
        assert_eq!(read.len(), written);
        let intake = read
            .iter()
            .find(|t| t.name == "trigger_company_intake_event");
        let expected = OurTrigger {
            name: "trigger_company_intake_event".into(),
            table: "intake.company_raw_intake".into(),
            function: "marketing.notify_pipeline_event".into(),
            for_each_row: false,
            first_argument: "company_created".into(),
        };
        assert_eq!(intake, Some(&expected));
        let follows = read.iter().find(|t| t.name == "follow_status").unwrap();
        assert!(follows.for_each_row, "{follows:?}");
        assert_eq!(follows.first_argument, "");
    }

    #[test]
    fn both_steps_together_are_the_whole_list() {
        let files = embedded_objects().unwrap();
        let (queue, errors) = split(files.clone());
        assert_eq!(
            queue.len() + errors.len(),
            files.len() + 1,
            "the grants are in both"
        );
        assert!(
            errors
                .iter()
                .any(|file| file.path.contains("log_pipeline_error"))
        );
    }
}
