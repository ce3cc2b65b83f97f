//! Making a cluster: directories, password, initdb and the server's settings.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::USER;
use super::error::{ClusterError, during, is_full, words};
use super::find::Binaries;
use super::owner::{Owner, make_private_dir, space_or, write_private};

/// Everything that we put into a cluster's directory.
const OURS: [&str; 7] = ["data", "data.new", "log", "run", "password", "port", "lock"];
/// The longest path of a socket's directory: the system allows 107 bytes on Linux and 103 on macOS,
/// of which `/.s.PGSQL.65535.lock` takes 20.
const SOCKET_DIR_MAX: usize = 83;
/// The file of our settings, included at the end of `postgresql.conf`.
const SETTINGS_FILE: &str = "pgcascade.conf";
/// Why each is not the default: sessions for a few daemons and their users; memory that fits a
/// small machine; fewer checkpoints while events pour in; logs that end by themselves after a week;
/// and durability spelled out, so that nobody has to wonder.
const SETTINGS: [(&str, &str); 14] = [
    ("listen_addresses", "127.0.0.1"),
    ("max_connections", "60"),
    ("shared_buffers", "128MB"),
    ("max_wal_size", "1GB"),
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("lc_messages", "C"),
    ("log_destination", "stderr"),
    ("logging_collector", "on"),
    ("log_filename", "postgresql-%a.log"),
    ("log_truncate_on_rotation", "on"),
    ("log_rotation_age", "1d"),
    ("log_rotation_size", "0"),
];

/// Refuses a directory that holds something that is not ours, before anything is written there.
pub(super) fn refuse_foreign(dir: &Path) -> Result<(), ClusterError> {
    let foreign = match fs::read_dir(dir) {
        Ok(entries) => entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .find(|name| !OURS.contains(&name.as_str())),
        Err(error) => match error.kind() {
            std::io::ErrorKind::NotFound => None,
            std::io::ErrorKind::PermissionDenied => {
                return Err(ClusterError::NotOurs {
                    dir: dir.to_owned(),
                    reason: "it belongs to another user; run as that user, or as root if root \
                             made it, or choose another directory"
                        .to_owned(),
                });
            }
            _ => return Err(during("reading the cluster's directory")(error)),
        },
    };
    match foreign {
        None => Ok(()),
        Some(name) => Err(ClusterError::NotOurs {
            dir: dir.to_owned(),
            reason: format!("it holds \"{name}\", which is not ours; choose an empty directory"),
        }),
    }
}

/// The major version that made the cluster; None where there is none.
pub(super) fn version_of(dir: &Path) -> Result<Option<u32>, ClusterError> {
    match fs::read_to_string(dir.join("data/PG_VERSION")) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| ClusterError::Damaged {
                dir: dir.to_owned(),
                reason: "data/PG_VERSION is not a number".to_owned(),
            }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(during("reading the cluster's version")(error)),
    }
}

/// The superuser's password.
pub(super) fn password(dir: &Path) -> Result<String, ClusterError> {
    let text = fs::read_to_string(dir.join("password"));
    match text.map(|text| text.trim().to_owned()) {
        Ok(password) if !password.is_empty() => Ok(password),
        _ if version_of(dir)?.is_none() => Err(ClusterError::NotStarted {
            dir: dir.to_owned(),
        }),
        _ => Err(ClusterError::Damaged {
            dir: dir.to_owned(),
            reason: "the file \"password\" is missing or empty".to_owned(),
        }),
    }
}

/// Makes the cluster if it is not there. It is made aside and moved into place when complete, so a
/// directory called `data` is always a whole one.
pub(super) fn make(dir: &Path, binaries: &Binaries, owner: &Owner) -> Result<(), ClusterError> {
    if version_of(dir)?.is_some() {
        return Ok(());
    }
    let unfinished = dir.join("data.new");
    remove(&unfinished)?;
    let password_file = dir.join("password");
    write_private(&password_file, &new_password()?, owner)?;
    let made = initdb(&unfinished, &password_file, binaries, owner, "C.UTF-8").or_else(|said| {
        remove(&unfinished)?;
        // Systems without C.UTF-8 have C, which sorts the same way.
        if said.contains("invalid locale") {
            let plain = initdb(&unfinished, &password_file, binaries, owner, "C");
            return plain.map_err(|said| refused(dir, said));
        }
        Err(refused(dir, said))
    });
    let finished = made
        .and_then(|()| include_settings(&unfinished))
        .and_then(|()| {
            fs::rename(&unfinished, dir.join("data"))
                .map_err(during("moving the cluster into place"))
        });
    if finished.is_err() {
        // The first failure is the one to report, not that of cleaning up after it.
        let _ = remove(&unfinished);
        let _ = fs::remove_file(&password_file);
    }
    finished
}

