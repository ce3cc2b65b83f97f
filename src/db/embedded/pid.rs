//! Whether the server of a data directory runs, told from its `postmaster.pid`.
//!
//! The file outlives a crash, and its process number may by then belong to somebody else: after a
//! reboot, or in a container, where the same numbers return every time. So it is believed only
//! together with a process that works in this very directory.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::error::{ClusterError, during};

/// How long a server that somebody else started may take to become ready.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A server that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Running {
    /// Process of the postmaster.
    pub(super) pid: i32,
    /// Its port.
    pub(super) port: u16,
}

/// The running server of this data directory, ready or still starting.
pub(super) fn running(data: &Path) -> Option<Running> {
    let (pid, port, _) = read(data)?;
    (is_alive(pid) && works_in(pid, data)).then_some(Running { pid, port })
}

/// Waits until a running server accepts sessions.
pub(super) fn await_ready(data: &Path, pid: i32) -> Result<(), ClusterError> {
    let begun = Instant::now();
    while begun.elapsed() < READY_WITHIN {
        if read(data).is_some_and(|(other, _, ready)| other == pid && ready) {
            return Ok(());
        }
        pause();
    }
    Err(ClusterError::Recovering)
}

/// Waits a moment for a server that is on its way, up or down.
pub(super) fn pause() {
    std::thread::sleep(LOOK_EVERY);
}

/// Removes the files of a server that does not run, its own and that of its socket in `run`, if the
/// process that they name is alive but is not the server of this directory. PostgreSQL deals with a
/// dead process by itself, but takes a living one of the same user for its own, and one that was
/// killed and that nobody has waited for yet. Should others of its processes still end, it finds
/// their memory by the directory, without the file.
pub(super) fn remove_if_recycled(data: &Path, run: &Path, port: u16) -> Result<(), ClusterError> {
    for file in [
        data.join("postmaster.pid"),
        run.join(format!(".s.PGSQL.{port}.lock")),
    ] {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let Some(pid) = text
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
        else {
            continue;
        };
        if is_alive(pid) && !works_in(pid, data) {
            tracing::info!(
                pid,
                "the server's last process number belongs to another program now"
            );
            fs::remove_file(&file).map_err(during("removing a stale pid file"))?;
        }
    }
    Ok(())
}

/// Process, port and readiness as the file says them.
fn read(data: &Path) -> Option<(i32, u16, bool)> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let pid = lines.first()?.trim().parse::<i32>().ok()?;
    // The fourth line is the port, the eighth the state.
    let port = lines
        .get(3)
        .and_then(|line| line.trim().parse().ok())
        .unwrap_or(0);
    let ready = lines.get(7).is_some_and(|line| line.trim() == "ready");
    Some((pid, port, ready))
}

/// Whether a process has this number; one of another user counts.
fn is_alive(pid: i32) -> bool {
    !matches!(
        kill(Pid::from_raw(pid), None),
        Err(nix::errno::Errno::ESRCH)
    )
}

/// Whether the process works in the data directory, as every postmaster does. Where the system
/// does not tell, it is believed.
fn works_in(pid: i32, data: &Path) -> bool {
    let link = Path::new("/proc").join(pid.to_string()).join("cwd");
    match (fs::canonicalize(link), fs::canonicalize(data)) {
        (Ok(directory), Ok(data)) => directory == data,
        (Err(error), _) if error.kind() == std::io::ErrorKind::PermissionDenied => false,
        _ => !Path::new("/proc/self").exists(),
    }
}
