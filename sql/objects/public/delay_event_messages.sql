-- public.delay_event_messages(event_id, delay, message_type): puts off all texts of an event that are still to come.
--
-- What the agenda plans follows the agenda at its next change: to put off a day, move its items.
--
-- Arguments: event_id; delay: negative brings them forward; message_type: only these, NULL: all.
-- Returns: how many were moved.
-- Reads:  nothing
-- Writes: public.event_messages; by its triggers marketing.pipeline_events
-- Locks:  the texts, in the order of their ids

create or replace function public.delay_event_messages(event_id bigint, delay interval default '15 minutes', message_type text default null)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with
    unsent as materialized (
        select message.id
        from public.event_messages as message
        where message.event_id = delay_event_messages.event_id
        and (delay_event_messages.message_type is null or message.message_type = delay_event_messages.message_type)
        and message.status = 'scheduled'
        order by message.id
        for update
    ),
    moved as (
        update public.event_messages as message
        set scheduled_time = message.scheduled_time + delay_event_messages.delay
        from unsent
        where message.id = unsent.id
        returning message.id
    )
    select count(*) from moved
$$;

comment on function public.delay_event_messages(bigint, interval, text) is
    'Puts off an event''s unsent texts: SELECT delay_event_messages(41, ''20 minutes''). Returns how many.';
