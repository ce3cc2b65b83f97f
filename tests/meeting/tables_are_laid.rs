//! Roundtables: laid by the run where an event wants them, told by text, kept in step with people.

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

/// Two introductions each at most, so that there is somebody left to sit with.
const WANTED: &str =
    "insert into event_peer_matching (event_id, roundtables, max_matches) values (41, true, 1)";
/// Tables that are none: too few people, too many, somebody twice, introduced, or without the topic.
const WRONG: &str = "
    select count(*) from (
        select group_id from event_peer_group_members group by group_id having count(*) not in (3, 4)
        union all
        select contractor_id from event_peer_group_members group by contractor_id having count(*) > 1
        union all
        select match.id
        from event_peer_matches as match
        join event_peer_group_members as one on one.contractor_id = match.contractor1_id
        join event_peer_group_members as other on other.contractor_id = match.contractor2_id and other.group_id = one.group_id
        union all
        select seated.id
        from event_peer_groups as seated
        join event_peer_group_members as member on member.group_id = seated.id
        join contractors as contractor on contractor.id = member.contractor_id
        where position(seated.topic in replace(lower(contractor.focus_areas), '_', ' ')) = 0
    ) as wrong";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_lays_tables_beside_the_pairs_and_a_second_one_leaves_them() {
    let rig = Rig::venue(30).await;
    rig.run(WANTED).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    let run = &rig
        .rows("select groups_created, seated, group_score <= group_score_bound, messages_scheduled from event_peer_matching_runs", &[])
        .await[0];
    let (tables, seated): (i32, i32) = (run.get(0), run.get(1));
    assert!(
        tables >= 7 && seated >= 28,
        "{tables} tables, {seated} people"
    );
    assert!(run.get::<_, bool>(2));
    assert_eq!(rig.number(WRONG).await, 0);
    let texts = rig
        .number("select count(*) from event_messages where message_type = 'peer_group_introduction' and status = 'scheduled'")
        .await;
    assert_eq!(texts, i64::from(seated));
    let all = rig.number("select count(*) from event_messages").await;
    assert_eq!(i64::from(run.get::<_, i32>(3)), all);
    let in_the_break = rig
        .number("select count(*) from event_messages where message_type = 'peer_group_introduction'
            and scheduled_time = (select start_time + interval '5 minutes' from event_agenda_items where item_type = 'break')")
        .await;
    assert_eq!(in_the_break, texts, "when the break has begun");
    rig.matched().await;
    let again = "select groups_created from event_peer_matching_runs order by id desc limit 1";
    assert_eq!(
        rig.text(&format!(
            "select groups_created::text from ({again}) as last"
        ))
        .await,
        "0"
    );
    assert_eq!(rig.number("select count(*) from event_messages").await, all);
    // The break is moved, and the tables go with it.
    rig.run("update event_agenda_items set start_time = start_time + interval '10 minutes' where item_type = 'break'")
        .await;
    let moved = rig
        .number("select count(*) from event_messages where message_type = 'peer_group_introduction'
            and scheduled_time = (select start_time + interval '5 minutes' from event_agenda_items where item_type = 'break')")
        .await;
    assert_eq!(moved, texts);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_tables_and_an_event_that_wants_none_has_none() {
    let rig = Rig::venue(10).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.run("insert into event_peer_matching_runs (event_id, dry_run, max_matches, roundtables) values (41, true, 1, true)")
        .await;
    rig.until(RUNS_ARE_DONE).await;
    let shown = rig
        .text("select jsonb_array_length(groups) || ' ' || groups_created from event_peer_matching_runs")
        .await;
    let (listed, counted) = shown.split_once(' ').expect("two numbers");
    assert_eq!(listed, counted);
    assert_ne!(listed, "0");
    rig.matched().await;
    assert_eq!(
        rig.number("select count(*) from event_peer_groups").await,
        0
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_approval_tables_wait_and_whoever_leaves_is_not_told_of() {
    let (rig, server) = (Rig::venue(14).await, FakeGhl::start().await);
    rig.run(WANTED).await;
    rig.run("update event_peer_matching set approval = true where event_id = 41")
        .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.matched().await;
    let drafts = "select count(*) from event_messages where message_type = 'peer_group_introduction' and status = 'draft'";
    assert!(rig.number(drafts).await >= 12);
    let leaver = rig
        .number("select min(member.contractor_id) from event_peer_group_members as member
            where (select count(*) from event_peer_group_members as seated where seated.group_id = member.group_id) = 4")
        .await;
    rig.run(&format!(
        "update event_attendees set check_out_time = now() where contractor_id = {leaver}"
    ))
    .await;
    rig.until(RUNS_ARE_DONE).await;
    let named = rig
        .number(&format!(
            "select count(*) from event_messages, contractors where contractors.id = {leaver}
            and message_type = 'peer_group_introduction' and event_messages.status <> 'cancelled'
            and (contractor_id = {leaver} or personalization_data::text like '%\"' || contractors.name || '\"%')"
        ))
        .await;
    assert_eq!(named, 0, "neither texted nor named");
    rig.run("update event_peer_groups set meeting_location = 'Table 5'")
        .await;
    rig.run("select approve_peer_matches(41)").await;
    assert_eq!(rig.number(drafts).await, 0);
    rig.run("update event_messages set scheduled_time = now() where message_type = 'peer_group_introduction' and status = 'scheduled'")
        .await;
    rig.until("not exists (select from event_messages where message_type = 'peer_group_introduction' and status in ('scheduled', 'sending'))")
        .await;
    daemon.stop().await;
    let texts = server.texts();
    let first = texts.first().expect("a text");
    for word in [
        "Hey ",
        "roundtable on ",
        "Table 5",
        "Company ",
        "different markets",
    ] {
        assert!(
            texts.iter().any(|text| text.body.contains(word)),
            "{word}: {first:?}"
        );
    }
    let introduced = rig
        .text("select string_agg(distinct status, ',') from event_peer_groups")
        .await;
    assert_eq!(introduced, "introduced");
    let learned =
        "select count(*) from ai_learning_events where event_type = 'peer_group_introduction'";
    assert_eq!(
        rig.number(learned).await,
        i64::try_from(texts.len()).expect("a count")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_answer_and_a_table_of_too_few_is_called_back() {
    let rig = Rig::venue(14).await;
    rig.run(WANTED).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    let group = "(select min(group_id) from event_peer_group_members)";
    let answer = |kind: &str| {
        format!("select set_peer_group_status(group_id, contractor_id, '{kind}') from event_peer_group_members
            where group_id = {group} order by contractor_id limit 1")
    };
    for _ in 0..2 {
        rig.run(&answer("positive")).await;
    }
    let learned =
        "select count(*) from ai_learning_events where event_type = 'peer_group_response'";
    assert_eq!(rig.number(learned).await, 1, "said twice, learned once");
    let said = rig
        .database
        .psql("select set_peer_group_status(min(group_id), 4711, 'positive') from event_peer_group_members;\n")
        .await;
    assert!(said.contains("does not sit at table"), "{said}");
    rig.run(&format!(
        "update event_peer_group_members set status = 'declined' where group_id = {group}
        and contractor_id in (select contractor_id from event_peer_group_members where group_id = {group} order by 1 limit 2)"
    ))
    .await;
    let status = format!("select status from event_peer_groups where id = {group}");
    assert_eq!(rig.text(&status).await, "released");
    let left = rig
        .number(&format!(
            "select count(*) from event_messages where personalization_data ->> 'group_id' = {group}::text and status <> 'cancelled'"
        ))
        .await;
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_told_no_more_of_the_others_than_the_event_shows() {
    let (rig, server) = (Rig::venue(12).await, FakeGhl::start().await);
    rig.run(
        "insert into event_peer_matching (event_id, roundtables, max_matches, introductions_show)
        values (41, true, 1, '{first_name,location}')",
    )
    .await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.matched().await;
    rig.run("update event_messages set scheduled_time = now() where message_type = 'peer_group_introduction'")
        .await;
    rig.until(
        "exists (select from event_messages where message_type = 'peer_group_introduction')
        and not exists (
            select from event_messages where message_type = 'peer_group_introduction' and status in ('scheduled', 'sending')
        )",
    )
    .await;
    daemon.stop().await;
    let texts = server.texts();
    assert!(texts.len() >= 3, "{texts:?}");
    assert!(texts.iter().any(|text| text.body.contains("Robin")));
    for text in texts {
        let said = text.body.replace("Sample Expo", "");
        for hidden in ["Sample", "Company", "Roofing", "Zeek Co"] {
            assert!(!said.contains(hidden), "{hidden}: {said}");
        }
    }
}
