//! What became of introductions changes the weights, within bounds, and not what is pinned.

use super::venue::RUNS_ARE_DONE;
use crate::cli::program::Program;
use crate::support::daemon::Rig;

/// Three events of the past with 100 introductions each; people of one trade connect, focus is of
/// no matter. `$1`: introductions of each event.
const HISTORY: &str = "
    insert into events (id, name, date, end_date, timezone)
    select 30 + n, 'Past Expo ' || n, current_date - 100 + n, current_date - 100 + n, 'UTC' from generate_series(1, 3) as n;
    insert into contractors (id, name) select 5000 + n, 'Past Sample ' || n from generate_series(1, 900) as n;
    insert into event_peer_matches (
        event_id, contractor1_id, contractor2_id, match_criteria, match_score, introduction_sent_time, status,
        contractor1_response, contractor2_response, connection_made
    )
    select
        30 + event.n, 5000 + 2 * pair.n, 5001 + 2 * pair.n,
        jsonb_build_object(
            'focusAreas', 0.2 + (pair.n * 7 % 9) / 10.0, 'geographic', 1, 'businessScale', (pair.n * 5 % 11) / 10.0,
            'industry', case when pair.n * 13 % 20 < 10 then 1 else 0.3 end
        ),
        0.7, now() - interval '90 days',
        case when is_success then 'connected' else 'introduced' end,
        case when is_success then true end, case when is_success then true end, is_success
    from generate_series(1, 3) as event (n)
    cross join generate_series(1, 100) as pair (n)
    cross join lateral (select (pair.n * 13 % 20 < 10) <> (pair.n * 11 % 10 = event.n) as is_success) as known";

const ARE_LEARNED: &str =
    "not exists (select from event_peer_weight_fits where status = 'requested')";
