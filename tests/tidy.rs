//! The house rules that a program can check. Each rule is itself tried on a bad example.
//!
//! A violation prints the rule, the file and the line. The rules are those of `ARCHITECTURE.md` and
//! `sql/README.md`; a rule that is wrong is changed here, in the open, not evaded.

use std::path::Path;
use std::{fs, io};

#[path = "tidy/dates.rs"]
mod dates;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/sql.rs"]
mod sql;

/// A file of the project.
pub struct Source {
    /// Its path from the project's root, with slashes.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    rule: &'static str,
    path: String,
    line: usize,
}

impl Source {
    /// A file that a test makes up.
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The violation of a rule on a line, from 1.
    pub fn breaks(&self, rule: &'static str, line: usize) -> Violation {
        Violation {
            rule,
            path: self.path.clone(),
            line,
        }
    }

    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(place, line)| (place + 1, line))
    }

    /// Whether it lies below a folder.
    pub fn is_in(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }
}

/// Every file below these folders whose name ends so; the test fails where one cannot be read.
pub fn sources(folders: &[&str], ending: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in folders {
        let walked = walk(&root.join(folder), ending, root, &mut found);
        assert!(walked.is_ok(), "{folder}: {walked:?}");
    }
    assert!(!found.is_empty(), "no files in {folders:?}");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(folder: &Path, ending: &str, root: &Path, found: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, ending, root, found)?;
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path)?;
            let path = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            found.push(Source::new(&path, &text));
        }
    }
    Ok(())
}

/// Fails with every violation, one a line.
pub fn none(violations: Vec<Violation>) {
    let listed: Vec<String> = violations
        .iter()
        .map(|broken| format!("{}:{}: {}", broken.path, broken.line, broken.rule))
        .collect();
    assert!(listed.is_empty(), "\n{}\n", listed.join("\n"));
}
