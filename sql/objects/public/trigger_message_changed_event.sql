-- trigger_message_changed_event, public.follow_messages(): keeps the schedule in step with texts that are moved, cancelled, held or scheduled again.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_messages, new_messages (transition tables)
-- Writes: marketing.pipeline_events, also by public.cancel_message_events, public.move_message_events and public.note_sending_plan
-- Locks:  events of the texts that nobody else holds, in the order of their ids

create or replace function public.follow_messages()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- One plan serves for one row and for 100,000: both sides are read once, never one for each row of the other.
set enable_nestloop = off
as $$
declare
    v_ended bigint[];
    v_emitted bigint[];
    v_moved bigint[];
    v_run_ats timestamptz[];
    v_priorities smallint[];
    v_deadlines timestamptz[];
begin
    with changes as (
        select
            former.pipeline_event_id as former_event_id,
            message.pipeline_event_id as event_id,
            message.send_at,
            message.priority,
            message.queued_at,
            message.expires_at,
            former.status = 'scheduled'
                and former.pipeline_event_id is not null
                and (
                    message.status in ('cancelled', 'draft', 'failed')
                    or message.pipeline_event_id is distinct from former.pipeline_event_id
                ) as is_ended,
            message.status = 'scheduled'
                and message.direction = 'outbound'
                and message.pipeline_event_id is not null
                and message.pipeline_event_id is distinct from former.pipeline_event_id as is_emitted,
            former.status = 'scheduled'
                and message.status = 'scheduled'
                and message.pipeline_event_id = former.pipeline_event_id
                and (
                    message.send_at <> former.send_at
                    or message.priority <> former.priority
                    or message.queued_at is not null and message.expires_at <> former.expires_at
                ) as is_moved
        from old_messages as former
        join new_messages as message on message.id = former.id
    )
    select
        array_agg(changes.former_event_id) filter (where changes.is_ended),
        array_agg(changes.event_id) filter (where changes.is_emitted),
        array_agg(changes.event_id) filter (where changes.is_moved),
        array_agg(case when changes.queued_at is null then changes.send_at end) filter (where changes.is_moved),
        array_agg(changes.priority) filter (where changes.is_moved),
        array_agg(case when changes.queued_at is not null then changes.expires_at end) filter (where changes.is_moved)
    into v_ended, v_emitted, v_moved, v_run_ats, v_priorities, v_deadlines
    from changes
    where changes.is_ended or changes.is_emitted or changes.is_moved;

    -- Only for the join above; what follows goes by keys, here and in the triggers of the ledger.
    perform set_config('enable_nestloop', 'on', true);

    if v_ended is not null then
        perform public.cancel_message_events(v_ended, 'The text was cancelled, or has a new event.');
    end if;
    if v_moved is not null then
        perform public.move_message_events(v_moved, v_run_ats, v_priorities, v_deadlines);
        perform public.note_sending_plan(cardinality(v_moved), false);
    end if;

    if v_emitted is not null then
        insert into marketing.pipeline_events (id, event_type, payload, run_at, priority, deadline, parent_id, root_id)
        select
            message.pipeline_event_id,
            public.message_event_type(message.channel, message.queued_at is not null, message.account),
            jsonb_build_object('record_id', message.id, 'message_type', message.message_type),
            coalesce(message.queued_at, message.send_at),
            message.priority,
            -- Only those that wait for a turn of their account wait in a queue that looks at it.
            case when message.queued_at is not null then message.expires_at end,
            message.caused_by,
            (
                select coalesce(parent.root_id, parent.id)
                from marketing.pipeline_events as parent
                where parent.id = message.caused_by
            )
        from new_messages as message
        where message.pipeline_event_id = any (v_emitted)
        order by message.pipeline_event_id;
    end if;

    return null;
end
$$;

comment on function public.follow_messages() is 'Trigger function of event_messages: moves, cancels and renews the events of changed texts.';

create or replace trigger trigger_message_changed_event
    after update on public.event_messages
    referencing old table as old_messages new table as new_messages
    for each statement
    execute function public.follow_messages();
