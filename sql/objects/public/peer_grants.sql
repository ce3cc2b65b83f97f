-- peer_grants: what the roles for people may do with peer matching.
--
-- pgcascade_reader sees it; pgcascade_operator also orders runs and learning, sets parameters, pins and forbids, edits the vocabulary and
-- matches, and answers for people; but what a run found and what was learned nobody writes by hand.
--
-- Reads:  pg_roles
-- Writes: nothing
-- Locks:  none

do $$
declare
    v_role text;
begin
    foreach v_role in array array['pgcascade_reader', 'pgcascade_operator'] loop
        if exists (select from pg_catalog.pg_roles as role where role.rolname = v_role) then
            execute format(
                'grant select on
                    public.event_peer_matching, public.event_peer_matching_runs, public.event_peer_matches, public.event_peer_rules,
                    public.event_peer_changes, public.event_peer_groups, public.event_peer_group_members, public.event_peer_weights,
                    public.event_peer_weight_fits, public.focus_area_aliases, public.trade_aliases, public.complementary_trades,
                    public.ai_learning_events, public.introduction_wordings, public.introduction_prompts, public.vw_peer_match_metrics,
                    public.vw_peer_match_by_criterion, public.vw_peer_match_by_industry, public.vw_peer_match_by_time,
                    public.vw_peer_match_by_wording, public.vw_peer_match_impact, public.vw_peer_match_outcomes, public.vw_peer_weights,
                    public.vw_peer_groups
                to %I',
                v_role
            );
        end if;
    end loop;

    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_operator') then
        grant insert, update, delete on
            public.event_peer_matching, public.event_peer_rules, public.focus_area_aliases, public.trade_aliases,
            public.complementary_trades, public.introduction_prompts, public.event_peer_groups, public.event_peer_group_members
            to pgcascade_operator;
        -- An order, not what came of it; and no id that the sequence has not reached.
        grant insert (
            event_id, contractor_ids, day_date, origin, dry_run, max_matches, min_score, min_distance_miles,
            min_distance_miles_other_trades, weights, weights_with_titles, focus_measure, unknown_scale, unknown_industry, second_match,
            same_industry, same_role_title, exclude_matched, cool_down, approval, min_matches, introduction_time, introductions_expire_at,
            send_immediately, force, salt, roundtables
        ) on public.event_peer_matching_runs to pgcascade_operator;
        grant update (status) on public.event_peer_matching_runs to pgcascade_operator;
        grant insert (
            event_id, contractor1_id, contractor2_id, match_type, match_criteria, match_score, match_reason, introduction_message,
            introduction_sent_time, contractor1_response, contractor2_response, meeting_scheduled, meeting_time, meeting_location,
            feedback_contractor1, feedback_contractor2, pcr_score, notes, status, pinned, created_at, updated_at
        ) on public.event_peer_matches to pgcascade_operator;
        grant update, delete on public.event_peer_matches to pgcascade_operator;
        grant insert (series, dry_run) on public.event_peer_weight_fits to pgcascade_operator;
        grant update (status) on public.event_peer_weight_fits to pgcascade_operator;
        grant insert (series, pinned), update (pinned, updated_at) on public.event_peer_weights to pgcascade_operator;
        -- Rows are added, never changed.
        grant insert (
            event_type, contractor_id, partner_id, context, recommendation, action_taken, outcome, success_score, learned_insight,
            confidence_level, event_id, event_interaction_type, session_id, conversation_id, related_entities, event_data, "timestamp"
        ) on public.ai_learning_events to pgcascade_operator;
    end if;
end
$$;
