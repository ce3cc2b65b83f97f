//! Rules for SQL: headers that tell the truth, pinned search paths, one look, nothing orphaned.

use super::{Source, Violation, none, sources};

const COLUMNS_MAX: usize = 160;
const SCHEMAS: [&str; 4] = ["intake.", "marketing.", "pipeline.", "public."];

fn all() -> Vec<Source> {
    sources(&["migrations", "sql"], ".sql")
}

#[test]
fn files_open_with_a_header() {
    let bad = Source::new(
        "sql/objects/pipeline/x.sql",
        "create function pipeline.x()\n",
    );
    assert_eq!(header(&bad), [bad.breaks(HEADER, 1)]);
    let bad = Source::new(
        "sql/queries/engine/x.sql",
        "-- engine/y: another name.\n--\n-- Locks:  none\nselect 1\n",
    );
    assert_eq!(header(&bad), [bad.breaks(HEADER, 1)]);
    none(all().iter().flat_map(header).collect());
}

const HEADER: &str = "a file opens with its own name and purpose, and says which locks it takes";

fn header(source: &Source) -> Vec<Violation> {
    let first = source.text.lines().next().unwrap_or_default();
    let name = source
        .path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".sql");
    let told = if source.is_in("sql/queries/") {
        let room = source.path.split('/').nth(2).unwrap_or_default();
        first.starts_with(&format!("-- {room}/{name}: ")) && comments(source).contains("-- Locks:")
    } else if source.is_in("sql/objects/") {
        let has_locks = name.starts_with("vw_") || comments(source).contains("-- Locks:");
        first.starts_with("-- ") && first.contains(name) && has_locks
    } else {
        first.starts_with("-- ")
    };
    if told {
        Vec::new()
    } else {
        vec![source.breaks(HEADER, 1)]
    }
}

#[test]
fn headers_name_the_tables_that_are_written() {
    let bad = Source::new(
        "sql/queries/engine/x.sql",
        "-- engine/x: writes.\n--\n-- Writes: pipeline.ready\n-- Locks:  none\nupdate marketing.pipeline_events\nset a = 1\n",
    );
    assert_eq!(written(&bad), [bad.breaks(WRITTEN, 5)]);
    none(all().iter().flat_map(written).collect());
}

const WRITTEN: &str = "the header's Writes line names every table that the body writes";

fn written(source: &Source) -> Vec<Violation> {
    if !source.is_in("sql/objects/") && !source.is_in("sql/queries/") {
        return Vec::new();
    }
    let header = comments(source);
    let mut violations = Vec::new();
    for (number, line) in source.lines() {
        let line = line.trim_start();
        let target = ["insert into ", "update ", "delete from "]
            .iter()
            .find_map(|verb| line.strip_prefix(verb))
            .and_then(|rest| rest.split([' ', '(', ';']).next())
            .filter(|table| SCHEMAS.iter().any(|schema| table.starts_with(schema)));
        if let Some(table) = target
            && !header.contains(table)
        {
            violations.push(source.breaks(WRITTEN, number));
        }
    }
    violations
}

/// The comment lines before the first line of code.
fn comments(source: &Source) -> String {
    let header = source
        .text
        .lines()
        .take_while(|line| line.starts_with("--") || line.is_empty());
    header.collect::<Vec<_>>().join("\n")
}

#[test]
fn functions_pin_their_search_path() {
    let bad = Source::new(
        "sql/objects/a/x.sql",
        "create or replace function a.x()\nreturns void\n",
    );
    assert_eq!(loose_functions(&bad), [bad.breaks(LOOSE, 1)]);
    none(all().iter().flat_map(loose_functions).collect());
}

const LOOSE: &str = "a function pins its search_path";

fn loose_functions(source: &Source) -> Vec<Violation> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut violations = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        if !line.starts_with("create function") && !line.starts_with("create or replace function") {
            continue;
        }
        let head = lines[place..]
            .iter()
            .take(25)
            .take_while(|line| !line.starts_with("as $") && !line.starts_with("begin"));
        if !head
            .into_iter()
            .any(|line| line.starts_with("set search_path = "))
        {
            violations.push(source.breaks(LOOSE, place + 1));
        }
    }
    violations
}

