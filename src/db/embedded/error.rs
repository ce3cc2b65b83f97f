//! What can go wrong with a cluster of our own, each in one sentence that says what to do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Lines of the server's log that are looked through and, if nothing is recognised, shown.
const TAIL_LINES: usize = 20;

/// Why the cluster cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No usable server programs.
    #[error(
        "PostgreSQL's server programs were not found ({reason}); install them with `{install}`, \
         or set DATABASE_URL to use a database elsewhere"
    )]
    NoBinaries {
        /// Where it was looked, or what is wrong with what was given.
        reason: String,
        /// The one command for this system.
        install: String,
    },
    /// The directory was made by another major version.
    #[error(
        "{} was made by PostgreSQL {has}, whose programs are not here ({found}); install \
         PostgreSQL {has}, or move the directory away to begin anew", dir.display()
    )]
    WrongVersion {
        /// The cluster.
        dir: PathBuf,
        /// The version that made it.
        has: u32,
        /// The versions that were found.
        found: String,
    },
    /// The disk is full.
    #[error(
        "no space is left for {}; free some (a new cluster needs about 60 MB) and start again",
        dir.display()
    )]
    NoSpace {
        /// The cluster.
        dir: PathBuf,
    },
    /// Another program has the port.
    #[error(
        "port {port} on 127.0.0.1 is taken by another program; start again to get another port"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The directory holds something else.
    #[error("{} cannot hold the cluster: {reason}", dir.display())]
    NotOurs {
        /// The directory.
        dir: PathBuf,
        /// What is in the way, and what to do.
        reason: String,
    },
    /// Something we keep beside the cluster is gone or unreadable.
    #[error(
        "{} is damaged: {reason}; restore the file, or move the directory away to begin anew",
        dir.display()
    )]
    Damaged {
        /// The cluster.
        dir: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The server's user cannot enter a directory on the way.
    #[error(
        "the server runs as user \"{user}\", who may not enter {}; choose another directory \
         (/var/lib/pgcascade), or allow it with chmod o+x", parent.display()
    )]
    Untraversable {
        /// The closed directory.
        parent: PathBuf,
        /// The user.
        user: String,
    },
    /// Root, and nobody to drop to.
    #[error(
        "PostgreSQL refuses to run as root and this system has neither a user \"postgres\" nor \
         \"nobody\"; create one with `useradd --system postgres`"
    )]
    NoUser,
    /// Not enough shared memory.
    #[error(
        "the system has too little shared memory for the server ({said}); allow more (in a \
         container: --shm-size=256m) and start again"
    )]
    SharedMemory {
        /// The server's words.
        said: String,
    },
    /// The files are not the server's user's any more.
    #[error(
        "the server may not use its files in {} ({said}); give them back to user \"{user}\" with \
         chown -R",
        dir.display()
    )]
    Permission {
        /// The cluster.
        dir: PathBuf,
        /// The user the server runs as.
        user: String,
        /// The server's words.
        said: String,
    },
    /// The cluster could not be made; nothing is left behind.
    #[error("a new cluster could not be made: {said}")]
    Initdb {
        /// What initdb said.
        said: String,
    },
    /// The server did not come up, for a reason we do not know.
    #[error("the server did not start; the end of its log in {} says:\n{said}", log.display())]
    NotUp {
        /// Directory of the logs.
        log: PathBuf,
        /// The last lines.
        said: String,
    },
    /// Processes of a server whose first process was killed still use its memory.
    #[error(
        "the server that was killed here has not ended altogether: wait for its last processes, or \
         end those that work in {}, and start again", dir.join("data").display()
    )]
    StillEnding {
        /// The cluster.
        dir: PathBuf,
    },
    /// The server still recovers.
    #[error(
        "the server is still recovering from a crash after a minute; it goes on by itself: start \
         again in a while to wait for it"
    )]
    Recovering,
    /// The server did not stop.
    #[error(
        "the server did not stop: {said}; stop it at once with `pgcascade pg stop --mode immediate`"
    )]
    NotStopped {
        /// What pg_ctl said.
        said: String,
    },
    /// Never started.
    #[error(
        "the cluster in {} has not been started yet; start it with `pgcascade pg start`",
        dir.display()
    )]
    NotStarted {
        /// The cluster.
        dir: PathBuf,
    },
    /// No psql.
    #[error("psql is not installed; install it with `{install}`")]
    NoPsql {
        /// The one command for this system.
        install: String,
    },
    /// The system refused something.
    #[error("{doing} failed: {source}")]
    Io {
        /// What we were doing.
        doing: &'static str,
        /// The system's answer.
        source: io::Error,
    },
}

