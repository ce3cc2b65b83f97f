//! Bulk: many texts are one statement's work, and one of many is soon called off.

use std::time::Instant;

use crate::faults::books::{say, wanted};
use crate::support::daemon::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_texts_are_scheduled_by_one_insert() {
    let texts = i64::from(wanted::<i32>("PGCASCADE_TEST_BULK", 20_000));
    let rig = Rig::texting(500).await;
    let begun = Instant::now();
    rig.rows(
        "insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        select 41, 1 + n % 500, 'admin_custom', 'hello', now() + interval '1 day' + n * interval '1 second' from generate_series(1, $1::bigint) as n",
        &[&texts],
    )
    .await;
    let inserted = begun.elapsed();
    assert_eq!(rig.number("select count(*) from pipeline.scheduled").await, texts + rig.number("select count(*) from pipeline.scheduled as s join marketing.pipeline_events as e on e.id = s.event_id where e.event_type <> 'message_due'").await);
    let begun = Instant::now();
    for n in 1..=1000 {
        rig.rows(
            "update event_messages set status = 'cancelled' where id = $1",
            &[&(i64::from(n) * (texts / 1000))],
        )
        .await;
    }
    let thousand = begun.elapsed();
    let begun = Instant::now();
    rig.run("update event_messages set scheduled_time = scheduled_time + interval '1 hour' where status = 'scheduled' and id % 10 = 1").await;
    let moved = begun.elapsed();
    let begun = Instant::now();
    assert_eq!(
        rig.number("select clear_event_messages(41)").await,
        texts - 1000
    );
    say(&format!(
        "{texts} texts inserted in {inserted:?}; 1,000 cancelled one by one in {thousand:?}; a tenth moved at once in {moved:?}; all others cancelled at once in {:?}",
        begun.elapsed()
    ));
    assert_eq!(rig.number("select count(*) from pipeline.scheduled as s join marketing.pipeline_events as e on e.id = s.event_id where e.event_type = 'message_due'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_are_moved_or_cancelled_are_not_followed_one_by_one() {
    let rig = Rig::texting(100).await;
    rig.run("insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
        select 41, 1 + n % 100, 'admin_custom', 'hello ' || n, now() + interval '1 day' from generate_series(1, 1000) as n")
        .await;
    for change in [
        "scheduled_time = scheduled_time + interval '1 hour'",
        "status = 'cancelled'",
    ] {
        rig.run("begin; set local track_functions = 'pl'").await;
        rig.run(&format!("update event_messages set {change}"))
            .await;
        let calls = "select coalesce(pg_stat_get_xact_function_calls('pipeline.follow_status'::regproc), 0)";
        assert_eq!(rig.number(calls).await, 0, "{change}");
        rig.run("commit").await;
        let out_of_step = "select count(*) from event_messages as message
            join marketing.pipeline_events as event on event.id = message.pipeline_event_id
            left join pipeline.scheduled on scheduled.event_id = event.id and scheduled.run_at = event.run_at
            where (event.status, event.run_at, scheduled.event_id is not null) is distinct from
                (case message.status when 'scheduled' then 'pending' else 'cancelled' end, message.send_at, message.status = 'scheduled')";
        assert_eq!(rig.number(out_of_step).await, 0, "{change}");
    }
}
