//! The user that the server runs as, and children that run as that user.
//!
//! PostgreSQL refuses to run as root. As root we therefore run its programs as `postgres`, else
//! `nobody`; otherwise as ourselves. A directory that exists belongs to somebody already, and that
//! user is kept.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User, chown, geteuid};

use super::error::{ClusterError, during};

/// Somebody who may run the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    /// For messages.
    pub(super) name: String,
    /// Set when we are root and must become somebody else.
    drop_to: Option<(Uid, Gid)>,
}

/// Whether we are root.
pub(super) fn is_root() -> bool {
    geteuid().is_root()
}

impl Owner {
    /// Who runs the server whose files are, or will be, in `dir`.
    pub(super) fn of(dir: &Path) -> Result<Self, ClusterError> {
        let lookup = |name: &str| User::from_name(name).ok().flatten();
        if !is_root() {
            let user = User::from_uid(geteuid()).ok().flatten();
            let name = user.map_or_else(|| geteuid().to_string(), |user| user.name);
            return Ok(Self {
                name,
                drop_to: None,
            });
        }
        let kept = fs::metadata(dir.join("data"))
            .ok()
            .filter(|data| data.uid() != 0)
            .and_then(|data| User::from_uid(Uid::from_raw(data.uid())).ok().flatten());
        let user = kept
            .or_else(|| lookup("postgres"))
            .or_else(|| lookup("nobody"));
        let user = user.ok_or(ClusterError::NoUser)?;
        Ok(Self {
            name: user.name,
            drop_to: Some((user.uid, user.gid)),
        })
    }

    /// A child that runs as this user, in `/`, with none of our environment: variables that begin
    /// with PG would lead it elsewhere, and its messages must be in English to be recognised.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C");
        command.current_dir("/").stdin(Stdio::null());
        if let Some((uid, gid)) = self.drop_to {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }

    /// Makes a file or directory this user's.
    fn give(&self, path: &Path) -> Result<(), ClusterError> {
        let Some((uid, gid)) = self.drop_to else {
            return Ok(());
        };
        chown(path, Some(uid), Some(gid))
            .map_err(|error| during("giving a file to the server's user")(error.into()))
    }

    /// Refuses a directory that this user cannot reach.
    pub(super) fn refuse_untraversable(&self, dir: &Path) -> Result<(), ClusterError> {
        let Some((uid, gid)) = self.drop_to else {
            return Ok(());
        };
        for parent in dir.ancestors().skip(1) {
            let Ok(metadata) = fs::metadata(parent) else {
                continue;
            };
            let bit = if metadata.uid() == uid.as_raw() {
                0o100
            } else if metadata.gid() == gid.as_raw() {
                0o010
            } else {
                0o001
            };
            if metadata.mode() & bit == 0 {
                let (parent, user) = (parent.to_owned(), self.name.clone());
                return Err(ClusterError::Untraversable { parent, user });
            }
        }
        Ok(())
    }
}

/// Makes a directory that only the server's user (and root) can enter; its parents stay or become
/// open to everybody. An existing one must belong to that user.
pub(super) fn make_private_dir(dir: &Path, owner: &Owner) -> Result<(), ClusterError> {
    if let Ok(metadata) = fs::symlink_metadata(dir) {
        let expected = owner.drop_to.map_or_else(geteuid, |(uid, _)| uid);
        let ours = metadata.uid() == expected.as_raw() || (is_root() && metadata.uid() == 0);
        if !metadata.is_dir() && !metadata.is_symlink() || !ours {
            return Err(ClusterError::NotOurs {
                dir: dir.to_owned(),
                reason: format!(
                    "it is not a directory of user \"{}\"; choose another directory, or give it to \
                     that user with chown",
                    owner.name
                ),
            });
        }
    } else {
        if let Some(parent) = dir.parent() {
            fs::create_dir_all(parent).map_err(space_or(dir, "making the cluster's directory"))?;
        }
        // Recursive, so that it is no error when somebody else makes it at this very moment.
        let made = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir);
        made.map_err(space_or(dir, "making the cluster's directory"))?;
    }
    owner.refuse_untraversable(dir)?;
    let private = fs::Permissions::from_mode(0o700);
    fs::set_permissions(dir, private).map_err(during("closing the cluster's directory"))?;
    owner.give(dir)
}

/// Writes a file that only the server's user (and root) can read.
pub(super) fn write_private(path: &Path, text: &str, owner: &Owner) -> Result<(), ClusterError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options
        .open(path)
        .map_err(space_or(path, "making a file of the cluster"))?;
    file.write_all(text.as_bytes())
        .map_err(space_or(path, "writing a file of the cluster"))?;
    owner.give(path)
}

/// Tells a full disk from other refusals.
pub(super) fn space_or(
    path: &Path,
    doing: &'static str,
) -> impl Fn(std::io::Error) -> ClusterError {
    let dir = path.to_owned();
    move |error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            ClusterError::NoSpace { dir: dir.clone() }
        }
        _ => during(doing)(error),
    }
}
