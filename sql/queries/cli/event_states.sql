-- cli/event_states: what events are.
--
-- $1 bigint[]: ids.
-- Returns: id; status, NULL: there is no such event.
-- Reads:  marketing.pipeline_events (by id)
-- Locks:  none
select
    named.id,
    (select event.status from marketing.pipeline_events as event where event.id = named.id) as status
from unnest($1::bigint[]) as named (id)
order by named.id