const IN_USE: &str = "select string_agg(in_use::text, ' ' order by component) from vw_peer_weights where series is null and not with_titles";

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_change_the_weights_of_the_next_run_and_old_and_new_are_shown() {
    let rig = Rig::venue(0).await;
    rig.run(HISTORY).await;
    let daemon = rig.host();
    rig.run("select learn_peer_weights()").await;
    rig.until(ARE_LEARNED).await;
    let row = &rig
        .rows(
            "select verdict, outcomes, events, log_loss_after < log_loss_before,
                (old_weights ->> 'industry')::float8, (new_weights ->> 'industry')::float8, (new_weights ->> 'focus')::float8
            from event_peer_weight_fits",
            &[],
        )
        .await[0];
    assert_eq!(row.get::<_, &str>(0), "applied");
    assert_eq!((row.get::<_, i32>(1), row.get::<_, i32>(2)), (300, 3));
    assert!(row.get::<_, bool>(3));
    let (old, new, focus): (f64, f64, f64) = (row.get(4), row.get(5), row.get(6));
    assert!(
        (old - 0.15).abs() < 1e-9 && (new - 0.25).abs() < 1e-6,
        "{new}"
    );
    assert!((0.299_999..0.40).contains(&focus), "{focus}");
    let shown = rig
        .number("select count(*) from vw_peer_weights where old = set_by_organiser and new = in_use and verdict = 'applied'")
        .await;
    assert_eq!(shown, 9, "four weights, and five where both have a title");

    // The next run matches with them; an event that has weights of its own keeps these.
    rig.run(
        "insert into event_peer_matching_runs (event_id) values (41);
        insert into event_peer_matching (event_id, weights) values (33, '{\"focus\": 0.25, \"geography\": 0.25, \"scale\": 0.25, \"industry\": 0.25}');
        insert into event_peer_matching_runs (event_id) values (33)",
    )
    .await;
    rig.until(RUNS_ARE_DONE).await;
    let used = |event: i64| {
        format!(
            "select weights ->> 'industry' from event_peer_matching_runs where event_id = {event}"
        )
    };
    assert_eq!(rig.text(&used(41)).await, "0.25");
    let source = rig.text("select source from peer_weights_of(33)").await;
    assert_eq!(
        (rig.text(&used(33)).await.as_str(), source.as_str()),
        ("0.25", "event")
    );
    // What the organiser sets anew holds.
    rig.run("update event_peer_matching set weights = '{\"focus\": 0.4, \"geography\": 0.2, \"scale\": 0.2, \"industry\": 0.2}' where event_id is null")
        .await;
    assert_eq!(
        rig.text("select source from peer_weights_of(41)").await,
        "settings"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pinned_weights_stay_and_a_dry_run_uses_nothing() {
    let rig = Rig::venue(0).await;
    rig.run(HISTORY).await;
    let daemon = rig.host();
    let before = rig.text(IN_USE).await;
    rig.run("select learn_peer_weights(dry_run => true)").await;
    rig.until(ARE_LEARNED).await;
    let verdict = "select verdict from event_peer_weight_fits order by id desc limit 1";
    assert_eq!(rig.text(verdict).await, "shown");
    assert_eq!(rig.text(IN_USE).await, before);
    rig.run("select pin_peer_weights('{industry}'); select learn_peer_weights()")
        .await;
    rig.until(ARE_LEARNED).await;
    let pinned = "select string_agg(distinct in_use::text, ' ') from vw_peer_weights where component = 'industry' and pinned";
    assert_eq!(rig.text(pinned).await, "0.15");
    rig.run("select pin_peer_weights('{focus,geography,scale,industry,title}'); select learn_peer_weights()")
        .await;
    rig.until(ARE_LEARNED).await;
    assert_eq!(rig.text(verdict).await, "pinned");
    let said = rig
        .database
        .psql("select pin_peer_weights('{luck}');\n")
        .await;
    assert!(said.contains("only_components_can_be_pinned"), "{said}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_decide_over_answers_and_what_is_open_is_no_outcome() {
    let rig = Rig::venue(4).await;
    rig.run(
        "insert into event_peer_matches (id, event_id, contractor1_id, contractor2_id, match_criteria, introduction_sent_time, status, connection_made)
        select 900 + n, 41, 1, 1000 + n, '{\"focusAreas\": 1, \"geographic\": 1, \"businessScale\": 0.5, \"industry\": 0.3}', now(),
            (array['introduced', 'connected', 'connected', 'declined'])[n], n in (2, 3)
        from generate_series(1, 4) as n;
        insert into event_pcr_scores (event_id, contractor_id, pcr_type, entity_id, explicit_score)
        values (41, 1, 'peer_match', 903, 4), (41, 1003, 'peer_match', 903, 5)",
    )
    .await;
    let known = "select string_agg(match_id || ' ' || is_success, ', ' order by match_id) from vw_peer_match_outcomes";
    assert_eq!(rig.text(known).await, "902 true, 903 false, 904 false");
    // The event is over: whoever has said nothing has said no.
    rig.run("update events set date = current_date - 9, end_date = current_date - 8 where id = 41")
        .await;
    assert_eq!(
        rig.text(known).await,
        "901 false, 902 true, 903 false, 904 false"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_orders_learning_only_where_more_has_become_known() {
    let rig = Rig::venue(0).await;
    rig.run(HISTORY).await;
    rig.run("insert into event_peer_matching (event_id, series) values (33, 'expos')")
        .await;
    let daemon = rig.host();
    let due = "update pipeline.schedules set next_at = now() where name = 'peer_learning'";
    let orders = "select string_agg(coalesce(series, 'all') || ' ' || verdict, ', ' order by id) from event_peer_weight_fits";
    rig.run(due).await;
    rig.until("(select count(*) from event_peer_weight_fits where status = 'done') = 2")
        .await;
    assert_eq!(rig.text(orders).await, "all applied, expos too_few");
    rig.run(due).await;
    rig.until("(select count(*) from marketing.pipeline_events where event_type = 'peer_learning_due' and status = 'processed') = 2")
        .await;
    assert_eq!(
        rig.number("select count(*) from event_peer_weight_fits")
            .await,
        2
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_learns_and_shows_without_a_daemon() {
    let rig = Rig::venue(0).await;
    rig.run(HISTORY).await;
    let program = Program::on(rig.database.url()).and("NO_COLOR", "1");
    let learned = program.run(&["match", "learn", "--json"]).await.json();
    assert_eq!(learned[0]["verdict"], "applied", "{learned}");
    let said = program.run(&["match", "weights"]).await.ok();
    for word in ["industry", "0.15", "0.25", "300 outcomes"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn weights_with_many_digits_are_learned_from_too() {
    let rig = Rig::venue(0).await;
    rig.run(HISTORY).await;
    rig.run(
        "update event_peer_matching
        set weights = '{\"focus\": 0.3333333333333333333, \"geography\": 0.3333333333333333333, \"scale\": 0.2, \"industry\": 0.1333333333333333334}'
        where event_id is null",
    )
    .await;
    let daemon = rig.host();
    rig.run("select learn_peer_weights()").await;
    rig.until(ARE_LEARNED).await;
    let verdict = rig.text("select verdict from event_peer_weight_fits").await;
    assert_eq!(verdict, "applied");
    let source = rig.text("select source from peer_weights_of(41)").await;
    assert_eq!(source, "learned");
    daemon.stop().await;
}
