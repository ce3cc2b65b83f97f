//! A rule of everybody's, switched on or off for one event.

use super::{event, sync, waiting};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_asks_for_the_rating_at_once() {
    let rig = event().await;
    rig.run("select public.set_agenda_rule(41, 'pcr_request', true); select public.set_agenda_rule(41, 'attendance_check', false);
        update public.event_attendees set check_in_time = '2027-03-14 08:00 America/New_York' where contractor_id = 1")
        .await;
    sync(&rig, 41).await;
    let told = waiting(&rig, 1).await;
    assert!(
        told.contains("pcr_request 14 10:37") && !told.contains("attendance_check"),
        "{told}"
    );
    // As the general one is, but for this event; twice is once.
    rig.run("select public.set_agenda_rule(41, 'pcr_request', true)")
        .await;
    let alike = "select count(*) from public.agenda_rules as own join public.agenda_rules as general using (
            name, message_type, category, anchor, time_offset, item_types, who, requires, priority, expires_from, expires_after, delivers)
        where own.event_id = 41 and general.event_id is null";
    assert_eq!(rig.number(alike).await, 2);
    let error = rig
        .client
        .batch_execute("select public.set_agenda_rule(41, 'pcr_reqest', true)")
        .await
        .expect_err("no such rule");
    assert!(
        format!("{error:?}").contains("There is no rule pcr_reqest"),
        "{error:?}"
    );
}
