-- public.get_queue_stats(event_id): how many texts wait, are under way, are done.
--
-- Arguments: event_id, NULL: of all events.
-- Returns: waiting: due, for their account's turn; active: a call is being made; completed: sent or delivered; failed; delayed: not due yet;
--          total: waiting, active and delayed; uncertain: nobody knows whether they were sent; cancelled.
-- Reads:  public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.get_queue_stats(
    event_id bigint default null, out waiting bigint, out active bigint, out completed bigint, out failed bigint, out delayed bigint,
    out total bigint, out uncertain bigint, out cancelled bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        count(*) filter (where message.status = 'scheduled' and message.send_at <= clock_timestamp()),
        count(*) filter (where message.status = 'sending'),
        count(*) filter (where message.status in ('sent', 'delivered')),
        count(*) filter (where message.status = 'failed'),
        count(*) filter (where message.status = 'scheduled' and message.send_at > clock_timestamp()),
        count(*) filter (where message.status in ('scheduled', 'sending')),
        count(*) filter (where message.status = 'uncertain'),
        count(*) filter (where message.status = 'cancelled')
    from public.event_messages as message
    where message.direction = 'outbound'
    and (get_queue_stats.event_id is null or message.event_id = get_queue_stats.event_id)
$$;

comment on function public.get_queue_stats(bigint) is 'How many texts wait, are under way and are done: SELECT * FROM get_queue_stats().';
