//! Reports that hold a snapshot over the whole load: they see one moment, and disturb nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::books::{TYPES, Work, books_are_right, emit, make_stages, say, until_ended};
use crate::support::daemon::Rig;
use crate::support::form::by_form;

/// Everything that one can read of the engine's.
const SCAN: &str = "select
        (select count(*) from marketing.pipeline_events)
        + (select count(*) from pipeline.ready)
        + (select count(*) from pipeline.scheduled)
        + (select count(*) from pipeline.inflight)
        + (select count(*) from public.effects)";

/// Scans again and again in one snapshot until told to stop; returns how often.
fn scanner(client: Client, stop: Arc<AtomicBool>) -> JoinHandle<usize> {
    tokio::spawn(async move {
        let begin = "begin isolation level repeatable read read only";
        client.batch_execute(begin).await.expect("a transaction");
        let (mut scans, mut first) = (0, None);
        while !stop.load(Ordering::SeqCst) {
            let seen: i64 = client.query_one(SCAN, &[]).await.expect("a scan").get(0);
            assert_eq!(*first.get_or_insert(seen), seen, "one moment");
            scans += 1;
        }
        client.batch_execute("commit").await.expect("an end");
        scans
    })
}

/// How long a load takes.
async fn load(rig: &Rig, each: i32, before: i64) -> Duration {
    let began = Instant::now();
    for _ in 0..each / 50 {
        for event_type in TYPES {
            emit(&rig.client, event_type, 50).await;
        }
    }
    until_ended(&rig.client, before + i64::from(each) * 3).await;
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_long_snapshots_disturb_nobody() {
    let each = 50 * by_form(30, 300);
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let work = Work {
        pace: Duration::ZERO,
        ..Work::default()
    };
    let daemon = rig.daemon(work.registry());
    load(&rig, 50, 0).await;
    let alone = load(&rig, each, 150).await;

    let stop = Arc::new(AtomicBool::new(false));
    let mut scanners = Vec::new();
    for _ in 0..4 {
        scanners.push(scanner(rig.session().await, Arc::clone(&stop)));
    }
    rig.until(
        "(select count(*) from pg_stat_activity
        where datname = current_database()
        and backend_xmin is not null
        and application_name = 'another session') = 4",
    )
    .await;
    let events = 150 + i64::from(each) * 3;
    let watched = load(&rig, each, events).await;
    stop.store(true, Ordering::SeqCst);
    let mut scans = 0;
    for scanner in scanners {
        scans += scanner.await.expect("a scanner never fails");
    }
    say(&format!(
        "{} events took {alone:?} alone and {watched:?} under {scans} scans",
        each * 3
    ));
    assert!(scans >= 4, "{scans} scans");
    books_are_right(&rig.client, events + i64::from(each) * 3, 0).await;
    let again =
        "select count(*) from marketing.pipeline_events where attempts <> 1 or crashes <> 0";
    assert_eq!(rig.number(again).await, 0, "nothing had to be repeated");
    daemon.stop().await;
}
