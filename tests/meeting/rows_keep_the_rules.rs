//! What an organiser writes into rows is kept by every run.

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

const PAIRS: &str = "select coalesce(string_agg(contractor1_id || '-' || contractor2_id, ' ' order by contractor1_id, contractor2_id), '') from event_peer_matches";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_adds_nothing_and_touches_nothing_that_was_sent() {
    let (rig, server) = (Rig::venue(30).await, FakeGhl::start().await);
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.matched().await;
    let before = rig.text(PAIRS).await;
    let texts = rig.number("select count(*) from event_messages").await;
    rig.run("update event_messages set scheduled_time = now() where id <= (select min(id) + 3 from event_messages)")
        .await;
    rig.until("(select count(*) from event_messages where status = 'sent') = 4")
        .await;
    let rows =
        "select md5(string_agg(message::text, ' ' order by id)) from event_messages as message";
    let written = rig.text(rows).await;
    rig.matched().await;
    rig.matched().await;
    assert_eq!(rig.text(PAIRS).await, before);
    assert_eq!(
        rig.number("select count(*) from event_messages").await,
        texts
    );
    assert_eq!(rig.text(rows).await, written);
    assert_eq!(server.texts().len(), 4);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_runs_at_once_one_follows_the_other() {
    let rig = Rig::venue(40).await;
    rig.run(CHECK_IN).await;
    let (one, other) = (rig.host(), rig.host());
    rig.run("insert into event_peer_matching_runs (event_id) values (41), (41), (41), (41)")
        .await;
    rig.until(RUNS_ARE_DONE).await;
    let made = rig
        .number("select count(*) from event_peer_matching_runs where matches_created > 0")
        .await;
    assert_eq!(made, 1, "the others found nothing new");
    let failed = rig
        .number("select count(*) from marketing.pipeline_errors")
        .await;
    assert_eq!(failed, 0);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_people_are_matched_alike() {
    let (one, other) = (Rig::venue(60).await, Rig::venue(60).await);
    for rig in [&one, &other] {
        rig.run(CHECK_IN).await;
        let daemon = rig.host();
        rig.run("insert into event_peer_matching_runs (event_id, salt) values (41, 7)")
            .await;
        rig.until(RUNS_ARE_DONE).await;
        daemon.stop().await;
    }
    assert_eq!(one.text(PAIRS).await, other.text(PAIRS).await);
    let hash = "select input_hash from event_peer_matching_runs";
    assert_eq!(one.text(hash).await, other.text(hash).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_are_kept_and_whom_the_organiser_keeps_apart_is_not_introduced() {
    let rig = Rig::venue(2).await;
    rig.run(
        "update contractors set service_area = 'Austin, TX' where id = 56;
        insert into event_peer_rules (event_id, rule, contractor1_id, contractor2_id)
        values (41, 'pin', 56, 1), (41, 'forbid', 1001, 1), (null, 'blocked', 56, 1001), (41, 'same_organisation', 1002, 1001);
        insert into event_peer_rules (event_id, rule, contractor1_id) values (41, 'exclude', 1002)",
    )
    .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    assert_eq!(rig.text(PAIRS).await, "1-56");
    assert!(rig.rows("select pinned from event_peer_matches", &[]).await[0].get::<_, bool>(0));
    let told = rig
        .text("select personalization_data ->> 'is_non_competing' from event_messages where contractor_id = 1")
        .await;
    assert_eq!(told, "false", "neighbours are not called another market");
    let why = rig
        .text("select string_agg(person ->> 'reason', '; ') from event_peer_matching_runs, jsonb_array_elements(unplaced) as person")
        .await;
    assert!(
        why.contains("excluded") && why.contains("forbidden"),
        "{why}"
    );
    // A pin stays one after another run.
    rig.matched().await;
    assert_eq!(rig.text(PAIRS).await, "1-56");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_approval_nothing_is_texted_until_somebody_approves() {
    let (rig, server) = (Rig::venue(0).await, FakeGhl::start().await);
    rig.run("insert into event_peer_matching (event_id, approval) values (41, true)")
        .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.matched().await;
    let statuses = "select (select string_agg(status, ',') from event_peer_matches) || ' ' || (select string_agg(status, ',') from event_messages)";
    assert_eq!(rig.text(statuses).await, "draft draft,draft");
    rig.run("update event_messages set scheduled_time = now()")
        .await;
    rig.run("select approve_peer_matches(41)").await;
    rig.until("(select count(*) from event_messages where status = 'sent') = 2")
        .await;
    assert_eq!(server.texts().len(), 2);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_introduction_that_is_called_back_is_not_sent() {
    for deed in [
        "update event_peer_matches set status = 'released'",
        "delete from event_peer_matches",
        "select set_peer_match_status(id, 1, 'negative') from event_peer_matches",
    ] {
        let rig = Rig::venue(0).await;
        rig.run(CHECK_IN).await;
        let daemon = rig.host();
        rig.matched().await;
        rig.run(deed).await;
        let left = rig
            .number("select count(*) from event_messages where status <> 'cancelled'")
            .await;
        assert_eq!(left, 0, "{deed}");
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_nobody_will_hear_of_takes_no_place() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    let status = "select status from event_peer_matches";
    rig.run("update event_messages set status = 'cancelled' where contractor_id = 1")
        .await;
    assert_eq!(rig.text(status).await, "proposed", "one text is left");
    // Too late for its break.
    rig.run("update event_messages set scheduled_time = now() - interval '2 hours', expires_at = now() - interval '1 hour' where contractor_id = 56")
        .await;
    rig.until("(select status = 'expired' from event_peer_matches)")
        .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_met_at_another_event_is_not_introduced_again_until_the_cool_down_is_over() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    rig.run(
        "insert into events (id, name, date, end_date, timezone) values (40, 'Last Expo', current_date - 400, current_date - 400, 'UTC');
        insert into event_peer_matches (event_id, contractor1_id, contractor2_id, introduction_sent_time, created_at)
        values (40, 1, 56, now() - interval '400 days', now() - interval '400 days')",
    )
    .await;
    let daemon = rig.host();
    rig.matched().await;
    let here = "select count(*) from event_peer_matches where event_id = 41";
    assert_eq!(rig.number(here).await, 0);
    rig.run("insert into event_peer_matching_runs (event_id, cool_down) values (41, '1 year')")
        .await;
    rig.until(RUNS_ARE_DONE).await;
    assert_eq!(rig.number(here).await, 1);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_introductions_of_one_person_come_at_different_times() {
    let rig = Rig::venue(40).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    let doubled = rig
        .number(
            "select count(*) from (
                select contractor_id, scheduled_time from event_messages where message_type = 'peer_match_introduction'
                group by contractor_id, scheduled_time having count(*) > 1
            ) as doubled",
        )
        .await;
    assert_eq!(doubled, 0);
    let in_the_break = rig
        .number("select count(*) from event_messages where scheduled_time = (select start_time from event_agenda_items where item_type = 'break')")
        .await;
    assert!(
        in_the_break > 0,
        "the second introduction waits for the next break"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_lunch_is_moved_introductions_go_with_it() {
    let rig = Rig::venue_with_lunch_in("15 minutes", 0).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.until("exists (select from event_peer_matches)").await;
    rig.run("update event_agenda_items set start_time = start_time + interval '30 minutes', end_time = end_time + interval '30 minutes' where item_type = 'lunch'")
        .await;
    let moved = rig
        .number(
            "select count(*) from event_messages, event_agenda_items
            where message_type = 'peer_match_introduction' and item_type = 'lunch' and scheduled_time = start_time + interval '5 minutes'
            and event_messages.expires_at = end_time",
        )
        .await;
    assert_eq!(moved, 2);
    daemon.stop().await;
}
