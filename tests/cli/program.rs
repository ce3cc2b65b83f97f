//! Runs the binary with a clean environment and catches what it says.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pgcascade::db::DatabaseUrl;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::mpsc;

use crate::support::wait;

/// The narrowest pipe that Linux makes.
pub const PIPE_BYTES: i32 = 4096;

/// The binary under test, and where it works.
#[derive(Clone)]
pub struct Program {
    variables: Vec<(String, String)>,
    directory: Option<PathBuf>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Standard output of a run that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// Standard error of a run that must have failed so, on one line: where it is broken depends
    /// on the width of the screen.
    #[track_caller]
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        one_line(&self.err)
    }

    /// The JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Text without its line breaks.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Program {
    /// On a given database.
    pub fn on(url: &DatabaseUrl) -> Self {
        Self::with("DATABASE_URL", &url.reveal())
    }

    /// On a cluster of its own.
    pub fn own(dir: &Path) -> Self {
        Self::with("PGCASCADE_DATA_DIR", &dir.display().to_string())
    }

    /// With this variable only.
    pub fn with(name: &str, value: &str) -> Self {
        Self {
            variables: Vec::new(),
            directory: None,
        }
        .and(name, value)
    }

    /// With this variable, too.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// In this working directory.
    pub fn within(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_owned());
        self
    }

    /// Runs it to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        let output = wait::within("the program's end", command.output());
        let output = output.await.expect("the program starts");
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Starts it; it is killed when the returned value is dropped.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self.command(arguments).spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut log = BufReader::new(child.stderr.take().expect("piped")).lines();
        let (said, err) = mpsc::unbounded_channel();
        // Always read: a program whose log nobody reads stands still once the pipe is full.
        tokio::spawn(async move {
            while let Ok(Some(line)) = log.next_line().await {
                // Nobody may want it any more.
                let _ = said.send(line);
            }
        });
        Running { child, out, err }
    }

    /// Starts it with a log that goes into a narrow pipe which nobody reads.
    pub fn start_unread(&self, arguments: &[&str]) -> (Child, ChildStderr) {
        let mut child = self.command(arguments).spawn().expect("the program starts");
        let log = child.stderr.take().expect("piped");
        fcntl(&log, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES)).expect("a pipe");
        (child, log)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgcascade"));
        command.args(arguments).env_clear().kill_on_drop(true);
        for name in ["PATH", "HOME", "PGCASCADE_PG_BIN"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// A program that runs.
pub struct Running {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: mpsc::UnboundedReceiver<String>,
}

impl Running {
    /// The next line of its output that has these words.
    pub async fn says(&mut self, words: &str) -> String {
        until(words, async || self.out.next_line().await.expect("text")).await
    }

    /// The next line of its log that has these words.
    pub async fn logs(&mut self, words: &str) -> String {
        until(words, async || self.err.recv().await).await
    }

    /// Closes its standard output, as a reader does that has seen enough.
    pub async fn stop_reading(self) -> Ended {
        let Self {
            mut child,
            out,
            err,
        } = self;
        drop(out);
        let code = wait::within("the program's end", child.wait()).await;
        drop(err);
        Ended {
            code: code.expect("it ends").code().unwrap_or(-1),
            out: String::new(),
            err: String::new(),
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let id = self.child.id().expect("it runs");
        kill(Pid::from_raw(id.try_into().expect("a process id")), signal).expect("it is ours");
    }

    /// Its exit code.
    pub async fn end(mut self) -> i32 {
        let status = wait::within("the program's end", self.child.wait()).await;
        status.expect("it ends").code().unwrap_or(-1)
    }
}

async fn until(words: &str, mut next: impl AsyncFnMut() -> Option<String>) -> String {
    let mut before = String::new();
    let found = async {
        while let Some(line) = next().await {
            if line.contains(words) {
                return line;
            }
            before.push_str(&line);
            before.push('\n');
        }
        panic!("it ended without saying \"{words}\", but:\n{before}");
    };
    wait::within(&format!("the words \"{words}\""), found).await
}
