-- peer_grants: what the roles for people may do with the matching of peers.
--
-- pgcascade_reader sees it; pgcascade_operator orders runs, pins and forbids pairs, approves them, and edits what matching goes by.
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
                    public.event_peer_matches, public.event_peer_matching, public.event_peer_matching_runs, public.event_peer_rules,
                    public.introduction_prompts, public.introduction_wordings, public.focus_area_aliases, public.trade_aliases,
                    public.complementary_trades, public.ai_learning_events, public.vw_peer_match_metrics,
                    public.vw_peer_match_by_criterion, public.vw_peer_match_by_industry, public.vw_peer_match_by_time
                to %I',
                v_role
            );
        end if;
    end loop;

    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_operator') then
        grant insert, update, delete on
            public.event_peer_matching, public.event_peer_rules, public.introduction_prompts, public.focus_area_aliases,
            public.trade_aliases, public.complementary_trades to pgcascade_operator;
        grant insert, update on public.event_peer_matching_runs, public.event_peer_matches to pgcascade_operator;
    end if;
end
$$;
