//! A PostgreSQL server whose own clock a test moves: to the evening before, over a night, to a year
//! that is still to come.
//!
//! Nothing of the product is touched: it asks the database what time it is, and this database's
//! machine has another one. The server's programs are started through a script that preloads
//! libfaketime, which adds what stands in a file to every reading of the wall clock. The clock that
//! measures durations is left alone, so timers and time-outs are real ones. Between two moves time
//! passes as it does.
//!
//! One call is kept from libfaketime. While a session waits in its `epoll_wait`, it shows the real
//! time to signal handlers, too: the server's then finds that no time-out is over yet, and neither
//! `lock_timeout` nor `deadlock_timeout` ever ends a wait.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use pgcascade::db::{connect, install_objects, migrate};
use tempfile::TempDir;

use super::cluster::{TestCluster, TestDatabase, programs, temp_dir};
use super::daemon::Rig;
use super::form::is_long;
use super::wait;

/// How far the machine's time and the server's may be apart after a move: reading one and writing
/// the other takes time.
const APART_MS_MAX: i64 = 50;

/// `epoll_wait` as it is in the C library.
const OWN_EPOLL_WAIT: &str = "
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>
struct epoll_event;
int epoll_wait(int set, struct epoll_event *events, int most, int timeout) {
    return (int)syscall(SYS_epoll_pwait, set, events, most, timeout, NULL, (size_t)8);
}
";

/// The server's clock.
pub struct MovedClock {
    dir: TempDir,
    /// Every move: when it was made by this process, and what the server said then.
    moves: Mutex<Vec<(Instant, DateTime<Utc>)>>,
}

/// The library that lies about the time, where Debian's package `libfaketime` has put it. With
/// `PGCASCADE_TEST_CLOCK=required`, as in CI, and in the long form a test may not do without.
pub fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten();
    let library = folders
        .filter_map(Result::ok)
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists());
    let may_miss = std::env::var_os("PGCASCADE_TEST_CLOCK").is_none_or(|word| word != "required")
        && !is_long();
    assert!(
        library.is_some() || may_miss,
        "libfaketime is missing: run scripts/install-faketime.sh"
    );
    library
}

impl MovedClock {
    /// A deployed database on a server of its own, whose clock shows `at` (RFC 3339). None where
    /// libfaketime is not installed.
    pub async fn rig(at: &str) -> Option<(Rig, Self)> {
        let library = library()?;
        let clock = Self {
            dir: temp_dir(),
            moves: Mutex::default(),
        };
        // Its database is made at that time, too: nothing in it is of another one.
        clock.write(parse(at) - super::fake_clock::now());
        let programs = clock.programs(&library);
        let settings = [
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("max_connections", "60"),
        ];
        let server = TestCluster::start_by(programs, &settings).await;
        let database = TestDatabase::alone(server);
        migrate(database.url()).await.expect("the migrations apply");
        let mut client = connect(database.url(), "test").await.expect("a session");
        install_objects(&mut client)
            .await
            .expect("the objects apply");
        let rig = Rig { database, client };
        rig.run("update pipeline.alert_rules set enabled = false")
            .await;
        clock.move_to(&rig, parse(at)).await;
        rig.run("set statement_timeout = '100ms'").await;
        let ended = rig.client.batch_execute("select pg_sleep(20)").await;
        ended.expect_err("waits are ended by time-outs under this clock, too");
        rig.run("reset statement_timeout").await;
        Some((rig, clock))
    }

