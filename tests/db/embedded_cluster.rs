//! The cluster of our own: found, made, started, stopped, and what it says when it cannot be.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use pgcascade::db::connect;
use pgcascade::db::embedded::{Cluster, ClusterError, Search, Status, StopMode};

use crate::support::cluster::{TestCluster, blocking, search, temp_dir};
use crate::support::small_disk::SmallDisk;

/// A cluster in a directory of the test's choice, stopped when the test ends in any way.
struct Stopping(Cluster);

impl Stopping {
    fn open(home: &Path) -> Self {
        Self(Cluster::open(home, &search()).expect("server programs are installed"))
    }
}

impl Drop for Stopping {
    fn drop(&mut self) {
        // A server that does not run needs no stop.
        let _ = self.0.stop(StopMode::Immediate);
    }
}

/// The one row and column of a query.
async fn value(cluster: &TestCluster, sql: &str) -> String {
    let client = connect(cluster.url(), "tests")
        .await
        .expect("the cluster accepts sessions");
    let row = client.query_one(sql, &[]).await.expect("the query runs");
    row.get(0)
}

#[tokio::test]
async fn data_outlives_a_stop() {
    let cluster = TestCluster::start().await;
    let client = connect(cluster.url(), "tests")
        .await
        .expect("it accepts sessions");
    client
        .batch_execute("create table kept as select 'yes' as it")
        .await
        .expect("it writes");
    cluster.restart(false).await;
    assert_eq!(value(&cluster, "select it from kept").await, "yes");
    cluster.restart(true).await;
    assert_eq!(value(&cluster, "select it from kept").await, "yes");
}

#[tokio::test]
async fn it_is_durable_checked_and_utf8() {
    let cluster = TestCluster::start().await;
    let transcript = cluster
        .psql(
            "select name, setting from pg_settings where name in ('fsync', 'data_checksums', \
             'synchronous_commit', 'server_encoding', 'password_encryption', 'shared_buffers', \
             'listen_addresses') order by name;\n",
        )
        .await;
    for line in [
        "data_checksums      | on",
        "fsync               | on",
        "listen_addresses    | 127.0.0.1",
        "password_encryption | scram-sha-256",
        "server_encoding     | UTF8",
        "shared_buffers      | 16384",
        "synchronous_commit  | on",
    ] {
        assert!(
            transcript.contains(line),
            "{line} is missing in:\n{transcript}"
        );
    }
}

#[tokio::test]
async fn a_second_start_finds_it_running() {
    let cluster = TestCluster::start().await;
    let again = cluster.cluster().clone();
    let started = blocking(move || again.start())
        .await
        .expect("a second start succeeds");
    assert!(started.was_running);
    assert_eq!(started.url.to_string(), cluster.url().to_string());
    assert!(matches!(
        cluster.cluster().status(),
        Ok(Status::Running { .. })
    ));
}

#[tokio::test]
async fn two_starts_at_once_make_one_cluster() {
    let dir = temp_dir();
    let home = dir.path().join("with spaces, and a comma");
    let cluster = Stopping::open(&home);
    let start = || {
        let cluster = cluster.0.clone();
        blocking(move || cluster.start().expect("both succeed").was_running)
    };
    let (first, second) = tokio::join!(start(), start());
    let socket = fs::read_dir(home.join("run"))
        .expect("a socket directory")
        .count();
    assert!(first != second, "one starts it, the other finds it running");
    assert!(socket > 0, "the path with spaces holds the socket");
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket() {
    let dir = temp_dir();
    let home = dir.path().join("x".repeat(120));
    let stopping = Stopping::open(&home);
    let cluster = &stopping.0;
    let running = cluster.clone();
    blocking(move || running.start().expect("it starts")).await;
    assert!(cluster.stop(StopMode::Immediate).expect("it stops"));
    assert!(
        !cluster
            .stop(StopMode::Fast)
            .expect("a second stop has nothing to do")
    );
}

#[tokio::test]
async fn a_taken_port_is_exchanged() {
    let cluster = TestCluster::start().await;
    cluster.stop_immediately().await;
    let port = cluster.url().config().get_ports()[0];
    let _taken = TcpListener::bind(("127.0.0.1", port)).expect("the port is free after the stop");
    let again = cluster.cluster().clone();
    let started = blocking(move || again.start())
        .await
        .expect("it starts on another port");
    assert_ne!(started.url.config().get_ports(), [port]);
    connect(&started.url, "tests")
        .await
        .expect("the new URL works");
}

#[tokio::test]
async fn a_process_number_that_belongs_to_another_program_is_not_believed() {
    let cluster = TestCluster::start().await;
    cluster.stop_immediately().await;
    let data = cluster.cluster().dir().join("data");
    // A program of the same user as the server, which PostgreSQL itself would take for its own.
    let owner = fs::metadata(&data).expect("the data is there").uid();
    let mut other = Command::new("sleep");
    std::os::unix::process::CommandExt::uid(&mut other, owner);
    let mut other = other.arg("600").spawn().expect("sleep runs");
    let stale = format!("{}\n{}\n0\n5432\n\n127.0.0.1\n", other.id(), data.display());
    let port = fs::read_to_string(cluster.cluster().dir().join("port")).expect("a port");
    let socket = format!("run/.s.PGSQL.{}.lock", port.trim());
    for file in [
        data.join("postmaster.pid"),
        cluster.cluster().dir().join(socket),
    ] {
        fs::write(&file, &stale).expect("the file can be planted");
        std::os::unix::fs::chown(&file, Some(owner), None).expect("and given");
    }
    assert_eq!(
        cluster.cluster().status().expect("readable"),
        Status::Stopped
    );
    cluster.start_again().await;
    assert_eq!(value(&cluster, "select 'up'").await, "up");
    other.kill().expect("it was running");
    other.wait().expect("it ends");
}

#[test]
fn nobody_else_can_read_the_password() {
    let dir = temp_dir();
    let home = dir.path().join("cluster");
    let stopping = Stopping::open(&home);
    let cluster = &stopping.0;
    assert!(matches!(
        cluster.url(),
        Err(ClusterError::NotStarted { .. })
    ));
    assert_eq!(cluster.status().expect("readable"), Status::Absent);
    cluster.start().expect("it starts");
    let mode = |name: &str| {
        fs::metadata(home.join(name))
            .expect("it is there")
            .permissions()
            .mode()
    };
    let (password, directory) = (mode("password") & 0o777, mode("") & 0o777);
    let printed = format!("{:?} {}", cluster.url(), cluster.url().expect("it has one"));
    let secret = fs::read_to_string(home.join("password")).expect("root and owner can");
    assert_eq!((password, directory), (0o600, 0o700));
    assert!(!printed.contains(secret.trim()));
}

#[test]
fn psql_opens_the_cluster_whatever_the_environment_says() {
    let dir = temp_dir();
    let stopping = Stopping::open(&dir.path().join("c"));
    let cluster = &stopping.0;
    cluster.start().expect("it starts");
    let mut psql = cluster
        .psql_command(&["-XAt", "-c", "select current_user"])
        .expect("psql is here");
    psql.env("PGHOST", "192.0.2.1")
        .env("PGPORT", "1")
        .env("PGUSER", "nobody");
    let output = psql.output().expect("psql runs");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "postgres\n",
        "{output:?}"
    );
}

