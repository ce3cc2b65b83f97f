//! What a limit with a key holds back waits aside, once, and begins in the order of its key.

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;

const NOTHING: &str = "return;";
/// The events that a claim begins, by the name in their payload.
const CLAIM: &str = "
    select coalesce(string_agg(event.payload ->> 'name', ' ' order by event.priority, event.id), '')
    from pipeline.stages
    cross join pipeline.begin_batch(stages.id, null, null, false) as claimed
    join marketing.pipeline_events as event on event.id = any (claimed.event_ids)";

/// A stage in the database under a limit of this rate for each `k` of the payload.
async fn limited(rate: &str) -> Rig {
    let rig = Rig::bare().await;
    rig.sql_stage("a", NOTHING).await;
    rig.run(&format!(
        "insert into pipeline.limits (name, key, rate, period, burst) values ('each', 'k', {rate});
        update pipeline.stages set limiter = 'each'"
    ))
    .await;
    rig
}

/// Events of one key, named.
async fn emit(rig: &Rig, names: &str) {
    let events = names.split_whitespace().map(|name| {
        let (name, priority) = name.split_once(':').unwrap_or((name, "5"));
        format!("('a', '{{\"k\": \"same\", \"name\": \"{name}\"}}', {priority})")
    });
    let events = events.collect::<Vec<_>>().join(", ");
    rig.run(&format!(
        "insert into marketing.pipeline_events (event_type, payload, priority) values {events}"
    ))
    .await;
}

