//! Functions, triggers and views: `sql/install.sql` in its order, re-applied at every deploy.
//!
//! The list works in psql as it is (`cd sql && psql -1 -f install.sql`): lines `\i <file>`,
//! comments and nothing else. Everything is applied in one transaction, so that running daemons see
//! either the old functions or the new ones.

use std::collections::HashSet;

use include_dir::{Dir, include_dir};
use tokio_postgres::{Client, Transaction};

use super::error::{Class, DbError};
use super::trigger_text::{self, TriggerText};
use super::{deploy_lock, place};

/// The files of `sql/`, embedded when the program was built.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");
/// The list, relative to `sql/`.
const LIST: &str = "install.sql";
const UNCHANGED_TRIGGERS: &str = include_str!("../../sql/queries/db/unchanged_triggers.sql");
const NOTE_TRIGGER: &str = include_str!("../../sql/queries/db/note_trigger.sql");

/// Why the objects could not be applied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The database could not be reached, or refused us.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The list itself is wrong.
    #[error("sql/{LIST}:{line}: {reason}")]
    List {
        /// The line, counted from one.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The server refused a file.
    #[error("sql/{file}{} was refused: {message}", place::suffix(*.line))]
    Refused {
        /// The file, relative to `sql/`.
        file: String,
        /// The line, where the server said which.
        line: Option<usize>,
        /// The server's words.
        message: String,
    },
}

/// One file of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFile {
    /// Its path relative to `sql/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Applies the embedded objects in one transaction, one deploy at a time; returns how many files.
///
/// # Errors
/// See [`ObjectsError`].
pub async fn install_objects(client: &mut Client) -> Result<usize, ObjectsError> {
    install(client, &embedded_objects()?).await
}

/// The embedded objects in the order of the list.
///
/// # Errors
/// A list that is missing, or names a file that does not exist, or holds anything else.
pub fn embedded_objects() -> Result<Vec<ObjectFile>, ObjectsError> {
    let text = |path: &str| FILES.get_file(path).and_then(|file| file.contents_utf8());
    let list = text(LIST).ok_or_else(|| ObjectsError::List {
        line: 1,
        reason: "the file was not there when the program was built".to_owned(),
    })?;
    read_list(list, |path| text(path).map(str::to_owned))
}

/// Reads a list whose files `text_of` finds.
///
/// # Errors
/// A line that is neither a comment nor `\i <file>`, or a file that is not found.
pub fn read_list(
    list: &str,
    text_of: impl Fn(&str) -> Option<String>,
) -> Result<Vec<ObjectFile>, ObjectsError> {
    let mut files = Vec::new();
    for (at, line) in list.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("--") {
            continue;
        }
        let wrong = |reason: String| ObjectsError::List {
            line: at + 1,
            reason,
        };
        let path = line
            .strip_prefix("\\ir ")
            .or_else(|| line.strip_prefix("\\i "))
            .ok_or_else(|| wrong(format!("expected \\i <file> or a comment, found: {line}")))?
            .trim();
        let text = text_of(path).ok_or_else(|| wrong(format!("there is no file sql/{path}")))?;
        files.push(ObjectFile {
            path: path.to_owned(),
            text,
        });
    }
    Ok(files)
}

/// Applies the given files in order, in one transaction, which is begun anew while writers are in
/// its way.
///
/// # Errors
/// See [`ObjectsError`].
pub async fn install(client: &mut Client, files: &[ObjectFile]) -> Result<usize, ObjectsError> {
    let mut pauses = deploy_lock::pauses();
    loop {
        match install_once(client, files).await {
            Err(ObjectsError::Db(error)) if error.class() == Class::Conflict => {
                let Some(pause) = pauses.next() else {
                    return Err(ObjectsError::Db(error));
                };
                tokio::time::sleep(pause).await;
            }
            done => return done,
        }
    }
}

async fn install_once(client: &mut Client, files: &[ObjectFile]) -> Result<usize, ObjectsError> {
    let transaction = client.transaction().await.map_err(DbError::from)?;
    deploy_lock::take_in_transaction(&transaction).await?;
    let yielding = transaction.batch_execute(deploy_lock::YIELD_TO_WRITERS);
    yielding.await.map_err(DbError::from)?;
    apply(&transaction, files).await?;
    transaction.commit().await.map_err(DbError::from)?;
    // What comes after the objects is a writer itself, and may wait for another deploy.
    let patient = client.batch_execute("reset lock_timeout").await;
    patient.map_err(DbError::from)?;
    Ok(files.len())
}

/// Applies the given files in order in a transaction of the caller's; triggers come last, and only
/// where something is new.
///
/// # Errors
/// See [`ObjectsError`].
pub async fn apply(
    transaction: &Transaction<'_>,
    files: &[ObjectFile],
) -> Result<(), ObjectsError> {
    let mut triggers = Vec::new();
    for file in files {
        let (rest, own) = trigger_text::apart(&file.text);
        let applied = transaction.batch_execute(&rest).await;
        applied.map_err(|error| explain(file, error))?;
        triggers.extend(own.into_iter().map(|trigger| (file, trigger)));
    }
    install_triggers(transaction, &triggers).await
}

/// Makes the triggers that are not there as they are to be. Last of all: each locks the writers of
/// its table out until the commit. From the end of the list to its beginning, where the ledger is:
/// so writers lock, too, whose triggers write into it, and everybody needs it.
async fn install_triggers(
    transaction: &Transaction<'_>,
    triggers: &[(&ObjectFile, TriggerText)],
) -> Result<(), ObjectsError> {
    if triggers.is_empty() {
        return Ok(());
    }
    let rows = transaction.query(UNCHANGED_TRIGGERS, &[]).await;
    let rows = rows.map_err(DbError::from)?;
    let unchanged: HashSet<&str> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    let changed = triggers
        .iter()
        .filter(|(_, trigger)| !unchanged.contains(trigger.statement.as_str()));
    let note = transaction.prepare(NOTE_TRIGGER).await;
    let note = note.map_err(DbError::from)?;
    for (file, trigger) in changed.rev() {
        let made = transaction.batch_execute(&trigger.in_place).await;
        made.map_err(|error| explain(file, error))?;
        let noted = transaction
            .execute(&note, &[&trigger.table, &trigger.name, &trigger.statement])
            .await;
        noted.map_err(DbError::from)?;
    }
    Ok(())
}

/// Says which file and line the server refused.
fn explain(file: &ObjectFile, error: tokio_postgres::Error) -> ObjectsError {
    let (line, message) = place::complaint(&file.text, &error);
    let plain = DbError::from(error);
    if plain.class() == Class::Lost || plain.class() == Class::Conflict {
        return ObjectsError::Db(plain);
    }
    ObjectsError::Refused {
        file: file.path.clone(),
        line,
        message,
    }
}
