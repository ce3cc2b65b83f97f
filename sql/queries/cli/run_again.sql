-- cli/run_again: a fresh start for events that are finished, also those that went well.
--
-- $1 bigint[]: ids.
-- Returns: id, event_type of those that were changed; one that waits or runs is left as it is.
-- Writes: marketing.pipeline_events; by its trigger the hot tables and marketing.pipeline_errors
-- Locks:  the events, in the order of their ids
with
locked as materialized (
    select event.id
    from marketing.pipeline_events as event
    where event.id = any ($1::bigint[])
    and event.status in ('processed', 'failed', 'cancelled')
    order by event.id
    for update
)
update marketing.pipeline_events as event
set status = 'pending'
from locked
where event.id = locked.id
returning event.id, event.event_type
