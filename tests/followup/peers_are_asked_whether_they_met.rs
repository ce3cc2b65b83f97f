//! After an event peers are asked whether they met, and those who did how it goes: where it is
//! wanted, one question at a time, and not for ever.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// Two people who were put in touch at an event that ended yesterday, where it is past ten.
async fn in_touch(people: i64) -> (Rig, FakeGhl) {
    let (rig, server) = (Rig::texting(people).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "update events set date = date - 1, end_date = end_date - 1 where id = 41;
        insert into event_peer_matches (id, event_id, contractor1_id, contractor2_id, status, match_score, match_reason)
        select id - 1, 41, 1, id, 'introduced', 0.7, 'Both focused on hiring' from contractors where id > 1;
        update event_peer_matches set contractor1_response = true, contractor2_response = true;
        update event_messages set status = 'cancelled' where status = 'scheduled'",
    )
    .await;
    (rig, server)
}

/// The hour has come.
async fn look(rig: &Rig) {
    rig.run("update pipeline.schedules set next_at = now() where name = 'ask_peers'")
        .await;
    rig.until("(select bool_and(next_at > now()) from pipeline.schedules)")
        .await;
    rig.until("not exists (select from marketing.pipeline_events where event_type = 'peers_to_ask' and status in ('pending', 'processing'))")
        .await;
    rig.until_texted().await;
}

