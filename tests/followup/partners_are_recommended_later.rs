//! Weeks after an event people may be told of one partner who was not there, where that is wanted.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// Two people twelve days after their event: the first has areas, the second has others.
async fn twelve_days_after() -> (Rig, FakeGhl) {
    let (rig, server) = (Rig::texting(3).await, FakeGhl::start().await);
    rig.event_is_on().await;
    rig.run(
        "update events set date = date - 12, end_date = end_date - 12 where id = 41;
        update contractors set focus_areas = case id when 1 then 'Lead Flow, hiring' else '[\"margins\"]' end;
        insert into strategic_partners (id, name, focus_areas_served, website) values
            (1, 'Acme Leads', '[\"lead flow\"]', null),
            (2, 'Bolt Crews', '[\"hiring\", \"lead_flow\"]', 'bolt.example.com'),
            (3, 'Margin Makers', '[\"margins\"]', null)",
    )
    .await;
    (rig, server)
}

/// What is proposed, such as `1 2 proposed`: person, partner, status.
async fn proposed(rig: &Rig) -> String {
    rig.run("select * from recommend_partners('{}')").await;
    rig.text(
        "select coalesce(string_agg(concat_ws(' ', contractor_id, partner_id, status), ', ' order by contractor_id, id), '')
        from partner_recommendations",
    )
    .await
}

