//! Agenda, check-ins, fifteen minutes before lunch, matches, introductions, both texts, an answer.

use std::io::Write as _;
use std::time::Instant;

use super::venue::{CHECK_IN, RUNS_ARE_DONE};
use crate::cli::program::Program;
use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

#[tokio::test(flavor = "multi_thread")]
async fn from_the_agenda_to_the_answer() {
    let (rig, server) = (
        Rig::venue_with_lunch_in("15 minutes", 0).await,
        FakeGhl::start().await,
    );
    rig.run(CHECK_IN).await;
    let daemon = rig.host_texting(&server);
    rig.until(
        "exists (select from event_peer_matching_runs where origin = 'agenda' and status = 'done')",
    )
    .await;
    let run = &rig
        .rows(
            "select matches_created, messages_scheduled, covered, coverable, gap, introduction_time = (
                select start_time + interval '5 minutes' from event_agenda_items where item_type = 'lunch'
            ), introductions_expire_at = (select end_time from event_agenda_items where item_type = 'lunch')
            from event_peer_matching_runs",
            &[],
        )
        .await[0];
    assert_eq!((run.get::<_, i32>(0), run.get::<_, i32>(1)), (1, 2));
    assert_eq!((run.get::<_, i32>(2), run.get::<_, i32>(3)), (2, 2));
    assert!(run.get::<_, f64>(4) < 1e-9, "two people have one best plan");
    assert!(
        run.get::<_, bool>(5),
        "introductions go out at lunch and five minutes"
    );
    assert!(run.get::<_, bool>(6), "and not after lunch");

    rig.introduce_now().await;
    rig.until("(select introduction_sent_time is not null and introduction_message like '% | %' from event_peer_matches)")
        .await;
    let texts = server.texts();
    assert_eq!(texts.len(), 2, "{texts:?}");
    let to_john = texts
        .iter()
        .find(|text| text.phone == "+15125550101")
        .expect("a text to John");
    for part in [
        "Hey John",
        "Zeek Test",
        "Zeek Co",
        "Houston, TX",
        "146 miles apart",
        "non-competing",
        "Reply YES",
    ] {
        assert!(to_john.body.contains(part), "{part}: {}", to_john.body);
    }
    let to_zeek = texts
        .iter()
        .find(|text| text.phone == "+17135550156")
        .expect("a text to Zeek");
    assert!(
        to_zeek.body.contains("John Sample") && to_zeek.body.contains("Austin, TX"),
        "{}",
        to_zeek.body
    );
    let learned = rig
        .number("select count(*) from ai_learning_events where event_type = 'peer_match_introduction' and context = 'event_orchestrator' and event_data ? 'peer_id'")
        .await;
    assert_eq!(learned, 2);
    assert_eq!(
        rig.text("select status from event_peer_matches").await,
        "introduced"
    );

    for id in ["1", "56"] {
        rig.run(&format!(
            "select set_peer_match_status((select id from event_peer_matches), {id}, 'positive')"
        ))
        .await;
    }
    assert_eq!(
        rig.text("select status || ' ' || connection_made from event_peer_matches")
            .await,
        "connected true"
    );
    daemon.stop().await;
}

