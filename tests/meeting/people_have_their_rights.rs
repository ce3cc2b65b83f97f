//! An operator runs matching without being its owner; a reader only looks.

use crate::support::daemon::Rig;

/// What `role` is told when it says `statement`.
async fn said(rig: &Rig, role: &str, statement: &str) -> String {
    rig.database
        .psql(&format!(
            "begin;\nset local role {role};\n{statement};\nrollback;\n"
        ))
        .await
}

const OF_OPERATORS: [&str; 18] = [
    "insert into event_peer_matching_runs (event_id, dry_run) values (41, true)",
    "select generate_peer_matches(41, '{\"dry_run\": true}')",
    "update event_peer_matching_runs set status = 'cancelled'",
    "insert into event_peer_matching (event_id, approval, roundtables) values (41, true, true)",
    "update event_peer_matching set min_score = 0.7",
    "insert into event_peer_rules (event_id, rule, contractor1_id, contractor2_id) values (41, 'pin', 1, 56)",
    "delete from event_peer_rules",
    "insert into focus_area_aliases values ('lead_gen', 'controlling_lead_flow')",
    "insert into complementary_trades values ('roofing', 'masonry')",
    "update introduction_prompts set body = 'Short.'",
    "insert into event_peer_matches (event_id, contractor1_id, contractor2_id) values (41, 1, 56)",
    "update event_peer_matches set status = 'released'",
    "select set_peer_match_status(7, 1, 'positive', 'Good')",
    "select approve_peer_matches(41)",
    "select learn_peer_weights()",
    "select pin_peer_weights('{focus}')",
    "insert into event_peer_groups (event_id, topic) values (41, 'lead flow')",
    "select set_peer_group_status(8, 1, 'negative')",
];

const OF_NOBODY: [&str; 5] = [
    "update event_peer_matching_runs set total_score = 99",
    "insert into event_peer_matching_runs (event_id, status) values (41, 'done')",
    "update event_peer_weights set weights = null",
    "update event_peer_weight_fits set new_weights = null",
    "delete from ai_learning_events",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_orders_runs_and_readers_look() {
    let rig = Rig::venue(2).await;
    rig.run(
        "insert into event_peer_matches (id, event_id, contractor1_id, contractor2_id) values (7, 41, 1, 1001);
        insert into event_peer_groups (id, event_id, topic) values (8, 41, 'lead flow');
        insert into event_peer_group_members (group_id, contractor_id) values (8, 1), (8, 56), (8, 1001), (8, 1002)",
    )
    .await;
    for statement in OF_OPERATORS {
        let told = said(&rig, "pgcascade_operator", statement).await;
        assert!(!told.contains("ERROR"), "{statement}: {told}");
        if !statement.starts_with("select") {
            let told = said(&rig, "pgcascade_reader", statement).await;
            assert!(told.contains("permission denied"), "{statement}: {told}");
        }
    }
    for statement in OF_NOBODY {
        let told = said(&rig, "pgcascade_operator", statement).await;
        assert!(told.contains("permission denied"), "{statement}: {told}");
    }
    for view in [
        "event_peer_matches",
        "event_peer_matching_runs",
        "vw_peer_match_metrics",
        "vw_peer_match_by_criterion",
        "vw_peer_match_by_industry",
        "vw_peer_match_by_time",
        "vw_peer_match_by_wording",
        "vw_peer_match_impact",
        "vw_peer_match_outcomes",
        "vw_peer_weights",
        "vw_peer_groups",
        "introduction_wordings",
    ] {
        for role in ["pgcascade_reader", "pgcascade_operator"] {
            let told = said(&rig, role, &format!("select count(*) from {view}")).await;
            assert!(!told.contains("ERROR"), "{view}: {told}");
        }
    }
}
