//! Who wants no texts is not planned for, and who wants them again is; what a person took out of an
//! agenda's texts stays out until somebody asks for all of them.

use super::{EVENT, event, sync, waiting};
use crate::support::daemon::Rig;

async fn planned() -> Rig {
    let rig = event().await;
    sync(&rig, 41).await;
    rig
}

/// A rig whose daemon runs the agenda's stages only.
async fn running() -> (Rig, crate::support::daemon::RunningDaemon) {
    let rig = Rig::deployed().await;
    rig.run("delete from pipeline.stages where name not in ('agenda_sync', 'agenda_generate')")
        .await;
    let daemon = rig.daemon(pgcascade::engine::Registry::default());
    rig.run(EVENT).await;
    rig.until("(select count(*) from public.event_messages where status = 'scheduled') = 22")
        .await;
    rig.until_idle().await;
    (rig, daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_opts_out_is_planned_for_no_more_and_again_when_it_says_start() {
    let (rig, daemon) = running().await;
    let open = "(select count(*) from public.event_messages where contractor_id = 1 and status = 'scheduled')";
    // In any spelling, by any way.
    rig.run("select public.opt_out(public.read_phone('(512) 555-0121'), 'operator')")
        .await;
    rig.until(&format!("{open} = 0")).await;
    rig.run(
        "update public.event_agenda_items set start_time = start_time + '5 minutes' where id = 2",
    )
    .await;
    rig.until_idle().await;
    assert_eq!(rig.number(&format!("select {open}")).await, 0);
    let why = "select string_agg(distinct skip_reason, ',') from public.event_messages where contractor_id = 1";
    assert_eq!(rig.text(why).await, "The number has opted out.");
    rig.run("select public.set_sms_consent('+15125550121', true, 'keyword')")
        .await;
    rig.until(&format!("{open} = 9")).await;
    rig.run("update public.sms_subscriptions set undeliverable_at = now(), undeliverable_reason = 'Landline'")
        .await;
    rig.until(&format!("{open} = 0")).await;
    rig.until_idle().await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_with_a_number_that_opted_out_before_is_not_planned_for() {
    let rig = event().await;
    rig.run("insert into public.sms_subscriptions (phone_number, opted_in, subscription_source, opted_out_at) values ('+15125550121', false, 'keyword', now())")
        .await;
    sync(&rig, 41).await;
    assert_eq!(waiting(&rig, 1).await, "");
    assert_ne!(waiting(&rig, 2).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_that_a_contractor_takes_back_is_taken_back_at_every_event() {
    let rig = planned().await;
    rig.run("update public.contractors set sms_opt_in = true where id in (1, 2)")
        .await;
    rig.run("update public.contractors set sms_opt_in = false where id = 1")
        .await;
    sync(&rig, 41).await;
    assert_eq!(waiting(&rig, 1).await, "");
    assert_ne!(waiting(&rig, 2).await, "");
    assert_ne!(waiting(&rig, 3).await, "", "who never said anything there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_somebody_deleted_does_not_come_back() {
    let rig = planned().await;
    rig.run("delete from public.event_messages where contractor_id = 1 and agenda_item_id = 2")
        .await;
    assert_eq!(sync(&rig, 41).await, "0 0 0");
    rig.run(
        "update public.event_agenda_items set start_time = start_time + '5 minutes' where id = 2",
    )
    .await;
    assert_eq!(sync(&rig, 41).await, "0 1 0");
    let again = "select public.schedule_messages_for_contractor(41, 1)";
    assert_eq!(rig.number(again).await, 9);
    assert_eq!(sync(&rig, 41).await, "0 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_with_an_event_or_a_person_is_not_remembered() {
    let rig = planned().await;
    rig.run("delete from public.contractors where id = 1").await;
    assert_eq!(sync(&rig, 41).await, "0 0 0");
    rig.run("delete from public.events").await;
    let kept = "select count(*) from public.agenda_withdrawals";
    assert_eq!(rig.number(kept).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_were_cleared_stay_so_until_all_are_scheduled_again() {
    let rig = planned().await;
    let before = waiting(&rig, 1).await;
    assert_eq!(
        rig.number("select public.clear_event_messages(41)").await,
        22
    );
    assert_eq!(sync(&rig, 41).await, "0 0 0");
    let sent = "set session_replication_role = replica;
        update public.event_messages set status = 'sent', actual_send_time = now() where contractor_id = 2 and agenda_item_id = 2;
        set session_replication_role = origin";
    rig.run(sent).await;
    assert_eq!(
        rig.number("select public.schedule_all_event_messages(41)")
            .await,
        21
    );
    assert_eq!(waiting(&rig, 1).await, before);
    assert!(!waiting(&rig, 2).await.contains("speaker_alert 14 09:30"));
    assert_eq!(
        rig.number("select public.clear_contractor_messages(41, 1)")
            .await,
        9
    );
    assert_eq!(
        rig.number("select public.schedule_messages_for_contractor(41, 1)")
            .await,
        9
    );
}