/// The score of the documented example, component by component: the areas are the same, the markets
/// 146 miles apart, the revenue the same, the trades and titles not known.
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_pair_is_explained_component_by_component() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    let row = &rig
        .rows(
            "select
                (match_criteria ->> 'focusAreas')::float8, (match_criteria ->> 'geographic')::float8,
                (match_criteria ->> 'businessScale')::float8, (match_criteria ->> 'industry')::float8,
                match_criteria ? 'jobTitle', match_score::float8, match_reason, match_type, (match_criteria ->> 'score')::float8
            from event_peer_matches",
            &[],
        )
        .await[0];
    let parts: Vec<f64> = (0..4).map(|at| row.get(at)).collect();
    assert_eq!(parts, [1.0, 1.0, 1.0, 0.3]);
    assert!(!row.get::<_, bool>(4), "neither has a job title");
    let total = 0.40 * parts[0] + 0.25 * parts[1] + 0.20 * parts[2] + 0.15 * parts[3];
    assert!((row.get::<_, f64>(8) - total).abs() < 1e-6);
    assert!(
        (row.get::<_, f64>(5) - total).abs() < 0.006,
        "shown with two digits"
    );
    let reason: &str = row.get(6);
    assert!(
        reason.contains("controlling lead flow") && reason.contains("146 miles"),
        "{reason}"
    );
    assert_eq!(row.get::<_, &str>(7), "ideal_peer");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_tries_matches_and_shows() {
    let rig = Rig::venue(20).await;
    rig.run(CHECK_IN).await;
    let program = Program::on(rig.database.url());
    let tried = program
        .run(&["match", "dry-run", "41", "--json"])
        .await
        .json();
    assert_eq!(tried["dry_run"], true);
    let found = tried["matches"].as_array().expect("pairs").len();
    assert!(found > 10, "{tried}");
    assert_eq!(
        rig.number("select count(*) from event_peer_matches").await,
        0
    );
    assert_eq!(rig.number("select count(*) from event_messages").await, 0);
    let done = program.run(&["match", "run", "41", "--json"]).await.json();
    assert_eq!(done["matches_created"].as_u64(), u64::try_from(found).ok());
    let again = program.run(&["match", "run", "41"]).await.ok();
    assert!(again.starts_with("0 matches made"), "{again}");
    let shown = program.run(&["match", "show", "41"]).await.ok();
    assert!(shown.contains("both focused on"), "{shown}");
    let said = program.run(&["match", "run", "4711"]).await.failed(1);
    assert!(said.contains("there is no event 4711"), "{said}");
    let said = program.run(&["match", "show", "4711"]).await.failed(1);
    assert!(said.contains("there is no event 4711"), "{said}");
}

/// Measured, not judged: machines differ. From the order to all rows committed.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_people_are_matched_from_the_order_to_the_texts() {
    let rig = Rig::venue(998).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.until_idle().await;
    let begun = Instant::now();
    rig.run("insert into event_peer_matching_runs (event_id) values (41)")
        .await;
    rig.until(RUNS_ARE_DONE).await;
    let took = begun.elapsed();
    let row = &rig
        .rows(
            "select checked_in, matches_created, messages_scheduled, covered, coverable, gap, compute_ms,
                (extract(epoch from finished_at - started_at) * 1000)::integer
            from event_peer_matching_runs",
            &[],
        )
        .await[0];
    note(&format!(
        "N = {}: {} matches, {} texts, covered {} of {}, gap {:.4} %, compute {} ms, in the transaction {} ms, from the order {} ms",
        row.get::<_, i32>(0),
        row.get::<_, i32>(1),
        row.get::<_, i32>(2),
        row.get::<_, i32>(3),
        row.get::<_, i32>(4),
        row.get::<_, f64>(5) * 100.0,
        row.get::<_, i32>(6),
        row.get::<_, i32>(7),
        took.as_millis()
    ));
    assert_eq!(row.get::<_, i32>(2), 2 * row.get::<_, i32>(1));
    assert_eq!(row.get::<_, i32>(3), row.get::<_, i32>(4));
    let over = rig
        .number(
            "select count(*) from (
                select side.person from event_peer_matches
                cross join lateral (values (contractor1_id), (contractor2_id)) as side (person)
                group by side.person having count(*) > 3
            ) as people",
        )
        .await;
    assert_eq!(over, 0, "people over the maximum");
    rig.run("insert into contractors (id, name, phone, service_area, focus_areas)
        values (9, 'Late Sample', '+15125550199', 'Boise, ID', 'operational_efficiency, team_building');
        insert into event_attendees (event_id, contractor_id, sms_opt_in, sms_opt_in_at) values (41, 9, true, now())")
        .await;
    rig.run("update event_attendees set check_in_time = now() where contractor_id = 9")
        .await;
    rig.until(RUNS_ARE_DONE).await;
    let late = "select (extract(epoch from finished_at - started_at) * 1000)::bigint from event_peer_matching_runs
        where origin = 'check_in'";
    note(&format!(
        "a late check-in takes {} ms in its transaction",
        rig.number(late).await
    ));
    assert!(
        rig.number(
            "select count(*) from event_peer_matches where 9 in (contractor1_id, contractor2_id)"
        )
        .await
            > 0
    );
    daemon.stop().await;
}

/// Says something that is measured, for who reads the log.
fn note(line: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}