#[test]
fn missing_programs_are_answered_with_the_command_that_installs_them() {
    let dir = temp_dir();
    let empty = Search {
        given: None,
        path: vec![dir.path().to_owned()],
        usual: Vec::new(),
    };
    let error = Cluster::open(&dir.path().join("c"), &empty).expect_err("nothing to find");
    let said = error.to_string();
    assert!(matches!(error, ClusterError::NoBinaries { .. }), "{said}");
    assert!(
        said.contains("install") && said.contains("DATABASE_URL"),
        "{said}"
    );
    let wrong = Search {
        given: Some(dir.path().to_owned()),
        ..search()
    };
    let said = Cluster::open(&dir.path().join("c"), &wrong)
        .expect_err("not there")
        .to_string();
    assert!(said.contains("does not hold initdb"), "{said}");
}

#[test]
fn a_cluster_of_another_version_is_left_alone() {
    let dir = temp_dir();
    let home = dir.path().join("c");
    fs::create_dir_all(home.join("data")).expect("a directory");
    fs::write(home.join("data/PG_VERSION"), "14\n").expect("a version");
    let error = Cluster::open(&home, &search()).expect_err("no programs of version 14");
    assert!(
        matches!(error, ClusterError::WrongVersion { has: 14, .. }),
        "{error}"
    );
}

#[test]
fn a_directory_with_other_things_in_it_is_refused() {
    let dir = temp_dir();
    fs::write(dir.path().join("thesis.odt"), "precious").expect("a file");
    let error = Cluster::open(dir.path(), &search()).expect_err("it is not ours");
    assert!(matches!(error, ClusterError::NotOurs { .. }), "{error}");
    assert!(error.to_string().contains("thesis.odt"), "{error}");
}

#[test]
fn a_closed_parent_directory_is_named() {
    if !nix::unistd::geteuid().is_root() {
        // Only root drops to another user; for everybody else no directory is closed this way.
        return;
    }
    let dir = temp_dir();
    let closed = dir.path().join("closed");
    fs::create_dir(&closed).expect("a directory");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("may be closed");
    let cluster = Cluster::open(&closed.join("c"), &search()).expect("programs are installed");
    let error = cluster.start().expect_err("the server's user cannot enter");
    assert!(
        matches!(error, ClusterError::Untraversable { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("closed"), "{error}");
}

#[test]
fn a_full_disk_is_called_so_and_nothing_half_made_stays() {
    let dir = temp_dir();
    let disk = SmallDisk::mount(dir.path(), "24m");
    let search = if disk.is_some() {
        search()
    } else {
        failing_initdb(dir.path())
    };
    let home = dir.path().join("disk/cluster");
    let cluster = Cluster::open(&home, &search).expect("programs are found");
    let error = cluster.start().expect_err("a cluster needs more");
    assert!(matches!(error, ClusterError::NoSpace { .. }), "{error}");
    assert!(!home.join("data").exists() && !home.join("data.new").exists());
    assert!(!home.join("password").exists());
}

/// Server programs whose initdb meets a full disk, for machines where no small disk can be made.
fn failing_initdb(dir: &Path) -> Search {
    let bin = dir.join("bin");
    fs::create_dir(&bin).expect("a directory");
    for (name, script) in [
        (
            "initdb",
            "echo 'could not write to file: No space left on device' >&2; exit 1",
        ),
        ("pg_ctl", "exit 1"),
        ("postgres", "echo 'postgres (PostgreSQL) 15.4'"),
    ] {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("may be run");
    }
    Search {
        given: Some(bin),
        path: Vec::new(),
        usual: Vec::new(),
    }
}
