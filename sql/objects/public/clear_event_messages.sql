-- public.clear_event_messages(event_id, contractor_id): cancels all texts of an event, or of one person there, that have not been sent.
--
-- Arguments: event_id; contractor_id, NULL: of everybody.
-- Returns: how many were cancelled.
-- Reads:  nothing
-- Writes: public.event_messages; by its triggers marketing.pipeline_events
-- Locks:  the texts, in the order of their ids

create or replace function public.clear_event_messages(event_id bigint, contractor_id bigint default null)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with
    unsent as materialized (
        select message.id
        from public.event_messages as message
        where message.event_id = clear_event_messages.event_id
        and (clear_event_messages.contractor_id is null or message.contractor_id = clear_event_messages.contractor_id)
        and message.status in ('draft', 'scheduled', 'sending')
        order by message.id
        for update
    ),
    cleared as (
        update public.event_messages as message
        set status = 'cancelled'
        from unsent
        where message.id = unsent.id
        returning message.status
    )
    select count(*) from cleared where cleared.status = 'cancelled'
$$;

comment on function public.clear_event_messages(bigint, bigint) is
    'Cancels all unsent texts of an event: SELECT clear_event_messages(41). Returns how many.';