const ON: &str =
    "insert into event_followup_settings (event_id, recommend_partners) values (41, true)";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_proposed_unless_an_organiser_wants_it() {
    let (rig, _server) = twelve_days_after().await;
    assert_eq!(proposed(&rig).await, "");
    assert_eq!(
        rig.number("select count(*) from pipeline.schedules where name = 'recommend_partners'")
            .await,
        0,
        "nobody is woken for nothing"
    );
    rig.run(ON).await;
    assert_eq!(
        rig.number(
            "select count(*) from pipeline.schedules where name = 'recommend_partners' and enabled"
        )
        .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_told_once_of_one_who_shares_most_and_was_not_there() {
    let (rig, _server) = twelve_days_after().await;
    // One sponsors under its number, one under its name; one has no consent.
    rig.run(ON).await;
    rig.run(
        "insert into event_sponsors (event_id, partner_id, sponsor_name) values (41, 3, 'MM Inc');
        update event_attendees set sms_opt_in = false where contractor_id = 3",
    )
    .await;
    assert_eq!(proposed(&rig).await, "1 2 proposed");
    assert_eq!(proposed(&rig).await, "1 2 proposed", "once");
    assert_eq!(
        rig.text(
            "select concat_ws(' ', shared_areas, (send_at at time zone zone_of(1, 41))::date - end_date, (send_at at time zone zone_of(1, 41))::time)
            from partner_recommendations join events on events.id = event_id"
        )
        .await,
        "{hiring,lead_flow} 16 10:00:00"
    );
    // After another event: not the same one again, and not so soon after the first.
    rig.run("insert into events (id, name, date, end_date, timezone) select 42, 'Next Expo', date, end_date, timezone from events where id = 41;
        insert into event_attendees (event_id, contractor_id, sms_opt_in, check_in_time) values (42, 1, true, now());
        insert into event_followup_settings (event_id, recommend_partners) values (42, true)")
        .await;
    assert_eq!(proposed(&rig).await, "1 2 proposed");
    rig.run("update partner_recommendations set created_at = now() - interval '30 days', status = 'cancelled'")
        .await;
    assert_eq!(proposed(&rig).await, "1 2 cancelled, 1 1 proposed");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_sent_when_it_is_approved_and_not_when_it_is_cancelled() {
    let (rig, server) = twelve_days_after().await;
    rig.run(ON).await;
    assert_eq!(
        proposed(&rig).await,
        "1 2 proposed, 2 3 proposed, 3 3 proposed"
    );
    rig.run("update partner_recommendations set status = 'approved';
        update partner_recommendations set status = 'cancelled' where contractor_id = 2;
        update event_messages set scheduled_time = now() where contractor_id = 1 and message_type = 'partner_recommendation'")
        .await;
    assert_eq!(
        rig.text("select string_agg(message.status, ' ' order by told.contractor_id)
            from partner_recommendations as told join event_messages as message on message.id = told.message_id")
            .await,
        "scheduled cancelled scheduled"
    );
    let daemon = rig.texts(&server);
    rig.until_texted().await;
    daemon.stop().await;
    let texts: Vec<String> = server.texts().into_iter().map(|text| text.body).collect();
    assert_eq!(
        texts,
        [
            "Hi Robin, you told us that you work on hiring and lead flow. Bolt Crews was not at Sample Expo \
        and may be of help there. bolt.example.com"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_approval_it_is_planned_at_once_and_never_after_three_weeks() {
    let (rig, _server) = twelve_days_after().await;
    rig.run(
        "update followup_settings set recommend_partners = true, partners_need_approval = false;
        delete from event_attendees where contractor_id > 1",
    )
    .await;
    assert_eq!(proposed(&rig).await, "1 2 approved");
    assert_eq!(
        rig.number("select count(*) from event_messages where message_type = 'partner_recommendation' and status = 'scheduled'")
            .await,
        1
    );
    rig.run(
        "update partner_recommendations set status = 'cancelled';
        update events set date = date - 10, end_date = end_date - 10 where id = 41",
    )
    .await;
    let late = rig
        .client
        .batch_execute("update partner_recommendations set status = 'approved', send_at = now() - interval '1 day'")
        .await;
    assert!(late.is_err(), "nobody knows any more what it is about");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_or_says_stop_is_told_of_none() {
    let (rig, server) = twelve_days_after().await;
    rig.run(ON).await;
    assert_eq!(
        proposed(&rig).await,
        "1 2 proposed, 2 3 proposed, 3 3 proposed"
    );
    rig.run("update partner_recommendations set status = 'approved'; select erase_contractor(1)")
        .await;
    let daemon = rig.texts(&server);
    rig.receives(2, "STOP").await;
    rig.until_heard().await;
    rig.run("update event_messages set scheduled_time = now() where message_type = 'partner_recommendation' and status = 'scheduled'")
        .await;
    rig.until_texted().await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(contractor_id || ' ' || status, ', ' order by contractor_id) from event_messages where message_type = 'partner_recommendation'")
            .await,
        "1 cancelled, 2 cancelled, 3 sent"
    );
    assert_eq!(
        rig.text("select status from partner_recommendations where contractor_id = 1")
            .await,
        "cancelled"
    );
}

/// Status and words of the text to each person, such as `1 scheduled Bolt Crews`.
async fn planned(rig: &Rig) -> String {
    rig.text(
        "select string_agg(concat_ws(' ', contractor_id, status, personalization_data ->> 'partner_name'), ', ' order by contractor_id)
        from event_messages where message_type = 'partner_recommendation'",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_or_deleted_is_not_sent() {
    let (rig, _server) = twelve_days_after().await;
    rig.run(ON).await;
    proposed(&rig).await;
    rig.run(
        "update partner_recommendations set status = 'approved';
        update partner_recommendations set status = 'proposed' where contractor_id = 1;
        delete from partner_recommendations where contractor_id = 2;
        delete from strategic_partners where id = 3",
    )
    .await;
    assert_eq!(
        planned(&rig).await,
        "1 cancelled Bolt Crews, 2 cancelled Margin Makers, 3 cancelled Margin Makers"
    );
    // Whoever comes instead is told of in words of his own.
    rig.run("delete from strategic_partners where id = 2").await;
    assert_eq!(proposed(&rig).await, "1 1 proposed");
    rig.run("update partner_recommendations set status = 'approved'")
        .await;
    assert!(
        planned(&rig).await.starts_with("1 scheduled Acme Leads"),
        "{}",
        planned(&rig).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_who_is_none_any_more_is_not_told_of() {
    let (rig, _server) = twelve_days_after().await;
    rig.run(ON).await;
    proposed(&rig).await;
    rig.run(
        "update partner_recommendations set status = 'approved' where contractor_id = 2;
        update strategic_partners set is_active = false where id = 3",
    )
    .await;
    assert_eq!(planned(&rig).await, "2 cancelled Margin Makers");
    assert_eq!(
        proposed(&rig).await,
        "1 2 proposed, 2 3 cancelled, 3 3 cancelled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_looked_at_in_time_is_in_nobodys_way() {
    let (rig, _server) = twelve_days_after().await;
    rig.run(ON).await;
    proposed(&rig).await;
    rig.run("update events set date = date - 10, end_date = end_date - 10 where id = 41")
        .await;
    assert_eq!(
        proposed(&rig).await,
        "1 2 cancelled, 2 3 cancelled, 3 3 cancelled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_there_under_a_legal_form_was_there() {
    let (rig, _server) = twelve_days_after().await;
    rig.run(ON).await;
    rig.run(
        "insert into event_sponsors (event_id, sponsor_name) values (41, 'MARGIN MAKERS, Inc.');
        insert into event_speakers (event_id, name, company) values (41, 'Pat Speaker', 'The Bolt-Crews L.L.C.');
        update contractors set company_name = 'Acme  Leads & Co.' where id = 3",
    )
    .await;
    assert_eq!(proposed(&rig).await, "");
    assert_eq!(
        rig.text("select string_agg(coalesce(plain_company(name), '-'), ', ') from unnest(array['Co.', '', 'Café Bleu GmbH', 'The Co']) as given (name)")
            .await,
        "co, -, café bleu, co"
    );
}
