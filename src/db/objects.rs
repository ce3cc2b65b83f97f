//! Functions, triggers and views: `sql/install.sql` in its order, re-applied at every deploy.
//!
//! The list works in psql as it is (`cd sql && psql -1 -f install.sql`): lines `\i <file>`,
//! comments and nothing else. Everything is applied in one transaction, so that running daemons see
//! either the old functions or the new ones.

use include_dir::{Dir, include_dir};
use tokio_postgres::Client;

use super::error::{Class, DbError};
use super::{deploy_lock, place};

/// The files of `sql/`, embedded when the program was built.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");
/// The list, relative to `sql/`.
const LIST: &str = "install.sql";

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
    for file in files {
        let applied = transaction.batch_execute(&file.text).await;
        applied.map_err(|error| explain(file, error))?;
    }
    transaction.commit().await.map_err(DbError::from)?;
    // What comes after the objects is a writer itself, and may wait for another deploy.
    let patient = client.batch_execute("reset lock_timeout").await;
    patient.map_err(DbError::from)?;
    Ok(files.len())
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
