//! Whether a database has what this program needs.

use serde::Serialize;

use super::target::{Session, get};
use crate::db::DbError;
use crate::db::migrate::{MigrateError, embedded};

const APPLIED: &str = include_str!("../../sql/queries/cli/applied_migrations.sql");

/// How the database's schema and this program's compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
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
    /// The database has migrations that the program does not know.
    Newer {
        /// Their names.
        unknown: Vec<String>,
    },
}

impl Schema {
    /// Looks.
    ///
    /// # Errors
    /// The database, or the program's own files, cannot be read.
    pub async fn of(session: &Session) -> Result<Self, MigrateError> {
        let ours: Vec<(i64, String)> = embedded()?
            .iter()
            .map(|migration| (i64::from(migration.version()), migration.to_string()))
            .collect();
        let applied = match session.rows(APPLIED, &[]).await {
            Ok(rows) => rows
                .iter()
                .map(|row| Ok((get::<i64>(row, "version")?, get::<String>(row, "name")?)))
                .collect::<Result<Vec<_>, DbError>>()?,
            // No history table: nobody deployed.
            Err(error) if error.sqlstate() == Some("42P01") => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        if applied.is_empty() {
            return Ok(Self::Absent);
        }
        let lacking = |from: &[(i64, String)], of: &[(i64, String)]| -> Vec<String> {
            let has = |version| from.iter().any(|(other, _)| *other == version);
            of.iter()
                .filter(|(version, _)| !has(*version))
                .map(|(_, name)| name.clone())
                .collect()
        };
        let unknown = lacking(&ours, &applied);
        if !unknown.is_empty() {
            return Ok(Self::Newer { unknown });
        }
        let missing = lacking(&applied, &ours);
        Ok(match missing.is_empty() {
            true => Self::Current,
            false => Self::Older { missing },
        })
    }

    /// Refuses to work on a database that does not fit this program.
    ///
    /// # Errors
    /// What is wrong, and what to run.
    pub fn require(&self) -> anyhow::Result<()> {
        match self {
            Self::Current => Ok(()),
            Self::Absent => anyhow::bail!(
                "pgcascade is not deployed in this database; run `pgcascade deploy` (or \
                 `pgcascade run --deploy`)"
            ),
            Self::Older { missing } => anyhow::bail!(
                "the database is older than this program: {} missing; run `pgcascade deploy`, \
                 which keeps all data",
                match missing.as_slice() {
                    [one] => format!("the migration {one} is"),
                    many => format!("the migrations {} are", many.join(", ")),
                }
            ),
            Self::Newer { .. } => self.refuse_newer(),
        }
    }

    /// Refuses to touch what a newer program made.
    ///
    /// # Errors
    /// What is unknown, and which program to use.
    pub fn refuse_newer(&self) -> anyhow::Result<()> {
        match self {
            Self::Newer { unknown } => anyhow::bail!(
                "the database is newer than this program, which does not know {}; use the program \
                 that deployed it, or a newer one",
                unknown.join(", ")
            ),
            Self::Current | Self::Absent | Self::Older { .. } => Ok(()),
        }
    }
}
