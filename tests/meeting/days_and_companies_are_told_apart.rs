//! Days of one event, companies of one parent, a lunch that is over.

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::support::daemon::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn people_of_one_parent_company_are_not_introduced_to_each_other() {
    let rig = Rig::venue(0).await;
    rig.run(
        "update contractors set parent_company = case id when 1 then 'Umbra Holdings, Inc.' else 'UMBRA HOLDINGS' end",
    )
    .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    let matches = "select count(*) from event_peer_matches";
    assert_eq!(rig.number(matches).await, 0);
    let why = rig
        .text("select unplaced::text from event_peer_matching_runs")
        .await;
    assert!(why.contains("of the same company"), "{why}");
    rig.run("update contractors set parent_company = 'Other' where id = 1")
        .await;
    rig.matched().await;
    daemon.stop().await;
    assert_eq!(rig.number(matches).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_second_day_released_people_are_free_and_no_pair_is_repeated() {
    let rig = Rig::venue(20).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    let order = |day: i32| {
        format!(
            "insert into event_peer_matching_runs (event_id, day_date, max_matches, origin)
            select id, date + {day}, 1, 'agenda' from events where id = 41"
        )
    };
    rig.run(&order(0)).await;
    rig.until(RUNS_ARE_DONE).await;
    // One each at most: as long as they count, nobody gets a second one.
    rig.run(&order(1)).await;
    rig.until(RUNS_ARE_DONE).await;
    rig.run(
        "update event_peer_matches
        set introduction_sent_time = now(), status = 'released', release_reason = 'unanswered'",
    )
    .await;
    rig.run(&order(1)).await;
    rig.until(RUNS_ARE_DONE).await;
    daemon.stop().await;
    let created = rig
        .text("select string_agg((matches_created > 8)::text, ' ' order by id) from event_peer_matching_runs")
        .await;
    assert_eq!(created, "true false true");
    let repeated = rig
        .number("select count(*) - count(distinct (contractor1_id, contractor2_id)) from event_peer_matches")
        .await;
    assert_eq!(repeated, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lunch_that_is_over_when_the_agenda_is_made_is_said_to_be() {
    let rig = Rig::venue_with_lunch_in("-3 hours", 0).await;
    rig.run(
        "delete from event_agenda_items where item_type = 'break';
        update events set end_date = date;
        select agenda_sync(41)",
    )
    .await;
    let days = rig
        .rows(
            include_str!("../../sql/queries/cli/agenda_matching.sql"),
            &[&41_i64],
        )
        .await;
    let states: Vec<String> = days.iter().map(|day| day.get("state")).collect();
    assert_eq!(states, ["too_late"]);
    let planned =
        "select count(*) from marketing.pipeline_events where event_type = 'peer_matching_due'";
    assert_eq!(rig.number(planned).await, 0);
}
