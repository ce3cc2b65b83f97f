//! What the program's own files make: tables, triggers, and in which of two steps. Pure.

use refinery::Migration;

use crate::db::objects::ObjectFile;
use crate::db::trigger_text;

/// How files end that are applied with both steps: they grant rights on what each of them has made.
const GRANTS: &str = "grants.sql";

/// A trigger as one of our files creates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurTrigger {
    /// Its name.
    pub name: String,
    /// Its table, with the schema.
    pub table: String,
    /// The function it executes, with the schema; that of an event trigger without its number.
    pub function: String,
}

/// What the functions of event triggers are called, before a number.
const PUBLICATION: &str = "pipeline.publication_";
/// The function of event triggers before there were publications.
const PUBLICATION_BEFORE: &str = "marketing.notify_pipeline_event";

impl OurTrigger {
    /// Whether a trigger of this name and table executes what ours does or did before.
    pub fn is_made_by_us(&self, function: &str) -> bool {
        let is_publication = function.starts_with(PUBLICATION) || function == PUBLICATION_BEFORE;
        function == self.function || self.function == PUBLICATION && is_publication
    }
}

/// The files of the event queue, and those of error logging, each in the order of the list.
pub fn split(files: Vec<ObjectFile>) -> (Vec<ObjectFile>, Vec<ObjectFile>) {
    let is_grants = |file: &&ObjectFile| file.path.ends_with(GRANTS);
    let grants: Vec<ObjectFile> = files.iter().filter(is_grants).cloned().collect();
    let (errors, mut queue): (Vec<_>, Vec<_>) = files
        .into_iter()
        .filter(|file| !file.path.ends_with(GRANTS))
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

/// The views that files create, with their schemas.
pub fn views(files: &[ObjectFile]) -> Vec<String> {
    created(files, "\ncreate or replace view ", ' ')
}

/// The functions that files create, with their schemas and without their arguments.
pub fn functions(files: &[ObjectFile]) -> Vec<String> {
    created(files, "\ncreate or replace function ", '(')
}

/// The names between `start` and `end`.
fn created(files: &[ObjectFile], start: &str, end: char) -> Vec<String> {
    let statements = files.iter().flat_map(|file| file.text.split(start).skip(1));
    statements
        .filter_map(|statement| statement.split([end, '\n']).next())
        .map(str::to_owned)
        .collect()
}

/// The triggers that files create, by statement or by publishing a table.
pub fn triggers(files: &[ObjectFile]) -> Vec<OurTrigger> {
    let created = files
        .iter()
        .flat_map(|file| trigger_text::apart(&file.text).1)
        .map(|text| OurTrigger {
            name: text.name,
            table: text.table,
            function: text.function,
        });
    let published = files
        .iter()
        .flat_map(|file| file.text.split("\nselect pipeline.publish(").skip(1))
        .flat_map(read_publication);
    created.chain(published).collect()
}

/// Reads the arguments of `pipeline.publish`: a trigger for each operation.
fn read_publication(text: &str) -> Vec<OurTrigger> {
    let call = text.split("\n);").next().unwrap_or_default();
    let argument = |name: &str| {
        let (_, value) = call.split_once(&format!("\n    {name} => '"))?;
        value.split('\'').next()
    };
    let (Some(table), Some(first)) = (argument("source"), argument("trigger_name")) else {
        return Vec::new();
    };
    let operations = argument("operations").unwrap_or("{insert}");
    let further = operations
        .trim_matches(['{', '}'])
        .split(',')
        .skip(1)
        .map(|operation| first.replace("_event", &format!("_{operation}_event")));
    [first.to_owned()]
        .into_iter()
        .chain(further)
        .map(|name| OurTrigger {
            name,
            table: table.to_owned(),
            function: PUBLICATION.to_owned(),
        })
        .collect()
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
            .map(|file| file.text.matches("\ncreate or replace trigger ").count())
            .sum();
        let read = triggers(&files);
        let published: Vec<&OurTrigger> =
            read.iter().filter(|t| t.function == PUBLICATION).collect();
        assert_eq!(read.len() - published.len(), written);
        let find = |name: &str| read.iter().find(|t| t.name == name).cloned();
        let expected = |name: &str, table: &str, function: &str| {
            Some(OurTrigger {
                name: name.into(),
                table: table.into(),
                function: function.into(),
            })
        };
        let intake = "trigger_company_intake_event";
        let table = "intake.company_raw_intake";
        assert_eq!(find(intake), expected(intake, table, PUBLICATION));
        let further = "trigger_company_validation_insert_event";
        assert_eq!(find(further), expected(further, table, PUBLICATION));
        let (name, table) = ("follow_status", "marketing.pipeline_events");
        assert_eq!(find(name), expected(name, table, "pipeline.follow_status"));
    }

    #[test]
    fn a_trigger_of_an_earlier_version_is_ours() {
        let ours = |function: &str| OurTrigger {
            name: String::new(),
            table: String::new(),
            function: function.into(),
        };
        assert!(ours(PUBLICATION).is_made_by_us("pipeline.publication_7"));
        assert!(ours(PUBLICATION).is_made_by_us(PUBLICATION_BEFORE));
        assert!(!ours(PUBLICATION).is_made_by_us("public.n8n_hook"));
        assert!(!ours("pipeline.follow_status").is_made_by_us(PUBLICATION_BEFORE));
    }

    #[test]
    fn both_steps_together_are_the_whole_list() {
        let files = embedded_objects().unwrap();
        let (queue, errors) = split(files.clone());
        let grants = files.iter().filter(|file| file.path.ends_with(GRANTS));
        assert_eq!(
            queue.len() + errors.len(),
            files.len() + grants.count(),
            "the grants are in both"
        );
        assert!(
            errors
                .iter()
                .any(|file| file.path.contains("log_pipeline_error"))
        );
    }
}
