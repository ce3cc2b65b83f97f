//! What organisers track, on numbers that can be counted by hand.

use crate::support::daemon::Rig;

/// Four introduced matches of six: one connected and meeting, one half answered, one declined, one
/// silent; one called back, one not sent but answered by the API. Three people rate the event.
const KNOWN: &str = "
    update event_attendees set check_in_time = now();
    insert into event_peer_matches (
        id, event_id, contractor1_id, contractor2_id, match_criteria, match_score, introduction_sent_time, status,
        contractor1_response, contractor2_response, connection_made, meeting_scheduled, slot
    )
    select
        900 + n, 41, 1000 + n, 1010 + n,
        jsonb_build_object('focusAreas', n / 4.0, 'geographic', 1, 'businessScale', 0.5, 'industry', 0.3,
            'sharedTrades', case when n <= 2 then '[\"roofing\"]'::jsonb else '[]' end),
        0.7, case when n <= 4 then now() end,
        (array['connected', 'accepted_by_one', 'declined', 'introduced', 'released', 'accepted_by_one'])[n],
        (array[true, true, false, null, null, true])[n], case when n = 1 then true end, n = 1, n = 1, 1
    from generate_series(1, 6) as n;
    insert into introduction_wordings (match_id, outcome, provider, model) values (901, 'used', 'openai', 'a-model'), (902, 'refused', 'openai', 'a-model');
    insert into event_pcr_scores (event_id, contractor_id, pcr_type, entity_id, explicit_score)
    values (41, 1001, 'overall_event', 41, 9), (41, 1002, 'overall_event', 41, 8), (41, 1016, 'overall_event', 41, 5)";

#[tokio::test(flavor = "multi_thread")]
async fn every_rate_is_of_what_was_introduced() {
    let rig = Rig::venue(20).await;
    rig.run(KNOWN).await;
    let all = rig
        .text("select concat_ws(' ', matches, introduced, answers, response_rate, connections, connection_rate, meetings, meeting_rate) from vw_peer_match_metrics")
        .await;
    assert_eq!(all, "5 4 4 0.5000 1 0.2500 1 0.2500");
    let rates = "introduced, answers, response_rate, connection_rate, meeting_rate";
    for (view, row, expected) in [
        (
            "criterion",
            "criterion = 'focusAreas' and band = 'low'",
            "1 2 1.0000 1.0000 1.0000",
        ),
        (
            "criterion",
            "criterion = 'geographic'",
            "4 4 0.5000 0.2500 0.2500",
        ),
        (
            "industry",
            "industry = 'roofing'",
            "2 3 0.7500 0.5000 0.5000",
        ),
        ("industry", "industry = 'none'", "2 1 0.2500 0.0000 0.0000"),
        ("time", "slot = 1", "4 4 0.5000 0.2500 0.2500"),
        ("wording", "wording = 'model'", "1 2 1.0000 1.0000 1.0000"),
        (
            "wording",
            "wording = 'template'",
            "3 2 0.3333 0.0000 0.0000",
        ),
    ] {
        let said = rig
            .text(&format!(
                "select concat_ws(' ', {rates}) from vw_peer_match_by_{view} where {row}"
            ))
            .await;
        assert_eq!(said, expected, "{view}: {row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_were_introduced_are_compared_with_those_who_were_not() {
    let rig = Rig::venue(20).await;
    rig.run(KNOWN).await;
    let said = rig
        .text("select concat_ws(' ', introduced, introduced_ratings, introduced_rating, connected, connected_rating, others, other_ratings, other_rating, difference) from vw_peer_match_impact")
        .await;
    assert_eq!(said, "8 2 8.50 2 9.00 14 1 5.00 3.50");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_was_matched_in_vain_is_there_too() {
    let rig = Rig::venue(0).await;
    rig.run(
        "insert into event_peer_matching_runs (event_id) values (41);
        update event_peer_matching_runs set status = 'done'",
    )
    .await;
    let said = rig
        .text("select matches || ' ' || introduced || ' ' || coalesce(response_rate::text, '-') from vw_peer_match_metrics")
        .await;
    assert_eq!(said, "0 0 -");
}
