//! Corners in which people once fell through.

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::support::daemon::Rig;

/// A row as another session holds it while it matches the people of event 41.
const LOCK: &str =
    "select pg_advisory_xact_lock(hashtextextended('public.event_peer_matching', 41))";

#[tokio::test(flavor = "multi_thread")]
async fn who_checks_in_while_the_run_is_under_way_finds_a_peer() {
    let rig = Rig::venue(0).await;
    let orders = "select count(*) from event_peer_matching_runs where origin = 'check_in'";
    // Ordered, not begun: the run will see whoever comes now.
    rig.run("insert into event_peer_matching_runs (event_id) values (41)")
        .await;
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 1")
        .await;
    assert_eq!(rig.number(orders).await, 0);
    // Under way: it has looked already.
    let other = rig.session().await;
    other
        .batch_execute(&format!("begin; {LOCK}"))
        .await
        .expect("a lock");
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 56")
        .await;
    assert_eq!(rig.number(orders).await, 1);
    other.batch_execute("rollback").await.expect("an end");
    let daemon = rig.host();
    rig.until(RUNS_ARE_DONE).await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from event_peer_matches").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_whoever_is_just_checking_in() {
    let rig = Rig::venue(0).await;
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 1")
        .await;
    let other = rig.session().await;
    other
        .batch_execute(
            "begin; update event_attendees set check_in_time = now() where contractor_id = 56",
        )
        .await
        .expect("a check-in");
    let daemon = rig.host();
    rig.run("insert into event_peer_matching_runs (event_id) values (41)")
        .await;
    rig.until("exists (select from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and not granted)")
        .await;
    other.batch_execute("commit").await.expect("an end");
    rig.until(RUNS_ARE_DONE).await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from event_peer_matches").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_thousand_who_come_late_at_once_are_matched_too() {
    let rig = Rig::venue(1001).await;
    rig.run(
        "update event_attendees set check_in_time = now() where contractor_id in (1, 56);
        insert into event_peer_matching_runs (event_id) values (41);
        update event_peer_matching_runs set status = 'done'",
    )
    .await;
    rig.run(CHECK_IN).await;
    let ordered = rig
        .text("select string_agg((contractor_ids is null)::text, ',') from event_peer_matching_runs where origin = 'check_in'")
        .await;
    assert_eq!(ordered, "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_event_wants_it_somebody_like_you_is_told_at_once() {
    let rig = Rig::venue(0).await;
    rig.run("insert into event_peer_matching (event_id, on_check_in) values (41, 'always')")
        .await;
    let daemon = rig.host();
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 1")
        .await;
    rig.until(RUNS_ARE_DONE).await;
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 56")
        .await;
    rig.until("(select count(*) from event_messages where message_type = 'peer_match_introduction' and status = 'sent') = 2")
        .await;
    let runs = rig
        .text("select string_agg(algorithm || ' ' || matches_created, ', ' order by id) from event_peer_matching_runs")
        .await;
    assert_eq!(runs, "local_repair_v1 0, local_repair_v1 1");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_session_a_sudden_introduction_waits_for_its_end() {
    let rig = Rig::venue(0).await;
    rig.run(
        "insert into event_peer_matching (event_id, on_check_in) values (41, 'always');
        insert into event_agenda_items (event_id, item_type, title, start_time, end_time)
        values (41, 'session', 'Talk', now() - interval '5 minutes', now() + interval '20 minutes')",
    )
    .await;
    let daemon = rig.host();
    rig.run(CHECK_IN).await;
    rig.until(
        "(select count(*) from event_messages where message_type = 'peer_match_introduction') = 2",
    )
    .await;
    let waits = rig
        .number("select count(*) from event_messages, event_agenda_items where message_type = 'peer_match_introduction'
            and item_type = 'session' and scheduled_time = end_time")
        .await;
    assert_eq!(waits, 2);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_by_hand_and_the_agendas_settle_equal_scores_alike() {
    let rig = Rig::venue(0).await;
    rig.run(
        "insert into event_peer_matching_runs (event_id) values (41);
        insert into event_peer_matching_runs (event_id, day_date, origin)
        select id, (now() at time zone timezone)::date, 'agenda' from events where id = 41",
    )
    .await;
    let salts = "select count(distinct salt) from event_peer_matching_runs";
    assert_eq!(rig.number(salts).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_was_never_told_of_each_other_can_meet_at_the_next_event() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    rig.run(
        "insert into events (id, name, date, end_date, timezone) values (40, 'Last Expo', current_date - 40, current_date - 40, 'UTC');
        insert into event_peer_matches (event_id, contractor1_id, contractor2_id, status) values (40, 1, 56, 'expired')",
    )
    .await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    let here = "select count(*) from event_peer_matches where event_id = 41";
    assert_eq!(rig.number(here).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_answered_still_waits_for_approval() {
    let rig = Rig::venue(0).await;
    rig.run("insert into event_peer_matching (event_id, approval) values (41, true)")
        .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    rig.run("select set_peer_match_status(id, 1, 'positive') from event_peer_matches")
        .await;
    assert_eq!(
        rig.text("select status from event_peer_matches").await,
        "draft"
    );
    rig.run("select approve_peer_matches(41)").await;
    let waiting = "select count(*) from event_messages where status = 'scheduled'";
    assert_eq!(rig.number(waiting).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn introductions_of_late_people_go_with_lunch_too() {
    let rig = Rig::venue_with_lunch_in("15 minutes", 0).await;
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 1")
        .await;
    let daemon = rig.host();
    rig.until(
        "exists (select from event_peer_matching_runs where origin = 'agenda' and status = 'done')",
    )
    .await;
    rig.run(CHECK_IN).await;
    rig.until(
        "(select count(*) from event_messages where message_type = 'peer_match_introduction') = 2",
    )
    .await;
    for _ in 0..2 {
        rig.run("update event_agenda_items set start_time = start_time + interval '15 minutes', end_time = end_time + interval '15 minutes' where item_type = 'lunch'")
            .await;
    }
    let moved = rig
        .number(
            "select count(*) from event_messages, event_agenda_items
            where message_type = 'peer_match_introduction' and item_type = 'lunch' and scheduled_time = start_time + interval '5 minutes'",
        )
        .await;
    assert_eq!(moved, 2);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_about_a_match_leave_with_the_person() {
    let rig = Rig::venue(2).await;
    rig.run(
        "insert into event_peer_matches (event_id, contractor1_id, contractor2_id) values (41, 1, 56);
        select set_peer_match_status(id, 1, 'positive', 'My own words') from event_peer_matches;
        select set_peer_match_status(id, 56, 'negative', 'Other words') from event_peer_matches;
        insert into event_peer_groups (id, event_id, topic) values (8, 41, 'lead flow'), (9, 41, 'team building');
        insert into event_peer_group_members (group_id, contractor_id) values (8, 1), (8, 56), (8, 1001), (8, 1002), (9, 1), (9, 56), (9, 1001);
        select invite_peer_groups('{8,9}');
        update event_messages set status = 'sent' where personalization_data ->> 'group_id' = '9';
        select erase_contractor(1)",
    )
    .await;
    let told = rig
        .text("select string_agg(distinct status || ' ' || (personalization_data ? 'peers'), ', ') from event_messages
            where contractor_id in (56, 1001, 1002) and personalization_data::text like '%group_id%'")
        .await;
    assert_eq!(told, "scheduled true, sent false");
    let named = "select count(*) from event_messages where personalization_data::text like '%Sample Roofing%'";
    assert_eq!(
        rig.number(named).await,
        0,
        "the table that waits is told of the others only"
    );
    let left = rig
        .text("select coalesce(feedback_contractor1, '-') || ' ' || feedback_contractor2 from event_peer_matches")
        .await;
    assert_eq!(left, "- Other words");
    let learned =
        "select count(*) from ai_learning_events where event_data ->> 'feedback' = 'My own words'";
    assert_eq!(rig.number(learned).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_with_a_time_is_a_meeting() {
    let rig = Rig::venue(0).await;
    rig.run(
        "insert into event_peer_matches (event_id, contractor1_id, contractor2_id, introduction_sent_time) values (41, 1, 56, now());
        update event_peer_matches set meeting_time = now() + interval '1 hour'",
    )
    .await;
    assert_eq!(
        rig.number("select meetings from vw_peer_match_metrics")
            .await,
        1
    );
    // Somebody takes the word back without the time.
    rig.run("update event_peer_matches set meeting_scheduled = false")
        .await;
    assert_eq!(
        rig.number("select meetings from vw_peer_match_metrics")
            .await,
        0
    );
}
