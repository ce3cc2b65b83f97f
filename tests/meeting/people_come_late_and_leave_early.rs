//! After the run people still come and go.

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::support::daemon::Rig;

const LATE: &str = "
    insert into contractors (id, first_name, last_name, phone, service_area, focus_areas)
    values (9, 'Late', 'Sample', '+12085550109', 'Boise, ID', 'operational_efficiency, hiring_sales_leadership, controlling_lead_flow');
    insert into event_attendees (event_id, contractor_id, sms_opt_in, sms_opt_in_at) values (41, 9, true, now())";
const OF_LATE: &str = "select count(*) from event_peer_matches where 9 in (contractor1_id, contractor2_id) and status = 'proposed'";

#[tokio::test(flavor = "multi_thread")]
async fn who_checks_in_after_the_run_finds_a_peer() {
    let rig = Rig::venue(12).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    rig.run(LATE).await;
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 9")
        .await;
    rig.until(RUNS_ARE_DONE).await;
    assert!(rig.number(OF_LATE).await >= 1);
    // Nobody was left alone for it, nobody is over the maximum.
    let counts = rig
        .rows(
            "select min(count), max(count) from (
                select attendee.contractor_id, count(match.id) as count
                from event_attendees as attendee
                left join event_peer_matches as match
                    on attendee.contractor_id in (match.contractor1_id, match.contractor2_id) and match.status = 'proposed'
                group by attendee.contractor_id
            ) as people",
            &[],
        )
        .await;
    assert!(
        counts[0].get::<_, i64>(0) >= 1 && counts[0].get::<_, i64>(1) <= 3,
        "{counts:?}"
    );
    let loose = rig
        .number(
            "select count(*) from event_messages as message
            join event_peer_matches as match on message.dedupe_key in (
                format('peer-match-%s-%s', match.id, match.contractor1_id), format('peer-match-%s-%s', match.id, match.contractor2_id))
            where (message.status = 'scheduled') <> (match.status = 'proposed')",
        )
        .await;
    assert_eq!(loose, 0, "texts follow their matches");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_run_a_check_in_finds_nobody_unless_the_event_wants_it() {
    let rig = Rig::venue(0).await;
    let daemon = rig.host();
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 1")
        .await;
    assert_eq!(
        rig.number("select count(*) from event_peer_matching_runs")
            .await,
        0
    );
    rig.run("insert into event_peer_matching (event_id, on_check_in) values (41, 'always')")
        .await;
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 56")
        .await;
    rig.until("exists (select from event_peer_matches)").await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_called_back_and_the_peer_finds_another() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    rig.run(LATE).await;
    rig.run(
        "update event_peer_matching set on_check_in = 'never';
        update event_attendees set check_in_time = now() where contractor_id = 9;
        update event_attendees set check_out_time = now() where contractor_id = 56",
    )
    .await;
    rig.until(RUNS_ARE_DONE).await;
    let rows = rig
        .text("select string_agg(contractor1_id || '-' || contractor2_id || ' ' || status, ', ' order by id) from event_peer_matches")
        .await;
    assert_eq!(rows, "1-56 released, 1-9 proposed");
    let to_who_left = rig
        .text("select string_agg(status, ',') from event_messages where contractor_id = 56")
        .await;
    assert_eq!(to_who_left, "cancelled");
    daemon.stop().await;
}