#[test]
fn old_and_new_rows_are_compared_as_sets() {
    let bad = Source::new(
        "sql/objects/a/x.sql",
        "from new_rows as row\njoin old_rows as former on former.id = row.id\n",
    );
    assert_eq!(joined_versions(&bad), [bad.breaks(JOINED, 2)]);
    none(all().iter().flat_map(joined_versions).collect());
}

/// A trigger's statement is planned once in a session, and for as many rows as the first one had.
const JOINED: &str = "old and new rows of a statement are not joined: for one row that is planned \
                      as a loop, and would read all of one version for each row of the other";

fn joined_versions(source: &Source) -> Vec<Violation> {
    if !source.is_in("sql/objects/") || source.text.contains("\nset enable_nestloop = off\n") {
        return Vec::new();
    }
    let mut violations = Vec::new();
    let mut former = "";
    for (number, line) in source.lines() {
        let line = line.trim_start();
        let is_joined = line.starts_with("join old_")
            || line.starts_with("join new_") && former.starts_with("from old_");
        if is_joined {
            violations.push(source.breaks(JOINED, number));
        }
        former = line;
    }
    violations
}

#[test]
fn statements_look_one_way() {
    let bad = Source::new("sql/x.sql", "SELECT 1\n");
    assert_eq!(look(&bad), [bad.breaks(CASE, 1)]);
    let bad = Source::new("sql/x.sql", &format!("-- {}\n", "x".repeat(160)));
    assert_eq!(look(&bad), [bad.breaks(WIDE, 1)]);
    none(all().iter().flat_map(look).collect());
}

const CASE: &str = "keywords are lowercase";
const WIDE: &str = "a line has at most 160 columns (literals excepted)";

fn look(source: &Source) -> Vec<Violation> {
    let keywords = [
        "SELECT ",
        "INSERT INTO ",
        "UPDATE ",
        "DELETE FROM ",
        "CREATE ",
        "WHERE ",
        "FROM ",
        "AND ",
    ];
    let mut violations = Vec::new();
    for (number, line) in source.lines() {
        let code = line.trim_start();
        if keywords.iter().any(|keyword| code.starts_with(keyword)) {
            violations.push(source.breaks(CASE, number));
        }
        if line.chars().count() > COLUMNS_MAX && !line.contains('\'') {
            violations.push(source.breaks(WIDE, number));
        }
    }
    violations
}

#[test]
fn the_install_list_is_complete() {
    let list = sources(&["sql"], "install.sql").remove(0);
    let mut listed: Vec<String> = list
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("\\i "))
        .map(|path| format!("sql/{path}"))
        .collect();
    let mut there: Vec<String> = sources(&["sql/objects"], ".sql")
        .into_iter()
        .map(|source| source.path)
        .collect();
    listed.sort();
    there.sort();
    assert_eq!(
        listed, there,
        "sql/install.sql lists every object, and nothing else, once"
    );
}

#[test]
fn every_query_is_embedded() {
    let code: String = sources(&["src"], ".rs")
        .into_iter()
        .map(|source| source.text)
        .collect();
    let orphans: Vec<String> = sources(&["sql/queries"], ".sql")
        .into_iter()
        .map(|source| source.path)
        .filter(|path| !code.contains(path.trim_start_matches("sql/")))
        .collect();
    assert!(orphans.is_empty(), "embedded by nothing: {orphans:#?}");
}

#[test]
fn rooms_write_only_their_own_tables() {
    let bad = Source::new(
        "sql/queries/outreach/x.sql",
        "-- outreach/x\nupdate pipeline.stages\n",
    );
    assert_eq!(foreign_writes(&bad), [bad.breaks(FOREIGN, 2)]);
    none(
        sources(&["sql/queries/outreach", "sql/queries/webhook"], ".sql")
            .iter()
            .flat_map(foreign_writes)
            .collect(),
    );
}

const FOREIGN: &str = "a room writes its own tables, and inserts into the ledger";

fn foreign_writes(source: &Source) -> Vec<Violation> {
    source
        .lines()
        .filter(|(_, line)| {
            let line = line.trim_start();
            let verbs = ["insert into ", "update ", "delete from "];
            let target = verbs
                .iter()
                .find_map(|verb| line.strip_prefix(verb))
                .unwrap_or_default();
            let updates_ledger =
                target.starts_with("marketing.pipeline_") && !line.starts_with("insert into ");
            target.starts_with("pipeline.") || updates_ledger
        })
        .map(|(number, _)| source.breaks(FOREIGN, number))
        .collect()
}
