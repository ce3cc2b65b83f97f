//! A run for somebody who comes late reads little, and decides as if it had read everything.

use pgcascade::db::{DbError, Pool, in_transaction};
use pgcascade::matching::run::MatchPeers;

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::support::daemon::Rig;

const FOCUS: &str = "operational_efficiency, hiring_sales_leadership, controlling_lead_flow";

/// Somebody registers: id, first name, place, focus areas.
async fn registers(rig: &Rig, id: i64, name: &str, place: &str, focus: &str) {
    rig.run(&format!(
        "insert into contractors (id, first_name, last_name, company_name, phone, email, service_area, focus_areas)
        values ({id}, '{name}', 'Sample{id}', '{name} Company', '+151255501{id:02}', '{name}@example.com', '{place}', '{focus}');
        insert into event_attendees (event_id, contractor_id, sms_opt_in, sms_opt_in_at) values (41, {id}, true, now())"
    ))
    .await;
}

async fn check_in(rig: &Rig, ids: &str) {
    rig.run(&format!(
        "update event_attendees set check_in_time = now() where contractor_id in ({ids})"
    ))
    .await;
    rig.until(RUNS_ARE_DONE).await;
}

async fn matches(rig: &Rig) -> String {
    rig.text(
        "select string_agg(contractor1_id || '-' || contractor2_id, ', ' order by contractor1_id, contractor2_id)
        from event_peer_matches where status = 'proposed'",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_was_changed_or_left_since_the_last_run_counts_as_it_is() {
    let rig = Rig::venue(0).await;
    registers(&rig, 9, "Late", "Boise, ID", FOCUS).await;
    registers(&rig, 10, "Later", "Boise, ID", FOCUS).await;
    check_in(&rig, "1, 56").await;
    let daemon = rig.host();
    rig.matched().await;
    assert_eq!(matches(&rig).await, "1-56");
    rig.run("update contractors set service_area = 'Boise, ID' where id = 56")
        .await;
    check_in(&rig, "9").await;
    assert_eq!(matches(&rig).await, "1-9, 1-56", "9 and 56 are neighbours");
    rig.run(
        "update contractors set service_area = 'Houston, TX' where id = 56;
        update event_attendees set check_out_time = now() where contractor_id = 1",
    )
    .await;
    rig.until(RUNS_ARE_DONE).await;
    check_in(&rig, "10").await;
    daemon.stop().await;
    assert_eq!(matches(&rig).await, "9-56, 10-56", "1 has left");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_many_share_tells_nothing_even_if_most_of_them_have_no_place() {
    let rig = Rig::venue(0).await;
    rig.run("insert into event_peer_matching (event_id, max_matches) values (41, 1)")
        .await;
    for (id, name, place) in [
        (7, "Ann", "Austin, TX"),
        (8, "Bob", "Boise, ID"),
        (9, "Cid", "Seattle, WA"),
    ] {
        registers(&rig, id, name, place, FOCUS).await;
    }
    let less = "hiring_sales_leadership, controlling_lead_flow";
    registers(&rig, 10, "Dan", "Austin, TX", less).await;
    // The desk and the info box of a franchise.
    rig.run(
        "update contractors set email = 'info@example.com' where id in (7, 8, 9);
        update event_attendees set real_email = 'desk@example.com' where contractor_id in (7, 8, 9)",
    )
    .await;
    check_in(&rig, "1, 7, 8, 10").await;
    let daemon = rig.host();
    rig.matched().await;
    assert_eq!(
        matches(&rig).await,
        "1-8",
        "Ann and Bob may be one person so far"
    );
    check_in(&rig, "9").await;
    daemon.stop().await;
    assert_eq!(matches(&rig).await, "1-8, 7-9", "Ann suits better than Dan");
}

/// Orders a run of event 41 for these people and has it done, by a program that lives on.
async fn perform(rig: &Rig, peers: &MatchPeers, people: &str) {
    let order = format!(
        "insert into event_peer_matching_runs (event_id, contractor_ids) values (41, {people}) returning id"
    );
    let run_id = rig.number(&order).await;
    let pool = Pool::open(rig.database.url(), 2, "another database").expect("a pool");
    let done = in_transaction(&pool, "match", |tx| {
        Box::pin(async move { peers.perform(&tx, run_id, None).await })
    });
    let performed: Result<_, DbError> = done.await;
    performed.expect("a run").expect("the order is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_of_one_database_tells_nothing_of_another() {
    let (one, copy) = (Rig::venue(0).await, Rig::venue(0).await);
    for rig in [&copy, &one] {
        registers(rig, 9, "Late", "Boise, ID", FOCUS).await;
        rig.run("update event_attendees set check_in_time = now()")
            .await;
    }
    one.run("update contractors set service_area = 'Boise, ID' where id = 56")
        .await;
    let peers = MatchPeers::new(false);
    perform(&one, &peers, "'{1}'").await;
    perform(&copy, &peers, "'{9}'").await;
    assert_eq!(matches(&copy).await, "1-9, 9-56");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_dozens_cannot_meet_meets_as_many_of_the_others() {
    let rig = Rig::venue(130).await;
    registers(&rig, 9, "Late", "Boise, ID", FOCUS).await;
    // Of those who would suit best nobody but one has agreed to texts; three suit less.
    rig.run(&format!(
        "insert into event_peer_matching (event_id, min_score, max_matches) values (41, 0.3, 4);
        update contractors
        set service_area = 'Houston, TX', focus_areas = '{FOCUS}', revenue_tier = null, team_size = null, services_offered = null,
            job_title = null, sms_opt_in = id < 1005
        where id > 1000;
        update contractors set focus_areas = 'controlling_lead_flow' where id between 1002 and 1004;
        update event_attendees
        set check_in_time = now(), sms_opt_in = contractor_id < 1005
        where contractor_id = 9 or contractor_id > 1000"
    ))
    .await;
    perform(&rig, &MatchPeers::new(false), "'{9}'").await;
    assert_eq!(matches(&rig).await, "9-1001, 9-1002, 9-1003, 9-1004");
}

/// Late people 9 and 10, and places that are taken: 56 has none left.
async fn one_place_each(rig: &Rig) {
    registers(rig, 9, "Late", "Boise, ID", FOCUS).await;
    registers(rig, 10, "Later", "Seattle, WA", FOCUS).await;
    rig.run(
        "insert into event_peer_matching (event_id, max_matches, on_check_in) values (41, 1, 'never');
        update event_attendees set check_in_time = now() where contractor_id in (1, 9, 56);
        insert into event_peer_rules (rule, contractor1_id, contractor2_id, event_id) values ('forbid', 1, 9, 41), ('forbid', 1, 10, 41)",
    )
    .await;
}

/// Has every match be over.
const OVER: &str =
    "update event_peer_matches set status = 'declined', introduction_sent_time = now()";

/// The event of [`one_place_each`], where 1 and 56 are a match and 9 has looked for somebody.
async fn known_event() -> (Rig, MatchPeers) {
    let rig = Rig::venue(0).await;
    one_place_each(&rig).await;
    rig.run(
        "insert into event_peer_rules (rule, contractor1_id, contractor2_id, event_id) values ('forbid', 9, 10, 41);
        insert into event_peer_matches (event_id, contractor1_id, contractor2_id, introduction_sent_time) values (41, 1, 56, now());
        update event_attendees set check_in_time = now() where contractor_id = 10",
    )
    .await;
    let peers = MatchPeers::new(false);
    perform(&rig, &peers, "'{9}'").await;
    (rig, peers)
}

#[tokio::test(flavor = "multi_thread")]
async fn places_that_were_taken_or_given_back_since_the_last_run_count_as_they_are() {
    let rig = Rig::venue(0).await;
    one_place_each(&rig).await;
    rig.run("insert into event_peer_matches (event_id, contractor1_id, contractor2_id, introduction_sent_time) values (41, 1, 56, now())")
        .await;
    let peers = MatchPeers::new(false);
    perform(&rig, &peers, "'{9}'").await;
    assert_eq!(matches(&rig).await, "1-56", "56 has no place");
    rig.run("update event_peer_matches set status = 'declined'")
        .await;
    perform(&rig, &peers, "'{9}'").await;
    assert_eq!(matches(&rig).await, "9-56", "56 has a place again");
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 10")
        .await;
    rig.run(
        "update event_peer_matches set introduction_sent_time = now() where status = 'proposed'",
    )
    .await;
    perform(&rig, &peers, "'{10}'").await;
    assert_eq!(matches(&rig).await, "9-56", "they have no place");
    // A row that is gone says nothing of itself.
    rig.run("delete from event_peer_matches where contractor1_id = 9")
        .await;
    rig.run("update event_attendees set check_out_time = now() where contractor_id = 9")
        .await;
    perform(&rig, &peers, "'{10}'").await;
    assert_eq!(matches(&rig).await, "10-56");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_counts_that_was_under_way_or_is_forgotten_or_set_off_no_trigger() {
    let (rig, peers) = known_event().await;
    let pool = Pool::open(rig.database.url(), 1, "under way").expect("a pool");
    let mut session = pool.get().await.expect("a session");
    let tx = session.transaction().await.expect("a transaction");
    tx.batch_execute(OVER).await.expect("a match that is over");
    perform(&rig, &peers, "'{9}'").await;
    assert_eq!(matches(&rig).await, "1-56", "56 has no place yet");
    tx.commit().await.expect("a commit");
    perform(&rig, &peers, "'{9}'").await;
    assert_eq!(matches(&rig).await, "9-56", "it was written before");
    rig.run(OVER).await;
    rig.run("update event_peer_changes set written_at = now() - interval '2 hours'")
        .await;
    rig.run("select forget_peer_changes()").await;
    assert_eq!(
        rig.number("select count(*) from event_peer_changes where match_ids is not null")
            .await,
        0
    );
    perform(&rig, &peers, "'{10}'").await;
    assert_eq!(matches(&rig).await, "10-56", "what it was is not known");
    let may_be_off = "select count(*) from pg_trigger where tgfoid = 'note_peer_change()'::regprocedure and tgenabled <> 'A'";
    assert_eq!(rig.number(may_be_off).await, 0);
    rig.run(
        "begin;
        set local session_replication_role = replica;
        delete from event_peer_changes;
        delete from event_peer_matches;
        commit",
    )
    .await;
    assert_eq!(
        rig.number("select count(*) from event_peer_changes where match_ids is not null")
            .await,
        1
    );
    perform(&rig, &peers, "'{1}'").await;
    assert_eq!(matches(&rig).await, "1-56", "triggers were off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_counts_among_more_than_are_told_one_by_one() {
    let (rig, peers) = known_event().await;
    // Of many writers, and of one statement.
    rig.run("insert into event_peer_changes (contractor_ids) select array[n] from generate_series(1, 10001) as n")
        .await;
    rig.run(OVER).await;
    perform(&rig, &peers, "'{9}'").await;
    assert_eq!(matches(&rig).await, "9-56");
    rig.run(
        "insert into event_peer_changes (event_id, match_ids) select 41, array(select generate_series(100001, 110001));
        insert into event_peer_changes (event_id, contractor_ids) select 41, array(select generate_series(100001, 110001))",
    )
    .await;
    rig.run(OVER).await;
    perform(&rig, &peers, "'{10}'").await;
    assert_eq!(matches(&rig).await, "10-56");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_transaction_took_back_is_not_remembered() {
    let rig = Rig::venue(0).await;
    one_place_each(&rig).await;
    rig.run(
        "insert into event_peer_rules (rule, contractor1_id, contractor2_id, event_id) values ('forbid', 9, 10, 41);
        insert into event_peer_matches (event_id, contractor1_id, contractor2_id, introduction_sent_time) values (41, 1, 56, now())",
    )
    .await;
    let orders = "insert into event_peer_matching_runs (event_id, contractor_ids) values (41, '{9}'), (41, '{1}') returning id";
    let orders = rig.rows(orders, &[]).await;
    let peers = MatchPeers::new(false);
    let pool = Pool::open(rig.database.url(), 1, "taken back").expect("a pool");
    let mut session = pool.get().await.expect("a session");
    let tx = session.transaction().await.expect("a transaction");
    for order in &orders {
        let done = peers.perform(&tx, order.get(0), None).await;
        done.expect("a run").expect("the order is open");
        let over = tx.batch_execute("update event_peer_matches set status = 'declined'");
        over.await.expect("a match that is over");
    }
    tx.rollback().await.expect("a rollback");
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 10")
        .await;
    perform(&rig, &peers, "'{10}'").await;
    assert_eq!(matches(&rig).await, "1-56", "56 has no place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_person_whose_place_cannot_be_read_is_told_of() {
    let rig = Rig::venue(12).await;
    registers(&rig, 9, "Late", "somewhere nice", FOCUS).await;
    rig.run(CHECK_IN).await;
    perform(&rig, &MatchPeers::new(false), "'{9}'").await;
    let told = rig
        .text("select unplaced ->> 0 from event_peer_matching_runs")
        .await;
    assert!(
        told.contains("\"contractor_id\": 9") && told.contains("a place that is not known"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_suits_is_told_what_keeps_those_without_a_place_away() {
    let rig = Rig::venue(0).await;
    one_place_each(&rig).await;
    rig.run(
        "delete from event_peer_rules;
        update event_attendees set check_in_time = null where contractor_id = 9;
        update contractors set focus_areas = 'exit_planning' where id = 10;
        insert into event_peer_matches (event_id, contractor1_id, contractor2_id, introduction_sent_time) values (41, 1, 56, now());
        update event_attendees set check_in_time = now() where contractor_id = 10",
    )
    .await;
    perform(&rig, &MatchPeers::new(false), "'{10}'").await;
    let told = rig
        .text("select unplaced -> 0 ->> 'reason' from event_peer_matching_runs")
        .await;
    assert!(
        told.starts_with("none of the others may be introduced: 2 "),
        "{told}"
    );
    assert_eq!(matches(&rig).await, "1-56");
}
