//! Migrations: tables and the shape of data, applied once, in order, never edited after landing.
//!
//! refinery keeps the history in `public.refinery_schema_history` and refuses a file that has
//! changed since it was applied. The lock around it is ours.

use include_dir::{Dir, include_dir};
use refinery::{Migration, Runner};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::error::{Class, DbError};
use super::url::DatabaseUrl;
use super::{deploy_lock, place, pool};

/// The files of `migrations/`, embedded when the program was built.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");
/// Named with its schema, so that a search path of the user's role does not make a second history.
const HISTORY: &str = "public.refinery_schema_history";
const LET_WRITE: &str = include_str!("../../sql/queries/db/let_migrations_write_templates.sql");
const CHECK_AGAIN: &str = include_str!("../../sql/queries/db/check_templates_again.sql");
/// What `pg_stat_activity` shows.
const APPLICATION_NAME: &str = "pgcascade deploy";

/// What a run of the migrations did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// The migrations applied now, such as `V3__stages`, in order.
    pub applied: Vec<String>,
    /// How many had been applied before.
    pub already: usize,
}

/// Why the migrations could not be applied. Those before the failing one stay applied.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database could not be reached, or refused us.
    #[error(transparent)]
    Db(#[from] DbError),
    /// An embedded file is not called `V<number>__<name>.sql`, or is not text.
    #[error("migrations/{file} is not a migration: call it V<number>__<name>.sql")]
    Name {
        /// The file.
        file: String,
    },
    /// The server refused a migration; it was rolled back.
    #[error("migrations/{file}.sql{} was refused: {message}", place::suffix(*.line))]
    Refused {
        /// The file without its ending.
        file: String,
        /// The line, where the server said which.
        line: Option<usize>,
        /// The server's words.
        message: String,
    },
    /// The history in the database and the files of this program do not agree.
    #[error(
        "the migrations in the database are not those of this program: {0}; deploy the program \
         that made them, or a newer one, and never edit a migration that has been applied"
    )]
    Diverged(String),
}

/// Applies the embedded migrations that the database does not have yet, on a direct session. A
/// second deploy at the same time waits for the first and then finds nothing to do.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(url: &DatabaseUrl) -> Result<MigrationReport, MigrateError> {
    migrate_with(url, &embedded()?).await
}

/// The embedded migrations that the database does not have yet.
///
/// # Errors
/// See [`MigrateError`].
pub async fn pending_migrations(url: &DatabaseUrl) -> Result<Vec<String>, MigrateError> {
    let migrations = embedded()?;
    let mut client = pool::connect(&url.direct(), APPLICATION_NAME).await?;
    let applied = applied(&runner(&migrations), &mut client).await?;
    Ok(missing(&migrations, &applied)
        .iter()
        .map(ToString::to_string)
        .collect())
}

/// The embedded migrations in the order of their numbers.
///
/// # Errors
/// A file that is not called like a migration.
pub fn embedded() -> Result<Vec<Migration>, MigrateError> {
    let files = FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|e| e == "sql"));
    let mut migrations = files
        .map(|file| {
            let name = file.path().display().to_string();
            let wrong = || MigrateError::Name { file: name.clone() };
            let text = file.contents_utf8().ok_or_else(wrong)?;
            let stem = name.strip_suffix(".sql").unwrap_or(&name);
            Migration::unapplied(stem, text).map_err(|_| wrong())
        })
        .collect::<Result<Vec<_>, _>>()?;
    migrations.sort();
    Ok(migrations)
}

/// Applies the given migrations, which are in order.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate_with(
    url: &DatabaseUrl,
    migrations: &[Migration],
) -> Result<MigrationReport, MigrateError> {
    let mut client = pool::connect(&url.direct(), APPLICATION_NAME).await?;
    deploy_lock::take(&client).await?;
    let runner = runner(migrations);
    let before = applied(&runner, &mut client).await?;
    let to_apply = missing(migrations, &before);
    if !to_apply.is_empty() {
        client
            .batch_execute(LET_WRITE)
            .await
            .map_err(DbError::from)?;
    }
    client
        .batch_execute(deploy_lock::YIELD_TO_WRITERS)
        .await
        .map_err(DbError::from)?;
    let ran = run(&runner, &mut client, &to_apply).await;
    // Also after a migration that was refused; and if this fails, the next deploy does it.
    let checks = client.batch_execute(CHECK_AGAIN).await;
    ran?;
    checks.map_err(DbError::from)?;
    deploy_lock::give_back(&client).await?;
    Ok(MigrationReport {
        applied: to_apply.iter().map(ToString::to_string).collect(),
        already: before.len(),
    })
}

/// Applies what is missing, each migration in its transaction, which is begun anew while writers
/// are in its way.
async fn run(
    runner: &Runner,
    client: &mut Client,
    to_apply: &[&Migration],
) -> Result<(), MigrateError> {
    let mut done = 0;
    let mut pauses = deploy_lock::pauses();
    while let Err(error) = runner.run_async(client).await {
        done += error
            .report()
            .map_or(0, |report| report.applied_migrations().len());
        let cause = driver_error(&error).map(DbError::from_driver);
        match pauses.next() {
            Some(pause) if cause.is_some_and(|cause| cause.class() == Class::Conflict) => {
                tokio::time::sleep(pause).await;
            }
            _ => return Err(explain(&error, to_apply.get(done).copied())),
        }
    }
    Ok(())
}

/// The library's runner on our history table.
fn runner(migrations: &[Migration]) -> Runner {
    let mut runner = Runner::new(migrations);
    runner.set_migration_table_name(HISTORY);
    runner
}

/// What the database has; nothing where there is no history yet.
async fn applied(runner: &Runner, client: &mut Client) -> Result<Vec<Migration>, MigrateError> {
    match runner.get_applied_migrations_async(client).await {
        Ok(applied) => Ok(applied),
        Err(error) => match driver_error(&error) {
            Some(cause) if cause.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(Vec::new()),
            _ => Err(explain(&error, None)),
        },
    }
}

/// Those of the given migrations that are not among the applied.
fn missing<'m>(migrations: &'m [Migration], applied: &[Migration]) -> Vec<&'m Migration> {
    let is_applied = |version| applied.iter().any(|other| other.version() == version);
    migrations
        .iter()
        .filter(|migration| !is_applied(migration.version()))
        .collect()
}

/// Says what the library's error means; `failed` is the migration that was being applied.
fn explain(error: &refinery::Error, failed: Option<&Migration>) -> MigrateError {
    let Some(cause) = driver_error(error) else {
        return MigrateError::Diverged(error.to_string());
    };
    let plain = DbError::from_driver(cause);
    match failed {
        Some(migration) if plain.class() != Class::Lost => {
            let (line, message) = place::complaint(migration.sql().unwrap_or_default(), cause);
            MigrateError::Refused {
                file: migration.to_string(),
                line,
                message,
            }
        }
        _ => MigrateError::Db(plain),
    }
}

/// The driver's error inside the library's.
fn driver_error(error: &refinery::Error) -> Option<&tokio_postgres::Error> {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<tokio_postgres::Error>() {
            return Some(found);
        }
        next = cause.source();
    }
    None
}
