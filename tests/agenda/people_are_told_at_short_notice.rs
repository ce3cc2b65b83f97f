//! An event that is cancelled or moved shortly before it begins: one text to each who would come.

use crate::cli::program::Program;
use crate::support::daemon::Rig;

/// An event that opens in so many hours, with two people who agreed to texts and one who did not.
async fn opening_in(hours: i32) -> Rig {
    let rig = Rig::deployed().await;
    rig.run(&format!(
        "insert into public.events (id, name, date, timezone) select 41, 'Power Day', (now() + interval '{hours} hours')::date, 'UTC';
        insert into public.event_days (event_id, day_date, start_time) select 41, (now() + interval '{hours} hours')::date, (now() + interval '{hours} hours')::time;
        insert into public.contractors (id, first_name, phone) values (1, 'Ada', '+15125550121'), (2, 'Ben', '+15125550122'), (3, 'Cleo', '+15125550123');
        insert into public.event_attendees (event_id, contractor_id, sms_opt_in) select 41, id, id < 3 from public.contractors"
    ))
    .await;
    rig
}

const NOTICES: &str = "select count(*) from public.event_messages where message_type = 'event_notice' and status = 'scheduled'";

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_is_told_once_and_a_slip_is_undone() {
    let rig = opening_in(20).await;
    rig.run("update public.events set status = 'cancelled'")
        .await;
    assert_eq!(rig.number(NOTICES).await, 2);
    rig.run("update public.events set is_active = false").await;
    assert_eq!(rig.number(NOTICES).await, 2, "off either way");
    rig.run("update public.events set is_active = true, status = 'scheduled'; update public.events set status = 'cancelled'")
        .await;
    assert_eq!(rig.number(NOTICES).await, 2);
    let id = rig
        .text("select min(id)::text from public.event_messages where message_type = 'event_notice' and status = 'scheduled'")
        .await;
    let said = Program::on(rig.database.url())
        .run(&["messages", "preview", &id])
        .await
        .ok();
    assert!(
        said.contains("has been cancelled. We are sorry, Ada."),
        "{said}"
    );
    rig.run("update public.events set status = 'scheduled'")
        .await;
    assert_eq!(rig.number(NOTICES).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_day_is_told() {
    let rig = opening_in(20).await;
    rig.run("update public.events set date = date + 7").await;
    assert_eq!(rig.number(NOTICES).await, 2);
    let id = rig
        .text("select min(id)::text from public.event_messages where message_type = 'event_notice' and status = 'scheduled'")
        .await;
    let said = Program::on(rig.database.url())
        .run(&["messages", "preview", &id])
        .await
        .ok();
    assert!(said.contains("has been moved to"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_long_before_afterwards_or_where_it_is_switched_off() {
    for (hours, setting) in [
        (50, ""),
        (-30, ""),
        (
            20,
            "insert into public.event_messaging (event_id, notice_within) values (41, '0')",
        ),
    ] {
        let rig = opening_in(hours).await;
        rig.run(setting).await;
        rig.run("update public.events set status = 'cancelled'")
            .await;
        assert_eq!(rig.number(NOTICES).await, 0, "{hours} {setting}");
    }
}
