//! A PostgreSQL cluster of our own, for users who have no `DATABASE_URL`.
//!
//! Everything lives in one directory: `data/` (the cluster), `log/`, `run/` (its socket), and the
//! files `password`, `port` and `lock`. The server is started through `pg_ctl` and outlives us; it
//! listens on loopback only, is durable, and is kept between runs. Two of us may start it at once:
//! the second waits for the first and finds it running.
//!
//! All calls block for as long as the server needs, up to a minute: call them from a blocking
//! thread.

mod error;
mod find;
mod init;
mod owner;
mod pid;

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

pub use error::ClusterError;
pub use find::{Binaries, Search, VERSIONS};

use super::url::DatabaseUrl;
use error::during;
use owner::Owner;

/// Superuser of the cluster, and the database that work happens in.
const USER: &str = "postgres";
/// How long the server may take to start (crash recovery included) or to stop, in seconds.
const WAIT_SECS: &str = "60";
/// A port that somebody takes between our look and the server's is replaced this often.
const PORT_ATTEMPTS: u32 = 3;
/// The processes of a server whose first one was killed end when they hear of it: at once, but for
/// one that is in the middle of a long statement.
const ENDS_WITHIN: Duration = Duration::from_secs(10);
/// Variables that would lead psql elsewhere than we say.
const MISLEADING: [&str; 7] = [
    "PGOPTIONS",
    "PGSERVICE",
    "PGHOSTADDR",
    "PGSSLMODE",
    "PGTARGETSESSIONATTRS",
    "PGPASSFILE",
    "PGREQUIREAUTH",
];

/// A cluster in a directory, running or not.
#[derive(Debug, Clone)]
pub struct Cluster {
    dir: PathBuf,
    binaries: Binaries,
    owner: Owner,
    search: Search,
    settings: Vec<(String, String)>,
}

/// A cluster that is up.
#[derive(Debug, Clone)]
pub struct Started {
    /// Where it listens, password included (hidden when printed).
    pub url: DatabaseUrl,
    /// Whether it had been running before.
    pub was_running: bool,
}

/// How to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// Ends sessions, writes everything down.
    Fast,
    /// As if the power failed; the next start recovers.
    Immediate,
}

/// Whether the cluster is there and up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The directory holds no cluster yet.
    Absent,
    /// It is there and not running.
    Stopped,
    /// It is running.
    Running {
        /// Process of the postmaster.
        pid: i32,
        /// Its loopback port.
        port: u16,
    },
}

impl Cluster {
    /// Where the cluster lives unless the user says otherwise: `$XDG_DATA_HOME/pgcascade` (given as
    /// `data_home`), else `~/.local/share/pgcascade`; as root `/var/lib/pgcascade`, because the
    /// unprivileged user that the server runs as cannot enter root's home.
    pub fn default_dir(data_home: Option<&Path>) -> PathBuf {
        if owner::is_root() {
            return PathBuf::from("/var/lib/pgcascade");
        }
        match (data_home, std::env::home_dir()) {
            (Some(data_home), _) => data_home.join("pgcascade"),
            (None, Some(home)) => home.join(".local/share/pgcascade"),
            (None, None) => std::env::temp_dir().join("pgcascade"),
        }
    }

    /// Finds the server's programs for the cluster in `dir`, which need not exist yet. Changes
    /// nothing.
    ///
    /// # Errors
    /// No programs, none of the version that made the directory, or a directory that is not ours.
    pub fn open(dir: &Path, search: &Search) -> Result<Self, ClusterError> {
        let dir = std::path::absolute(dir).map_err(during("reading the current directory"))?;
        init::refuse_foreign(&dir)?;
        let owner = Owner::of(&dir)?;
        let made_by = init::version_of(&dir)?;
        let binaries = find::find(search, &owner, made_by, &dir)?;
        Ok(Self {
            dir,
            binaries,
            owner,
            search: search.clone(),
            settings: Vec::new(),
        })
    }

    /// Adds a server setting to our own, from the next start on.
    #[must_use]
    pub fn with_setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The server's programs.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Starts the cluster, making it first if it is not there.
    ///
    /// # Errors
    /// See [`ClusterError`]; nothing half-made is left behind.
    pub fn start(&self) -> Result<Started, ClusterError> {
        owner::make_private_dir(&self.dir, &self.owner)?;
        let _one_at_a_time = self.lock()?;
        init::make(&self.dir, &self.binaries, &self.owner)?;
        if let Some(running) = pid::running(&self.data()) {
            pid::await_ready(&self.data(), running.pid)?;
            return Ok(Started {
                url: self.url()?,
                was_running: true,
            });
        }
        let mut attempt = 1;
        let begun = Instant::now();
        while let Err(error) = self.start_once() {
            match error {
                // Between our look and the server's somebody else took the port.
                ClusterError::PortTaken { .. } if attempt < PORT_ATTEMPTS => attempt += 1,
                ClusterError::StillEnding { .. } if begun.elapsed() < ENDS_WITHIN => {
                    pid::pause();
                }
                _ => return Err(error),
            }
        }
        Ok(Started {
            url: self.url()?,
            was_running: false,
        })
    }