fn bodies(server: &FakeGhl, phone: &str) -> Vec<String> {
    let texts = server.texts().into_iter();
    texts
        .filter(|text| text.phone == phone)
        .map(|text| text.body)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_unless_it_is_wanted_and_what_was_planned_is_taken_back() {
    let (rig, _server) = in_touch(2).await;
    assert_eq!(
        rig.number("select count(*) from pipeline.schedules where name = 'ask_peers'")
            .await,
        0
    );
    assert_eq!(rig.number("select count(*) from peers_to_ask()").await, 0);
    rig.run(
        "update followup_settings set ask_whether_they_met = true; select * from ask_peers('{}')",
    )
    .await;
    let planned = "select count(*) from event_messages where message_type = 'peer_meeting_check' and status = 'scheduled'";
    assert_eq!(rig.number(planned).await, 2);
    rig.run("update followup_settings set ask_whether_they_met = false")
        .await;
    assert_eq!(rig.number(planned).await, 0);
    assert_eq!(
        rig.number("select count(*) from pipeline.schedules where enabled and name = 'ask_peers'")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn did_you_two_meet_is_asked_of_both_and_kept_with_the_match() {
    let (rig, server) = in_touch(2).await;
    rig.run("update followup_settings set ask_whether_they_met = true")
        .await;
    let daemon = rig.texts(&server);
    look(&rig).await;
    let asked = bodies(&server, "+15125550101");
    assert_eq!(
        asked,
        ["Did you and Robin Sample 2 get to meet at Sample Expo? Reply YES or NO."]
    );
    rig.receives(1, "Yes, over lunch, great ideas on hiring")
        .await;
    rig.receives(2, "no").await;
    rig.until_heard().await;
    // Asked and answered: not again.
    look(&rig).await;
    daemon.stop().await;
    assert_eq!(bodies(&server, "+15125550101").len(), 1);
    assert_eq!(
        rig.text("select concat_ws(' ', contractor1_met, contractor2_met, meeting_scheduled, feedback_contractor1, feedback_contractor2) from event_peer_matches")
            .await,
        "t f t Yes, over lunch, great ideas on hiring"
    );
    assert_eq!(
        rig.text("select string_agg(contractor_id || ' ' || outcome || ' ' || success_score, '; ' order by contractor_id) from ai_learning_events where event_type = 'peer_meeting'")
            .await,
        "1 met 1.00; 2 not_met 0.00"
    );
    assert_eq!(
        rig.text("select string_agg(action_taken, ' ' order by contractor_id) from event_messages where message_type = 'peer_meeting_check'")
            .await,
        "met not_met"
    );
    assert_eq!(
        rig.number("select count(*) from event_messages where message_type = 'pcr_request'")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_met_several_is_asked_about_one_at_a_time() {
    let (rig, server) = in_touch(4).await;
    rig.run("update followup_settings set ask_whether_they_met = true")
        .await;
    let daemon = rig.texts(&server);
    look(&rig).await;
    look(&rig).await;
    assert_eq!(bodies(&server, "+15125550101").len(), 1);
    rig.receives(1, "yep").await;
    rig.until_heard().await;
    look(&rig).await;
    rig.receives(1, "nope").await;
    rig.until_heard().await;
    look(&rig).await;
    daemon.stop().await;
    assert_eq!(bodies(&server, "+15125550101").len(), 3);
    assert_eq!(
        rig.text("select string_agg(coalesce(contractor1_met::text, '-'), ' ' order by id) from event_peer_matches")
            .await,
        "true false -"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_met_are_asked_monthly_until_one_says_no_or_often_enough() {
    let (rig, server) = in_touch(3).await;
    rig.run(
        "update followup_settings set monthly_peer_check_ins = true, peer_check_ins_most = 3;
        update event_peer_matches set meeting_scheduled = true, contractor1_met = true where id = 1",
    )
    .await;
    let daemon = rig.texts(&server);
    look(&rig).await;
    assert!(server.texts().is_empty(), "the month is not over");
    let months_ago = |months: i32| {
        format!(
            "update events set date = (now() at time zone timezone)::date - make_interval(months => {months}),
                end_date = (now() at time zone timezone)::date - make_interval(months => {months}) where id = 41"
        )
    };
    rig.run(&months_ago(1)).await;
    look(&rig).await;
    assert!(
        bodies(&server, "+15125550101")[0]
            .starts_with("Are you still in touch with Robin Sample 2"),
        "{:?}",
        server.texts()
    );
    rig.receives(1, "8 - we talk every week").await;
    rig.receives(2, "no").await;
    rig.until_heard().await;
    rig.run(&months_ago(2)).await;
    look(&rig).await;
    rig.until_texted().await;
    rig.receives(1, "still good, 9").await;
    rig.until_heard().await;
    for months in [3, 4, 5] {
        rig.run(&months_ago(months)).await;
        look(&rig).await;
        rig.run("update event_messages set actual_send_time = actual_send_time - interval '30 days' where message_type = 'peer_check_in'")
            .await;
    }
    daemon.stop().await;
    assert_eq!(bodies(&server, "+15125550101").len(), 3);
    assert_eq!(bodies(&server, "+12125550102").len(), 0);
    assert_eq!(bodies(&server, "+15125550102").len(), 1, "not in touch");
    assert_eq!(bodies(&server, "+15125550103").len(), 0, "did not meet");
    assert_eq!(
        rig.text("select string_agg(contractor_id || ' ' || outcome || ' ' || success_score, '; ' order by id) from ai_learning_events where event_type = 'peer_check_in'")
            .await,
        "1 in_touch 0.80; 2 not_in_touch 0.00; 1 in_touch 0.90"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_and_opt_outs_hold_and_the_erased_are_not_asked_about() {
    let (rig, server) = in_touch(4).await;
    rig.run(
        "update followup_settings set ask_whether_they_met = true;
        select opt_out('+15125550101', 'keyword');
        select erase_contractor(4)",
    )
    .await;
    let daemon = rig.texts(&server);
    look(&rig).await;
    daemon.stop().await;
    // 1 said STOP; 2 and 3 are asked about 1; 4 is gone, and nobody is asked about 4.
    assert_eq!(
        rig.text("select string_agg(contractor_id || ' ' || status, '; ' order by contractor_id) from event_messages where message_type = 'peer_meeting_check'")
            .await,
        "1 cancelled; 2 sent; 3 sent"
    );
    // Where people may be texted in two or three hours only, it waits.
    rig.run(
        "insert into quiet_windows (region, opens, closes, source, source_date)
        select region, opens::time, (opens + interval '1 hour')::time, 'a test', current_date
        from unnest('{*,US,US-TX}'::text[]) as region
        cross join (select date_trunc('hour', (now() at time zone 'America/Chicago') + interval '3 hours') as opens) as later;
        delete from event_messages where contractor_id = 2 and message_type = 'peer_meeting_check';
        update event_peer_matches set contractor2_met = null",
    )
    .await;
    let before = server.texts().len();
    let daemon = rig.texts(&server);
    look(&rig).await;
    rig.until("exists (select from event_messages where contractor_id = 2 and message_type = 'peer_meeting_check' and send_at > now() + interval '2 minutes')")
        .await;
    daemon.stop().await;
    assert_eq!(server.texts().len(), before);
}