/// Puts so many tokens into all buckets, for which what waits is due.
async fn fill(rig: &Rig, tokens: i32) {
    rig.run(&format!(
        "update pipeline.limit_usage set tokens = {tokens};
        update pipeline.waiting_keys set wake_at = clock_timestamp()"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_priority_and_deadline_and_newcomers_with_them() {
    let rig = limited("1, '1 hour', 5").await;
    emit(&rig, "first second third").await;
    assert_eq!(
        rig.text(CLAIM).await,
        "first second third",
        "a new bucket is full"
    );
    fill(&rig, 0).await;
    emit(&rig, "patient:5 pressing:5 low:9 early:5").await;
    assert_eq!(rig.text(CLAIM).await, "");
    assert_eq!(rig.number("select count(*) from pipeline.parked").await, 4);
    rig.run(
        "update marketing.pipeline_events set deadline = now() + interval '1 hour' where payload ->> 'name' = 'pressing';
        update marketing.pipeline_events set deadline = now() + interval '1 minute' where payload ->> 'name' = 'early'",
    )
    .await;
    fill(&rig, 2).await;
    emit(&rig, "urgent:1 late:5").await;
    assert_eq!(rig.text(CLAIM).await, "urgent early");
    for next in ["pressing", "patient", "late", "low"] {
        fill(&rig, 1).await;
        assert_eq!(rig.text(CLAIM).await, next);
    }
    assert_eq!(rig.number("select count(*) from pipeline.parked").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_a_daemon_died_holding_comes_before_them_and_alone() {
    let rig = limited("1, '1 hour', 5").await;
    emit(&rig, "a b c d e waits suspect more").await;
    assert_eq!(rig.text(CLAIM).await, "a b c d e");
    rig.run(
        "update pipeline.parked set alone = true
        where event_id = (select id from marketing.pipeline_events where payload ->> 'name' = 'suspect')",
    )
    .await;
    fill(&rig, 2).await;
    let claims = [rig.text(CLAIM).await, rig.text(CLAIM).await];
    assert_eq!(claims, ["waits", "suspect"]);
    fill(&rig, 1).await;
    assert_eq!(rig.text(CLAIM).await, "more");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dying_daemon_had_taken_of_them_is_suspected() {
    for server_died in [false, true] {
        let rig = limited("1, '1 hour', 2").await;
        rig.run("update pipeline.stages set concurrency = 1, batch_size = 2")
            .await;
        emit(&rig, "a b first second third").await;
        assert_eq!(rig.text(CLAIM).await, "a b");
        for _ in 0..2 {
            assert_eq!(rig.text(CLAIM).await, "", "the others are set aside");
        }
        fill(&rig, 2).await;
        rig.run(&format!("begin; {CLAIM}; rollback")).await;
        let found = if server_died {
            "select pipeline.after_crash(id, 0) from pipeline.stages"
        } else {
            "select pipeline.suspect(array[id]) from pipeline.stages"
        };
        assert_eq!(rig.number(found).await, 2, "the server died: {server_died}");
        fill(&rig, 2).await;
        // They are queued, and come one by one.
        for begun in ["", "first", "second"] {
            assert_eq!(rig.text(CLAIM).await, begun);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_events_were_cancelled_goes_on() {
    let rig = limited("1, '1 hour', 1").await;
    emit(&rig, "first waits").await;
    assert_eq!(rig.text(CLAIM).await, "first");
    rig.run("update marketing.pipeline_events set status = 'cancelled' where status = 'pending'")
        .await;
    fill(&rig, 1).await;
    emit(&rig, "later").await;
    assert_eq!(rig.text(CLAIM).await, "later");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_told_that_they_may_go_on_finds_out() {
    let rig = limited("1, '1 hour', 1").await;
    emit(&rig, "first waits").await;
    let daemon = rig.daemon(Registry::default());
    rig.until("(select count(*) = 1 from pipeline.parked)")
        .await;
    // Nobody notifies, as when a daemon dies between its ring and its claim.
    fill(&rig, 1).await;
    rig.until("not exists (select from pipeline.parked)").await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_set_aside_once_and_nobody_else_waits_for_them() {
    let rig = limited("200, '1 second', 1").await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, payload)
        select 'a', '{\"k\": \"same\"}' from generate_series(1, 5000)",
    )
    .await;
    let daemon = rig.daemon(Registry::default());
    rig.until("(select count(*) >= 4000 from pipeline.parked)")
        .await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, payload) values ('a', '{\"k\": \"other\"}')",
    )
    .await;
    rig.until("exists (select from marketing.pipeline_events where status = 'processed' and payload ->> 'k' = 'other')")
        .await;
    let behind = "select count(*) from marketing.pipeline_events where status = 'pending'";
    assert!(rig.number(behind).await > 1000);
    rig.until("(select count(*) >= 400 from marketing.pipeline_events where status = 'processed')")
        .await;
    daemon.stop().await;
    rig.run("select pg_stat_force_next_flush()").await;
    let set_aside =
        "select n_tup_ins from pg_stat_user_tables where relid = 'pipeline.parked'::regclass";
    assert!(rig.number(set_aside).await < 5000);
}

/// What a claim sees not yet when it begins, and leaves behind when it parks.
const EDITS: [&str; 4] = [
    "update pipeline.stages set limiter = null",
    "update pipeline.stages set limiter = 'other'",
    "update pipeline.limits set key = null where name = 'each'",
    "delete from pipeline.stages; select pipeline.emit('nothing')",
];

#[tokio::test(flavor = "multi_thread")]
async fn who_is_parked_under_a_limit_that_their_stage_has_left_goes_on() {
    for edit in EDITS {
        let rig = limited("1, '1 hour', 1").await;
        rig.run("insert into pipeline.limits (name, rate) values ('other', 1000)")
            .await;
        emit(&rig, "first waits").await;
        let claiming = rig.session().await;
        claiming
            .batch_execute(&format!("begin; {CLAIM}"))
            .await
            .expect("a claim");
        let editing = rig.session().await;
        let edited = tokio::spawn(async move { editing.batch_execute(edit).await });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        claiming.batch_execute("commit").await.expect("an end");
        edited.await.expect("an end").expect(edit);
        rig.run("select pipeline.maintain(); select pipeline.maintain()")
            .await;
        let left = "select (select count(*) from pipeline.parked) + (select count(*) from pipeline.waiting_keys)";
        assert_eq!(rig.number(left).await, 0, "{edit}");
        let queued = "select (select count(*) from pipeline.ready) + (select count(*) from pipeline.unrouted)";
        assert!(rig.number(queued).await >= 1, "{edit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_somebody_holds_leaves_its_place_to_the_next() {
    let rig = limited("1, '1 hour', 1").await;
    rig.run("update pipeline.limits set concurrency = 1").await;
    emit(&rig, "held next").await;
    let holder = rig.session().await;
    let hold =
        "begin; select from marketing.pipeline_events where payload ->> 'name' = 'held' for update";
    holder.batch_execute(hold).await.expect("a lock");
    let claim = "select coalesce(string_agg(claimed.payload ->> 'name', ' '), '')
        from pipeline.stages
        cross join pipeline.claim_outside(stages.id, 4711, 10, false, null, true) as claimed";
    assert_eq!(rig.text(claim).await, "");
    assert_eq!(rig.text(claim).await, "next");
    holder.batch_execute("rollback").await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_put_off_while_it_is_set_aside_waits() {
    let rig = limited("1, '1 hour', 1").await;
    emit(&rig, "first waits").await;
    let (claiming, person) = (rig.session().await, rig.session().await);
    claiming
        .batch_execute(&format!("begin; {CLAIM}"))
        .await
        .expect("a claim");
    let put_off = "update marketing.pipeline_events set run_at = timestamptz '2999-01-01'
        where payload ->> 'name' = 'waits'";
    let putting_off = tokio::spawn(async move { person.batch_execute(put_off).await });
    rig.until("exists (select from pg_stat_activity where query like '%2999-01-01%' and wait_event_type = 'Lock' and pid <> pg_backend_pid())")
        .await;
    claiming.batch_execute("commit").await.expect("an end");
    putting_off.await.expect("no panic").expect("it is put off");
    let stands = "select format('%s parked, %s queued, %s scheduled', (select count(*) from pipeline.parked),
        (select count(*) from pipeline.ready), (select count(*) from pipeline.scheduled))";
    assert_eq!(rig.text(stands).await, "0 parked, 0 queued, 1 scheduled");
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_of_many_keys_in_small_batches_do_not_stop_each_other() {
    let rig = limited("1, '1 hour', 2").await;
    rig.run(
        "update pipeline.stages set batch_size = 1, concurrency = 4;
        insert into marketing.pipeline_events (event_type, payload)
        select 'a', jsonb_build_object('k', n % 20, 'name', n) from generate_series(1, 400) as n",
    )
    .await;
    let mut claims = Vec::new();
    for _ in 0..4 {
        let session = rig.session().await;
        claims.push(tokio::spawn(async move {
            for _ in 0..30 {
                session.batch_execute(CLAIM).await?;
            }
            Ok::<_, tokio_postgres::Error>(())
        }));
    }
    for claim in claims {
        claim.await.expect("no panic").expect("a claim");
    }
    let begun = "select count(*) from marketing.pipeline_events where status = 'processed'";
    assert_eq!(rig.number(begun).await, 40);
}

/// Index entries that were read, of all tables of the engine.
const READ: &str =
    "select sum(idx_tup_read)::bigint from pg_stat_user_indexes where schemaname = 'pipeline'";

#[tokio::test(flavor = "multi_thread")]
async fn however_many_wait_no_look_reads_them() {
    for analyzed in [false, true] {
        let rig = limited("1000, '1 second', 1").await;
        rig.run(
            "insert into marketing.pipeline_events (event_type, payload)
            select 'a', '{\"k\": \"same\"}' from generate_series(1, 20000);
            select pipeline.begin_batch(id, null, null, false)
            from pipeline.stages
            cross join generate_series(1, 25)",
        )
        .await;
        assert!(rig.number("select count(*) from pipeline.parked").await > 19_900);
        if analyzed {
            rig.run("analyze").await;
        }
        // Once, so that the sessions' plans are made.
        rig.run(LOOKS).await;
        rig.run("vacuum pipeline.ready, pipeline.parked").await;
        rig.run("select pg_stat_force_next_flush()").await;
        let before = rig.number(READ).await;
        for _ in 0..5 {
            rig.run(LOOKS).await;
        }
        rig.run("select pg_stat_force_next_flush()").await;
        let read = rig.number(READ).await - before;
        assert!(read < 3000, "analyzed {analyzed}: {read}");
    }
}

/// What daemons ask all the time, the frugal ones included.
const LOOKS: &str = "
    select pg_sleep(0.002);
    select pipeline.move_due(100);
    select pipeline.begin_batch(id, null, null, false) from pipeline.stages;
    select pipeline.heartbeat(1, 'a', 'b');
    select pipeline.next_due_at(null);
    select pipeline.release_parked();
    select pipeline.forget_full_buckets()";
