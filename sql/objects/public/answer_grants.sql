-- answer_grants: what the roles for people may do with received texts, notes and action items.
--
-- pgcascade_reader sees them; pgcascade_operator enters and changes them, but for the record of changes, which nobody writes by hand, and
-- may not erase a person.
--
-- Reads:  pg_roles
-- Writes: nothing
-- Locks:  none

do $$
declare
    v_role text;
    v_function regprocedure;
begin
    foreach v_role in array array['pgcascade_reader', 'pgcascade_operator'] loop
        if exists (select from pg_catalog.pg_roles as role where role.rolname = v_role) then
            execute format(
                'grant select on
                    public.inbound_messages, public.sms_routing_decisions, public.reply_windows, public.event_pcr_scores, public.event_notes,
                    public.contractor_action_items, public.action_item_updates, public.contractor_followup_schedules,
                    public.followup_settings, public.peer_match_delays, public.inbound_readings, public.vw_unanswered_messages, public.vw_action_items,
                    public.chat_requests, public.chat_prompts, public.vw_chat_costs, public.admin_users,
                    public.followup_days_off, public.event_followup_settings, public.event_summary_requests,
                    public.strategic_partners, public.partner_recommendations, public.vw_summaries_to_email
                to %I',
                v_role
            );
            execute format(
                'grant execute on function public.event_summary(bigint, bigint), public.draft_summary(bigint, bigint) to %I', v_role
            );
        end if;
    end loop;

    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_operator') then
        grant insert, update, delete on
            public.event_notes, public.contractor_action_items, public.contractor_followup_schedules, public.reply_windows,
            public.event_pcr_scores to pgcascade_operator;
        grant insert on public.inbound_messages, public.sms_routing_decisions to pgcascade_operator;
        grant update on public.followup_settings, public.inbound_readings to pgcascade_operator;
        grant insert, update, delete on public.chat_prompts, public.followup_days_off, public.event_followup_settings,
            public.event_summary_requests, public.strategic_partners, public.partner_recommendations to pgcascade_operator;
        for v_function in
            select function.oid::regprocedure
            from pg_catalog.pg_proc as function
            where function.pronamespace = 'public'::regnamespace
            and function.proname in (
                'opt_out', 'reply_to_text', 'settle_inbound_message', 'export_contractor', 'peers_to_ask', 'draft_introduction', 'check_in_days',
                'partners_to_recommend'
            )
        loop
            execute format('grant execute on function %s to pgcascade_operator', v_function);
        end loop;
    end if;
end
$$;