    /// Stops the cluster; returns whether it was running.
    ///
    /// # Errors
    /// It does not stop in time.
    pub fn stop(&self, mode: StopMode) -> Result<bool, ClusterError> {
        if self.status()? == Status::Absent {
            return Ok(false);
        }
        let _one_at_a_time = self.lock()?;
        if pid::running(&self.data()).is_none() {
            return Ok(false);
        }
        let mode = match mode {
            StopMode::Fast => "fast",
            StopMode::Immediate => "immediate",
        };
        let mut stop = self.owner.command(&self.binaries.program("pg_ctl"));
        stop.arg("stop").arg("-D").arg(self.data());
        stop.args(["-m", mode, "-w", "-t", WAIT_SECS]);
        let output = stop.output().map_err(during("running pg_ctl stop"))?;
        if !output.status.success() && pid::running(&self.data()).is_some() {
            return Err(ClusterError::NotStopped {
                said: error::words(&output),
            });
        }
        init::remove_short_socket_dir(&self.dir);
        Ok(true)
    }

    /// Whether the cluster is there and up.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn status(&self) -> Result<Status, ClusterError> {
        if init::version_of(&self.dir)?.is_none() {
            return Ok(Status::Absent);
        }
        Ok(match pid::running(&self.data()) {
            Some(running) => Status::Running {
                pid: running.pid,
                port: running.port,
            },
            None => Status::Stopped,
        })
    }

    /// The connection URL of the cluster, running or not.
    ///
    /// # Errors
    /// The cluster has never been started.
    pub fn url(&self) -> Result<DatabaseUrl, ClusterError> {
        let (port, password) = (self.port()?, init::password(&self.dir)?);
        let text =
            format!("postgresql://{USER}:{password}@127.0.0.1:{port}/{USER}?sslmode=disable");
        DatabaseUrl::parse(&text).map_err(|error| ClusterError::Damaged {
            dir: self.dir.clone(),
            reason: error.to_string(),
        })
    }

    /// A psql that talks to the cluster, with the arguments given. The password is passed in its
    /// environment, where other users cannot see it.
    ///
    /// # Errors
    /// No psql on this system, or the cluster has never been started.
    pub fn psql_command(&self, arguments: &[&str]) -> Result<Command, ClusterError> {
        let mut psql = Command::new(find::psql(&self.binaries, &self.search)?);
        for name in MISLEADING {
            psql.env_remove(name);
        }
        psql.env("PGPASSWORD", init::password(&self.dir)?);
        psql.arg("--dbname").arg(format!(
            "host=127.0.0.1 port={} user={USER} dbname={USER} sslmode=disable",
            self.port()?
        ));
        psql.args(arguments);
        Ok(psql)
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Keeps others from starting or stopping while the returned file is open.
    fn lock(&self) -> Result<File, ClusterError> {
        let file = File::create(self.dir.join("lock")).map_err(during("opening the lock file"))?;
        file.lock().map_err(during("waiting for the lock file"))?;
        Ok(file)
    }

    /// The port kept from the last start.
    fn port(&self) -> Result<u16, ClusterError> {
        let text = fs::read_to_string(self.dir.join("port")).unwrap_or_default();
        text.trim().parse().map_err(|_| ClusterError::NotStarted {
            dir: self.dir.clone(),
        })
    }

    /// One attempt to start on a port that is free at this moment.
    fn start_once(&self) -> Result<(), ClusterError> {
        let port = self.free_port()?;
        fs::write(self.dir.join("port"), format!("{port}\n"))
            .map_err(during("writing the port"))?;
        let run = init::socket_dir(&self.dir, &self.owner)?;
        pid::remove_if_recycled(&self.data(), &run, port)?;
        let log = self.dir.join("log");
        owner::make_private_dir(&log, &self.owner)?;
        init::write_settings(&self.dir, port, &run, &self.settings)?;
        let start_log = log.join("start.log");
        owner::write_private(&start_log, "", &self.owner)?;

        let mut start = self.owner.command(&self.binaries.program("pg_ctl"));
        start
            .arg("start")
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(&start_log);
        start.args(["-w", "-t", WAIT_SECS]);
        let output = start.output().map_err(during("running pg_ctl start"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(error::translate_start(
            &self.dir,
            port,
            &error::words(&output),
            &error::log_tail(&log),
        ))
    }

    /// The kept port if nobody else has it now, otherwise a new one.
    fn free_port(&self) -> Result<u16, ClusterError> {
        let kept = self.port().ok();
        if let Some(port) = kept
            && TcpListener::bind(("127.0.0.1", port)).is_ok()
        {
            return Ok(port);
        }
        let listener =
            TcpListener::bind("127.0.0.1:0").map_err(during("looking for a free port"))?;
        let port = listener
            .local_addr()
            .map_err(during("looking for a free port"))?
            .port();
        if let Some(taken) = kept {
            tracing::warn!(
                taken,
                port,
                "the cluster's port is taken; it moves to another one"
            );
        }
        Ok(port)
    }
}
