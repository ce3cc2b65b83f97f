-- message_grants: what the roles for people may do with texts.
--
-- pgcascade_reader sees them; pgcascade_operator schedules, moves, cancels and settles them, edits types, templates, hours and caps, and
-- pauses accounts, but says neither where an account leads nor what an attempt came to.
--
-- Reads:  pg_roles
-- Writes: nothing
-- Locks:  none

do $$
declare
    v_function regprocedure;
begin
    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_reader') then
        grant usage on schema public to pgcascade_reader;
        grant select on
            public.event_messages, public.message_attempts, public.message_types, public.message_templates, public.message_caps,
            public.sending_accounts, public.event_messaging, public.quiet_windows, public.sms_subscriptions, public.sms_consents,
            public.vw_uncertain_messages, public.vw_conversation, public.vw_sending_accounts to pgcascade_reader;
    end if;

    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_operator') then
        grant usage on schema public to pgcascade_operator;
        grant select on
            public.event_messages, public.message_attempts, public.message_types, public.message_templates, public.message_caps,
            public.sending_accounts, public.event_messaging, public.quiet_windows, public.sms_subscriptions, public.sms_consents,
            public.vw_uncertain_messages, public.vw_conversation, public.vw_sending_accounts to pgcascade_operator;
        grant insert, delete on public.event_messages to pgcascade_operator;
        -- Not what the stages keep: a made-up pipeline_event_id would take another row's event.
        revoke update on public.event_messages from pgcascade_operator;
        grant update (
            event_id, contractor_id, message_type, message_category, scheduled_time, message_content, personalization_data,
            response_received, response_time, sentiment_score, pcr_score, action_taken, status, error_message, ghl_contact_id, phone,
            ghl_location_id, channel, from_email, to_email, subject, priority, expires_at, dedupe_key, agenda_item_id, skip_reason
        ) on public.event_messages to pgcascade_operator;
        grant insert, update, delete on
            public.message_types, public.message_templates, public.message_caps, public.event_messaging,
            public.quiet_windows to pgcascade_operator;
        grant insert, update on public.sms_subscriptions to pgcascade_operator;
        grant update (rate, period, concurrency, max_attempts, first_wait, paused, test_number, keeps_emoji, description)
            on public.sending_accounts to pgcascade_operator;
        grant usage on sequence public.event_messages_id_seq, public.message_templates_id_seq to pgcascade_operator;
        for v_function in
            select function.oid::regprocedure
            from pg_catalog.pg_proc as function
            where function.pronamespace = 'public'::regnamespace
            and function.proname in (
                'resolve_message', 'retry_message', 'record_delivery', 'block_number', 'schedule_all_event_messages'
            )
        loop
            execute format('grant execute on function %s to pgcascade_operator', v_function);
        end loop;
    end if;
end
$$;
