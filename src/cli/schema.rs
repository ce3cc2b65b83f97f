//! Whether a database has what this program needs.

use super::target::{Session, get};
use crate::db::DbError;
use crate::db::migrate::{MigrateError, embedded};

const APPLIED: &str = include_str!("../../sql/queries/cli/applied_migrations.sql");

/// How the database's schema and this program's compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schema {
    /// The database has what the program brings, no more and no less.
    Current,
    /// Nobody deployed here.
    Absent,
    /// Migrations of the program are missing, in order.
    Older {
        /// Their names.
        missing: Vec<String>,
    },
    /// The database has migrations that the program does not know, or knows otherwise.
    Foreign {
        /// Their names.
        names: Vec<String>,
    },
}

/// A migration, by what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    version: i64,
    name: String,
    checksum: String,
}

impl Schema {
    /// Looks.
    ///
    /// # Errors
    /// The database, or the program's own files, cannot be read.
    pub async fn of(session: &Session) -> Result<Self, MigrateError> {
        let ours: Vec<Known> = embedded()?
            .iter()
            .map(|migration| Known {
                version: i64::from(migration.version()),
                name: migration.to_string(),
                checksum: migration.checksum().to_string(),
            })
            .collect();
        let applied = match session.rows(APPLIED, &[]).await {
            Ok(rows) => rows.iter().map(known).collect::<Result<Vec<_>, _>>()?,
            // No history table: nobody deployed.
            Err(error) if error.sqlstate() == Some("42P01") => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(compare(&ours, &applied))
    }

    /// Refuses to work on a database that does not fit this program.
    ///
    /// # Errors
    /// What is wrong, and what to run.
    pub fn require(&self) -> anyhow::Result<()> {
        match self {
            Self::Current => Ok(()),
            Self::Absent => anyhow::bail!(
                "pgcascade is not deployed in this database; run `pgcascade deploy` first"
            ),
            Self::Older { missing } => anyhow::bail!(
                "the database is older than this program: {} missing; run `pgcascade deploy`, \
                 which keeps all data",
                match missing.as_slice() {
                    [one] => format!("the migration {one} is"),
                    many => format!("the migrations {} are", many.join(", ")),
                }
            ),
            Self::Foreign { .. } => self.refuse_foreign(),
        }
    }

    /// Refuses to touch what another program made, a newer one most likely.
    ///
    /// # Errors
    /// What is unknown, and which program to use.
    pub fn refuse_foreign(&self) -> anyhow::Result<()> {
        match self {
            Self::Foreign { names } => anyhow::bail!(
                "the database was deployed by a newer program, or another build of this one: it \
                 has {}, which this program does not have in that form; use the program that \
                 deployed it, or a newer one",
                names.join(", ")
            ),
            Self::Current | Self::Absent | Self::Older { .. } => Ok(()),
        }
    }
}

fn known(row: &tokio_postgres::Row) -> Result<Known, DbError> {
    Ok(Known {
        version: get(row, "version")?,
        name: get(row, "name")?,
        checksum: get(row, "checksum")?,
    })
}

fn compare(ours: &[Known], applied: &[Known]) -> Schema {
    if applied.is_empty() {
        return Schema::Absent;
    }
    let names = |of: &[Known], lacking_in: &[Known]| -> Vec<String> {
        of.iter()
            .filter(|known| !lacking_in.contains(known))
            .map(|known| known.name.clone())
            .collect()
    };
    let foreign = names(applied, ours);
    let missing = names(ours, applied);
    match (foreign.is_empty(), missing.is_empty()) {
        (false, _) => Schema::Foreign { names: foreign },
        (true, false) => Schema::Older { missing },
        (true, true) => Schema::Current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<Known> {
        let known = |(at, word): (usize, &str)| Known {
            version: at as i64,
            name: format!("V{at}"),
            checksum: word.to_owned(),
        };
        text.split_whitespace().enumerate().map(known).collect()
    }

    #[test]
    fn what_is_missing_and_what_is_unknown_are_told_apart() {
        let ours = list("a b c");
        assert_eq!(compare(&ours, &list("")), Schema::Absent);
        assert_eq!(compare(&ours, &list("a b c")), Schema::Current);
        let missing = vec!["V1".into(), "V2".into()];
        assert_eq!(compare(&ours, &list("a")), Schema::Older { missing });
        let names = vec!["V3".into()];
        assert_eq!(compare(&ours, &list("a b c d")), Schema::Foreign { names });
        let names = vec!["V1".into()];
        assert_eq!(compare(&ours, &list("a x c")), Schema::Foreign { names });
    }
}