    /// Moves the server's clock. Never do this while anything is under way: a time-out that is
    /// running on the server ends with the jump.
    pub async fn move_to(&self, rig: &Rig, at: DateTime<Utc>) {
        // By what the server says: this process may live under another clock itself.
        let before = rig.rows("select clock_timestamp()", &[]).await[0].get::<_, DateTime<Utc>>(0);
        self.jump(at - before);
        let (read, said) = wait::until("a quick answer of the clock", async || {
            let asked = Instant::now();
            let row = rig.rows("select clock_timestamp()", &[]).await;
            let read = Instant::now();
            // One that was long on its way tells of a moment that is not known well enough.
            let known = (read - asked).as_millis() <= u128::from(APART_MS_MAX.unsigned_abs());
            known.then(|| (read, row[0].get::<_, DateTime<Utc>>(0)))
        })
        .await;
        let apart = (said - at).num_milliseconds();
        assert!(
            (-1_000..120_000).contains(&apart),
            "the clock is {apart} ms off"
        );
        self.moves
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((read, said));
        // As after a suspension the daemon finds out by itself, at its next heartbeat; this only
        // spares the wait.
        rig.run("select pg_notify('pipeline_wake', 'schedule'), pg_notify('pipeline_wake', 'schedules')")
            .await;
    }

    /// Has the server's clock jump so far ahead of where it would be now, or back, as the clock of a
    /// machine does: in the middle of everything, and nobody is told.
    pub fn jump(&self, by: TimeDelta) {
        let text = fs::read_to_string(self.file()).expect("the file is there");
        // Seconds with three digits after the point.
        let millis = text.trim().replace('.', "").parse();
        self.write(TimeDelta::milliseconds(millis.expect("a number")) + by);
    }

    /// What the server's clock showed at a moment of this process, as exactly as
    /// [`APART_MS_MAX`] says.
    pub fn at(&self, moment: Instant) -> DateTime<Utc> {
        let moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, said) = moves
            .iter()
            .rev()
            .find(|(since, _)| *since <= moment)
            .or(moves.first())
            .expect("the clock was moved once at least");
        let passed = moment.saturating_duration_since(*since);
        *said + TimeDelta::from_std(passed).expect("a short time")
    }

    /// How often it was moved.
    pub fn moves(&self) -> usize {
        self.moves
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// How far two readings of the same moment may be apart.
    pub fn tolerance() -> TimeDelta {
        TimeDelta::milliseconds(APART_MS_MAX)
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("clock")
    }

    /// The file says how far ahead of the machine's clock the server's is. It is put in place at
    /// once: nobody may read half of it.
    fn write(&self, ahead: TimeDelta) {
        let new = self.dir.path().join("clock.new");
        let millis = ahead.num_milliseconds();
        let sign = if millis < 0 { '-' } else { '+' };
        let (seconds, rest) = (millis.abs() / 1000, millis.abs() % 1000);
        fs::write(&new, format!("{sign}{seconds}.{rest:03}\n")).expect("a file");
        fs::rename(&new, self.file()).expect("the same directory");
    }

    /// A directory of server programs that see the moved clock.
    fn programs(&self, library: &Path) -> PathBuf {
        let dir = self.dir.path().join("bin");
        fs::create_dir(&dir).expect("a directory");
        let (text, own) = (self.dir.path().join("own.c"), dir.join("own.so"));
        fs::write(&text, OWN_EPOLL_WAIT).expect("a file");
        // The linker of Rust programs is there.
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .args([&own, &text])
            .status();
        assert!(compiled.expect("cc").success());
        let real = programs();
        for name in ["initdb", "postgres", "psql"] {
            // psql may be elsewhere, and is found there.
            let _ = std::os::unix::fs::symlink(real.join(name), dir.join(name));
        }
        let script = format!(
            "#!/bin/sh\nexport LD_PRELOAD='{}:{}' FAKETIME_TIMESTAMP_FILE='{}' FAKETIME_NO_CACHE=1\n\
             export FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1\nexec '{}' \"$@\"\n",
            own.display(),
            library.display(),
            self.file().display(),
            real.join("pg_ctl").display(),
        );
        let program = dir.join("pg_ctl");
        fs::write(&program, script).expect("a file");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("may be run");
        dir
    }
}

/// A time as RFC 3339 has it.
pub fn parse(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect(text).to_utc()
}
