//! A file system of a few megabytes, which a test can fill up. Only root can make one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::form::is_long;

/// A mounted disk, gone with this value.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts a disk of `size` (for example `24m`) as `disk` below `dir`; None where that is not
    /// allowed. With `PGCASCADE_TEST_DISK=required`, as in CI, and in the long form a test may not
    /// do without.
    pub fn mount(dir: &Path, size: &str) -> Option<Self> {
        let disk = dir.join("disk");
        fs::create_dir(&disk).expect("a directory");
        let mut mount = Command::new("mount");
        mount
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size},mode=755"),
                "tmpfs",
            ])
            .arg(&disk);
        let is_mounted = mount.status().is_ok_and(|status| status.success());
        let required =
            std::env::var_os("PGCASCADE_TEST_DISK").is_some_and(|word| word == "required");
        assert!(
            is_mounted || !required && !is_long(),
            "no small disk can be mounted here: run the tests as root"
        );
        is_mounted.then_some(Self(disk))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes all that is left.
    pub fn fill(&self) {
        let mut filler = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.filler())
            .expect("a file");
        for size in [1024 * 1024, 4096] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
    }

    /// Gives back what [`Self::fill`] took.
    pub fn free(&self) {
        fs::remove_file(self.filler()).expect("it was filled");
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Left behind it would only be an empty directory that cannot be removed.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
