//! The disk runs full during a load, and somebody makes room: the daemon goes on by itself.
//!
//! Without room for tables statements fail; without room for its log the server ends itself, and
//! comes back when there is room and somebody starts it.

use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::books::{
    TYPES, Work, books_are_right, deployed, emit, number, say, session, until_ended,
};
use crate::support::cluster::{TestCluster, blocking, on_database, temp_dir};
use crate::support::daemon::start;
use crate::support::small_disk::SmallDisk;
use crate::support::wait;

/// As long as this without any progress means that the daemon is stuck, and hits the full disk
/// again and again.
const STUCK_FOR: Duration = Duration::from_secs(2);

const PROCESSED: &str = "select count(*) from marketing.pipeline_events where status = 'processed'";

/// A tablespace on the small disk and a database in it; write-ahead log and temporary files stay
/// on the large one.
async fn database_on(cluster: &TestCluster, disk: &SmallDisk) -> pgcascade::db::DatabaseUrl {
    let home = disk.path().join("tablespace");
    std::fs::create_dir(&home).expect("a directory");
    own_like(&home, &cluster.cluster().dir().join("data"));
    let client = session(cluster.url()).await;
    let make = format!("create tablespace small location '{}'", home.display());
    client.batch_execute(&make).await.expect("a tablespace");
    let make = "create database small tablespace small";
    client.batch_execute(make).await.expect("a database");
    on_database(cluster.url(), "small")
}

/// Gives a directory to the owner of another.
fn own_like(dir: &Path, like: &Path) {
    use std::os::unix::fs::MetadataExt;
    let like = std::fs::metadata(like).expect("it is there");
    chown(dir, Some(like.uid()), Some(like.gid())).expect("root may");
}

/// Emits until the disk is full; returns how many events the ledger took.
async fn emit_until_full(client: &Client, event_type: &str) -> i64 {
    let insert = "insert into marketing.pipeline_events (event_type, payload)
        select $1, jsonb_build_object('padding', repeat('x', 500)) from generate_series(1, 50)";
    let mut emitted = 0;
    let begun = Instant::now();
    loop {
        match client.execute(insert, &[&event_type]).await {
            Ok(_) => emitted += 50,
            Err(error) if error.code() == Some(&SqlState::DISK_FULL) => return emitted,
            Err(error) => panic!("{error:?}"),
        }
        assert!(
            begun.elapsed() < wait::deadline(),
            "the disk never filled up"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_ran_full_and_was_freed_loses_nothing() {
    let dir = temp_dir();
    let Some(disk) = SmallDisk::mount(dir.path(), "64m") else {
        say("skipped: only root can make a small disk");
        return;
    };
    let cluster = TestCluster::start().await;
    let url = database_on(&cluster, &disk).await;
    let client = deployed(&url).await;
    let work = Work::default();
    let daemon = start(&url, work.registry());
    for event_type in TYPES {
        emit(&client, event_type, 400).await;
    }
    wait::until("the work to begin", async || {
        (number(&client, PROCESSED).await? > 0).then_some(())
    })
    .await;

    disk.fill();
    let mut events = 1200;
    for event_type in TYPES {
        events += emit_until_full(&client, event_type).await;
    }
    let (mut done, mut since) = (-1, Instant::now());
    wait::until("the daemon to be stuck", async || {
        let now = number(&client, PROCESSED).await?;
        if now != done {
            (done, since) = (now, Instant::now());
        }
        (since.elapsed() > STUCK_FOR).then_some(())
    })
    .await;

    disk.free();
    let freed = Instant::now();
    // What the full disk held back, and what comes in afterwards.
    for event_type in TYPES {
        emit(&client, event_type, 50).await;
    }
    events += 150;
    wait::until("the work to go on", async || {
        (number(&client, PROCESSED).await? > done).then_some(())
    })
    .await;
    let went_on = freed.elapsed();
    until_ended(&client, events).await;
    say(&format!(
        "{done} of {} events were done on the full disk; went on {went_on:?} after it was freed, \
         all done after {:?}",
        events - 150,
        freed.elapsed()
    ));
    books_are_right(&client, events, 0).await;
    daemon.stop().await;
    drop(client);
    drop(cluster);
    drop(disk);
}

/// Has the server keep its log on the small disk.
fn move_log(data: &Path, disk: &Path) {
    let (log, moved) = (data.join("pg_wal"), disk.join("pg_wal"));
    let copied = Command::new("cp").arg("-a").arg(&log).arg(&moved).status();
    assert!(copied.expect("cp runs").success(), "the log can be moved");
    std::fs::remove_dir_all(&log).expect("it was copied");
    std::os::unix::fs::symlink(&moved, &log).expect("a link");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_ran_out_of_disk_loses_nothing() {
    let dir = temp_dir();
    let Some(disk) = SmallDisk::mount(dir.path(), "96m") else {
        say("skipped: only root can make a small disk");
        return;
    };
    let path = disk.path().to_owned();
    let few = [("min_wal_size", "32MB"), ("max_wal_size", "32MB")];
    let cluster = TestCluster::start_with(&few, move |data| move_log(data, &path)).await;
    let client = deployed(cluster.url()).await;
    let work = Work::default();
    let daemon = start(cluster.url(), work.registry());
    for event_type in TYPES {
        emit(&client, event_type, 1000).await;
    }
    until_ended(&client, 100).await;

    disk.fill();
    let filled = Instant::now();
    wait::until("the server to end for lack of room", async || {
        // Needs a new file each time, until there is none any more; recovery needs one, too.
        let switch = "select pg_switch_wal()::text from pg_logical_emit_message(true, 'test', 'x')";
        if let Ok(client) = pgcascade::db::connect(cluster.url(), "test").await {
            // What becomes of the session is what becomes of the server.
            let _ = client.query(switch, &[]).await;
        }
        (filled.elapsed() > STUCK_FOR && client.is_closed()).then_some(())
    })
    .await;
    let status = cluster.cluster().status().expect("a status");

    disk.free();
    let freed = Instant::now();
    let client = wait::until("the server to be back", async || {
        // Somebody starts it where it has ended.
        let cluster_again = cluster.cluster().clone();
        let started = blocking(move || cluster_again.start().is_ok()).await;
        let client = pgcascade::db::connect(cluster.url(), "test").await.ok()?;
        started.then_some(client)
    })
    .await;
    say(&format!(
        "without room for its log the server was {status:?}; back after {:?}",
        freed.elapsed()
    ));
    let freed = Instant::now();
    let done = number(&client, PROCESSED).await;
    wait::until("the work to go on", async || {
        let now = number(&client, PROCESSED).await?;
        (Some(now) > done || now == 3000).then_some(())
    })
    .await;
    let went_on = freed.elapsed();
    until_ended(&client, 3000).await;
    say(&format!(
        "{done:?} of 3000 events were done; went on {went_on:?} after the start, all done after {:?}",
        freed.elapsed()
    ));
    books_are_right(&client, 3000, 0).await;
    daemon.stop().await;
    drop(client);
    drop(cluster);
    drop(disk);
}