/// Writes our settings, which hold from the next start on. `extra` come last and so win.
pub(super) fn write_settings(
    dir: &Path,
    port: u16,
    run: &Path,
    extra: &[(String, String)],
) -> Result<(), ClusterError> {
    let mut text = String::from("# Written at every start; put settings of your own elsewhere.\n");
    let mut add = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name} = '{}'", value.replace('\'', "''"));
    };
    for (name, value) in SETTINGS {
        add(name, value);
    }
    add("port", &port.to_string());
    add("log_directory", &dir.join("log").display().to_string());
    // A list: quoted, so that a comma or a space in the path does not end the entry.
    add("unix_socket_directories", &format!("\"{}\"", run.display()));
    for (name, value) in extra {
        add(name, value);
    }
    let path = dir.join("data").join(SETTINGS_FILE);
    let owner = Owner::of(dir)?;
    write_private(&path, &text, &owner)
}

/// The directory of the socket: `run/` inside the cluster's, or a short one where that is too long.
pub(super) fn socket_dir(dir: &Path, owner: &Owner) -> Result<PathBuf, ClusterError> {
    let inside = dir.join("run");
    let run = if is_too_long(&inside) {
        short_socket_dir(dir)
    } else {
        inside
    };
    make_private_dir(&run, owner)?;
    Ok(run)
}

/// After a stop, removes the short directory if one was needed.
pub(super) fn remove_short_socket_dir(dir: &Path) {
    if is_too_long(&dir.join("run")) {
        // An empty directory that stays is used again by the next start.
        let _ = fs::remove_dir(short_socket_dir(dir));
    }
}

fn is_too_long(run: &Path) -> bool {
    run.as_os_str().len() > SOCKET_DIR_MAX
}

fn short_socket_dir(dir: &Path) -> PathBuf {
    PathBuf::from(format!("/tmp/pgcascade-{:016x}", fingerprint(dir)))
}

/// Runs initdb; what it said, if it failed.
fn initdb(
    data: &Path,
    password_file: &Path,
    binaries: &Binaries,
    owner: &Owner,
    locale: &str,
) -> Result<(), String> {
    make_private_dir(data, owner).map_err(|error| error.to_string())?;
    let mut initdb = owner.command(&binaries.program("initdb"));
    initdb
        .arg("--pgdata")
        .arg(data)
        .arg("--pwfile")
        .arg(password_file);
    initdb.args([
        "--username",
        USER,
        "--auth",
        "scram-sha-256",
        "--encoding",
        "UTF8",
    ]);
    initdb
        .arg(format!("--locale={locale}"))
        .arg("--data-checksums");
    let output = initdb.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(words(&output))
    }
}

/// Recognises what keeps initdb from succeeding.
fn refused(dir: &Path, said: String) -> ClusterError {
    if is_full(&said) || said.contains("no space is left") {
        return ClusterError::NoSpace {
            dir: dir.to_owned(),
        };
    }
    ClusterError::Initdb { said }
}

/// Makes the server read our settings after its own.
fn include_settings(data: &Path) -> Result<(), ClusterError> {
    let path = data.join("postgresql.conf");
    let mut text = fs::read_to_string(&path).map_err(during("reading postgresql.conf"))?;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "include = '{SETTINGS_FILE}'");
    fs::write(&path, text).map_err(space_or(data, "writing postgresql.conf"))
}

/// 24 random bytes in hexadecimal.
fn new_password() -> Result<String, ClusterError> {
    let mut bytes = [0; 24];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(during("reading random bytes"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Removes a directory that may not exist.
fn remove(dir: &Path) -> Result<(), ClusterError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(during("removing a half-made cluster")(error))
        }
        _ => Ok(()),
    }
}

/// A number that stands for a path (FNV-1a), the same in every run and version.
fn fingerprint(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
