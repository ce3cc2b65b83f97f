//! Under load writers leave their announcements with a daemon; none is lost, none is made twice.

use std::time::Duration;

use pgcascade::engine::Registry;
use tokio::task::JoinSet;

use crate::support::daemon::Rig;
use crate::support::ear::{Ear, events};
use crate::support::wait;

const NOTHING: &str = "return;";
/// Writers at once.
const WRITERS: u64 = 8;
/// Statements of each.
const STATEMENTS: u64 = 150;

#[tokio::test(flavor = "multi_thread")]
async fn a_load_is_announced_by_the_daemon_every_event_once() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let mut ear = Ear::on(&rig).await;
    let daemon = rig.daemon(Registry::default());
    let seed = fastrand::u64(..);

    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(rig.session().await, seed.wrapping_add(writer)));
    }
    while let Some(ended) = writers.join_next().await {
        ended.expect("a writer");
    }
    rig.until_idle().await;
    rig.until("(select until = '-infinity' from pipeline.quiet)")
        .await;
    rig.until("not exists (select from pipeline.unannounced)")
        .await;
    daemon.stop().await;

    let left = rig
        .number("select last_value from pipeline.unannounced_id_seq")
        .await;
    assert!(
        left > 100,
        "seed {seed}: {left} statements left their announcement"
    );
    let written = rig
        .number("select count(*) from marketing.pipeline_events")
        .await;
    let processed = "select count(*) from marketing.pipeline_events where status = 'processed'";
    assert_eq!(rig.number(processed).await, written, "seed {seed}");
    assert_eq!(events(&ear.heard(&rig).await), written, "seed {seed}");
}

/// Statements of one or a few events, now alone and now in a transaction that takes its time or is
/// given up, with rests in between that let the daemon give the lease back.
async fn write(client: tokio_postgres::Client, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..STATEMENTS {
        let events = random.u32(1..4);
        let linger = if random.u8(..) < 20 {
            format!(
                "select pg_sleep({});",
                f64::from(random.u32(1..900)) / 1000.0
            )
        } else {
            String::new()
        };
        let end = if random.u8(..) < 20 {
            "rollback"
        } else {
            "commit"
        };
        let write = format!(
            "begin; insert into marketing.pipeline_events (event_type)
            select 'a' from generate_series(1, {events}); {linger} {end}"
        );
        client.batch_execute(&write).await.expect("a write");
        if random.u8(..) < 3 {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
    }
}

/// A daemon has taken the lease and keeps it, however slow the machine is.
async fn keep_quiet(rig: &Rig) {
    rig.run("select pipeline.keep_quiet(7); update pipeline.quiet set until = 'infinity'")
        .await;
}

/// Nobody has renewed the lease in time.
async fn expire(rig: &Rig) {
    rig.run("update pipeline.quiet set until = clock_timestamp()")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_outlives_the_lease_is_announced_by_the_next_look() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let mut ear = Ear::on(&rig).await;
    let writer = rig.session().await;
    let begin = "begin; insert into marketing.pipeline_events (event_type) values ('a')";

    keep_quiet(&rig).await;
    writer.batch_execute(begin).await.expect("an insert");
    rig.run("select pipeline.end_quiet(7)").await;
    let look = rig
        .rows("select oldest_xid, next_xid from pipeline.relay(0)", &[])
        .await;
    let (xmin, own_xid): (i64, i64) = (look[0].get(0), look[0].get(1));
    assert!(
        xmin < own_xid,
        "the writer is under way, so looking goes on"
    );
    writer.batch_execute("commit").await.expect("a commit");
    assert_eq!(events(&ear.heard(&rig).await), 0);

    // Transactions of other databases count as well, so that this may take some looks.
    let after = "select oldest_xid >= $1 as is_over from pipeline.relay(0)";
    wait::until("the last look", async || {
        let look = rig.rows(after, &[&own_xid]).await;
        look[0].get::<_, bool>(0).then_some(())
    })
    .await;
    assert_eq!(events(&ear.heard(&rig).await), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_with_one_snapshot_notifies_whatever_it_reads() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let mut ear = Ear::on(&rig).await;
    keep_quiet(&rig).await;
    for (isolation, heard) in [
        ("read committed", 0),
        ("repeatable read", 1),
        ("serializable", 1),
    ] {
        rig.run(&format!(
            "begin isolation level {isolation};
            insert into marketing.pipeline_events (event_type) values ('a'); commit"
        ))
        .await;
        assert_eq!(events(&ear.heard(&rig).await), heard, "{isolation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_daemon_left_is_announced_by_the_next_writer() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let mut ear = Ear::on(&rig).await;
    keep_quiet(&rig).await;
    rig.emit("a", 100).await;
    assert_eq!(events(&ear.heard(&rig).await), 0);
    expire(&rig).await;
    rig.emit("a", 1).await;
    assert_eq!(events(&ear.heard(&rig).await), 101);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_daemon_left_wakes_the_next_one() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let mut ear = Ear::on(&rig).await;
    keep_quiet(&rig).await;
    rig.emit("a", 3).await;
    expire(&rig).await;
    let daemon = rig.daemon(Registry::default());
    wait::until("the announcement", async || {
        (events(&ear.heard(&rig).await) == 3).then_some(())
    })
    .await;
    rig.until_idle().await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_from_before_the_clock_was_set_back_ends() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    let mut ear = Ear::on(&rig).await;
    keep_quiet(&rig).await;
    rig.run("update pipeline.quiet set until = clock_timestamp() + interval '5 minutes'")
        .await;
    rig.emit("a", 3).await;
    assert_eq!(events(&ear.heard(&rig).await), 0);
    let daemon = rig.daemon(Registry::default());
    wait::until("the announcement", async || {
        (events(&ear.heard(&rig).await) == 3).then_some(())
    })
    .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_later_is_left_with_the_daemon_too() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    keep_quiet(&rig).await;
    rig.run("select pipeline.emit('a', run_at => now() + interval '1 hour')")
        .await;
    let left = "select string_agg(event_type || ' ' || events, ', ' order by events) from pipeline.unannounced";
    assert_eq!(rig.text(left).await, "schedule 0, a 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_daemon_at_a_time_announces() {
    let rig = Rig::bare().await;
    keep_quiet(&rig).await;
    assert!(rig.text("select pipeline.keep_quiet(2)::text").await == "false");
    rig.run("select pipeline.end_quiet(2)").await;
    assert!(rig.text("select pipeline.keep_quiet(7)::text").await == "true");
    expire(&rig).await;
    assert!(rig.text("select pipeline.keep_quiet(1)::text").await == "true");
    rig.run("select pipeline.end_quiet(1)").await;
    assert!(rig.text("select pipeline.keep_quiet(2)::text").await == "true");
}
