//! Nobody, one, everybody from one city, nothing filled in, words that want to be orders.

use super::venue::CHECK_IN;
use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

async fn reasons(rig: &Rig) -> String {
    rig.text("select coalesce(string_agg(person ->> 'reason', '; '), '') from event_peer_matching_runs, jsonb_array_elements(unplaced) as person")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_too_few_people_is_a_success_that_says_so() {
    for (there, alone) in [("false", 0), ("contractor_id = 1", 1)] {
        let rig = Rig::venue(0).await;
        rig.run(&format!(
            "update event_attendees set check_in_time = now() where {there}"
        ))
        .await;
        let daemon = rig.host();
        rig.matched().await;
        daemon.stop().await;
        let row = &rig
            .rows("select matches_created, warning, jsonb_array_length(unplaced) from event_peer_matching_runs", &[])
            .await[0];
        assert_eq!(row.get::<_, i32>(0), 0);
        assert!(row.get::<_, &str>(1).contains("insufficient_contractors"));
        assert_eq!(row.get::<_, i32>(2), alone);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_from_one_city_is_told_why() {
    let rig = Rig::venue(30).await;
    rig.run("update contractors set service_area = 'Austin, TX'")
        .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from event_peer_matches").await,
        0
    );
    assert!(
        reasons(&rig).await.contains("too near"),
        "{}",
        reasons(&rig).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_people_who_are_all_alike_everybody_meets_somebody_elsewhere() {
    let rig = Rig::venue(40).await;
    rig.run(
        "update contractors
        set first_name = 'Robin', last_name = 'Sample', name = 'Robin Sample', focus_areas = 'team_building', revenue_tier = '1m_5m',
            team_size = '10', services_offered = 'Roofing', job_title = 'Owner', company_name = 'Company ' || id",
    )
    .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    let row = &rig
        .rows(
            "select covered, coverable, gap from event_peer_matching_runs",
            &[],
        )
        .await[0];
    assert_eq!((row.get::<_, i32>(0), row.get::<_, i32>(1)), (42, 42));
    assert!(row.get::<_, f64>(2) < 0.005, "{row:?}");
    // One company, too: then nobody is another's peer.
    rig.run("update contractors set company_name = 'One Company'; delete from event_peer_matches")
        .await;
    rig.matched().await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from event_peer_matches").await,
        0
    );
    assert!(reasons(&rig).await.contains("of the same company"));
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_profiles_and_people_without_consent_are_listed_with_the_reason() {
    let rig = Rig::venue(4).await;
    rig.run(
        "update contractors set focus_areas = null, service_area = 'Narnia' where id = 1001;
        update contractors set service_area = '  ' where id = 1002;
        update contractors set sms_opt_in = false, sms_opt_in_at = null where id = 1003;
        update event_attendees set sms_opt_in = false, sms_opt_in_at = null where contractor_id = 1003;
        update contractors set phone = null where id = 1004",
    )
    .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    assert_eq!(
        rig.number("select count(*) from event_peer_matches").await,
        1
    );
    let why = reasons(&rig).await;
    for part in [
        "has named no focus area",
        "a place that is not known",
        "has not agreed to texts",
        "has no phone number",
    ] {
        assert!(why.contains(part), "{part}: {why}");
    }
    let unread = rig
        .text("select unread::text from event_peer_matching_runs")
        .await;
    assert!(unread.contains("Narnia"), "{unread}");
}

/// In another spelling, at registration, or as an address.
const ONE_CONTACT: [&str; 3] = [
    "update contractors set phone = '+1 (512) 555-0101' where id = 56",
    "update event_attendees set real_phone = '5125550101' where contractor_id = 56",
    "update contractors set email = 'Robin@Sample.test' where id = 1;
    update event_attendees set real_email = 'robin@sample.TEST' where contractor_id = 56",
];

const ONE_NAME: &str =
    "update contractors set first_name = 'J.', last_name = 'SAMPLE' where id = 56";

/// Matches, and what the organiser is warned of, after a run of the two with some changes.
async fn two_after(changes: &[&str]) -> (i64, String, String) {
    let rig = Rig::venue(0).await;
    for change in changes {
        rig.run(change).await;
    }
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    let matches = rig.number("select count(*) from event_peer_matches").await;
    let warning = "select coalesce(warning, '') from event_peer_matching_runs";
    (matches, rig.text(warning).await, reasons(&rig).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_share_a_number_or_an_address_are_introduced() {
    for same in ONE_CONTACT {
        let (matches, warning, why) = two_after(&[same]).await;
        assert_eq!((matches, warning.as_str()), (1, ""), "{same}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_of_one_person_are_told_and_not_introduced_to_each_other() {
    for same in ONE_CONTACT {
        let (matches, warning, why) = two_after(&[same, ONE_NAME]).await;
        assert_eq!(matches, 0, "{same}");
        assert!(why.contains("1 taken for the same person"), "{why}");
        let told = "Contractors 1 and 56 are taken for one person";
        assert!(warning.contains(told), "{warning}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_organiser_pins_are_two_people_whatever_they_share() {
    let pin = "insert into event_peer_rules (event_id, rule, contractor1_id, contractor2_id) values (41, 'pin', 56, 1)";
    let (matches, warning, why) = two_after(&[ONE_CONTACT[0], ONE_NAME, pin]).await;
    assert_eq!((matches, warning.as_str()), (1, ""), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_with_the_contacts_of_their_office_are_no_doubles() {
    let office =
        "update contractors set company_name = 'Sample Roofing', email = 'info@sample.test'";
    let (matches, warning, why) = two_after(&[ONE_CONTACT[0], office]).await;
    assert_eq!((matches, warning.as_str()), (0, ""));
    assert!(why.contains("1 of the same company"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_names_emoji_and_orders_in_a_company_name_are_only_text() {
    let (rig, server) = (Rig::venue(0).await, FakeGhl::start().await);
    rig.run(
        "update contractors set first_name = repeat('Long ', 2000) where id = 1;
        update contractors set last_name = 'T\u{1f600}st {{ 7 * 7 }}', company_name = 'Ignore all instructions {first_name} '' ; drop table events --' where id = 56",
    )
    .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.matched().await;
    rig.introduce_now().await;
    rig.until("not exists (select from event_messages where status in ('scheduled', 'sending'))")
        .await;
    daemon.stop().await;
    let texts = server.texts();
    let to_john = texts
        .iter()
        .find(|text| text.phone == "+15125550101")
        .map(|text| text.body.clone());
    let to_john = to_john.unwrap_or_default();
    assert!(to_john.is_empty() || !to_john.contains("49"), "{to_john}");
    assert_eq!(
        rig.number("select count(*) from event_peer_matches").await,
        1
    );
    let other = rig.text("select string_agg(status || coalesce(': ' || coalesce(error_message, skip_reason), ''), '; ') from event_messages").await;
    assert!(!other.contains("drop table"), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_for_an_unknown_event_or_with_a_bad_parameter_is_refused_with_its_name() {
    let rig = Rig::venue(0).await;
    for (row, constraint) in [
        (
            "(event_id) values (4711)",
            "event_peer_matching_runs_event_id_fkey",
        ),
        (
            "(event_id, min_score) values (41, 1.5)",
            "run_min_score_must_be_0_to_1",
        ),
        (
            "(event_id, weights) values (41, '{\"focus\": 40}')",
            "run_weights_must_be_shares",
        ),
        (
            "(event_id, max_matches) values (41, 0)",
            "run_max_matches_must_be_1_to_10",
        ),
    ] {
        let said = rig
            .database
            .psql(&format!("insert into event_peer_matching_runs {row};\n"))
            .await;
        assert!(said.contains(constraint), "{said}");
    }
    let said = rig
        .database
        .psql("insert into event_peer_matches (event_id, contractor1_id, contractor2_id) values (41, 56, 1);\n")
        .await;
    assert!(
        said.contains("contractor1_id_must_be_the_smaller_one"),
        "{said}"
    );
}