/// Says what was being done when the system refused.
pub(super) fn during(doing: &'static str) -> impl Fn(io::Error) -> ClusterError {
    move |source| ClusterError::Io { doing, source }
}

/// Everything a child said, on one line.
pub(super) fn words(output: &Output) -> String {
    let said = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    said.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The last lines of each of the newest two logs: what precedes the collector, and what it
/// collected. Many sessions that ended with a server push no refusal to start out of sight.
pub(super) fn log_tail(dir: &Path) -> String {
    let mut logs: Vec<_> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    logs.sort();
    let newest = logs.iter().rev().take(2).rev();
    let text: Vec<String> = newest
        .filter_map(|(_, path)| fs::read(path).ok())
        .map(|bytes| tail(&String::from_utf8_lossy(&bytes)))
        .collect();
    text.join("\n")
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// Recognises what keeps a server from starting.
pub(super) fn translate_start(dir: &Path, port: u16, said: &str, log: &str) -> ClusterError {
    let all = format!("{said}\n{log}");
    if is_full(&all) {
        return ClusterError::NoSpace {
            dir: dir.to_owned(),
        };
    }
    if all.contains("Address already in use") || all.contains("another postmaster already running")
    {
        return ClusterError::PortTaken { port };
    }
    if all.contains("pre-existing shared memory block") {
        return ClusterError::StillEnding {
            dir: dir.to_owned(),
        };
    }
    let line = |words: &str| {
        let found = all.lines().rev().find(|line| line.contains(words));
        found.map(|line| line.trim().to_owned())
    };
    if let Some(said) =
        line("could not resize shared memory").or_else(|| line("could not create shared memory"))
    {
        return ClusterError::SharedMemory { said };
    }
    if let Some(said) = line("Permission denied") {
        return ClusterError::Permission {
            dir: dir.to_owned(),
            user: owner_name(dir),
            said,
        };
    }
    if said.contains("did not start in time") {
        return ClusterError::Recovering;
    }
    let said = if log.is_empty() { said } else { log };
    ClusterError::NotUp {
        log: dir.join("log"),
        said: said.to_owned(),
    }
}

/// Whether a program complains about a full disk or a used-up quota.
pub(super) fn is_full(said: &str) -> bool {
    said.contains("No space left on device") || said.contains("Disk quota exceeded")
}

/// The user the cluster belongs to, for a message.
fn owner_name(dir: &Path) -> String {
    super::owner::Owner::of(dir)
        .map(|owner| owner.name)
        .unwrap_or_else(|_| "postgres".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_to_start_is_seen_beside_a_long_log_of_sessions_that_ended() {
        let dir = tempfile::tempdir().expect("a directory");
        let refusal = "FATAL:  pre-existing shared memory block (key 1) is still in use\n";
        fs::write(dir.path().join("start.log"), refusal).expect("a file");
        let ended = "FATAL:  terminating connection due to unexpected postmaster exit\n";
        fs::write(dir.path().join("Sun.log"), ended.repeat(100)).expect("a file");
        let error = translate_start(dir.path(), 1, "", &log_tail(dir.path()));
        assert!(matches!(error, ClusterError::StillEnding { .. }), "{error}");
    }
}
