-- pipeline.has_unfinished(from_id, before_id): whether an event of these ids waits, runs, or is put off.
--
-- Volatile, so that it sees what others have committed up to the moment of the call.
--
-- Arguments: from_id; before_id: the first id that is not meant.
-- Returns: whether there is one.
-- Reads:  pipeline.ready, pipeline.scheduled, pipeline.inflight, pipeline.unrouted, pipeline.parked
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.has_unfinished(from_id bigint, before_id bigint)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
begin atomic
    select exists (
        select from pipeline.ready where event_id >= from_id and event_id < before_id
        union all
        select from pipeline.scheduled where event_id >= from_id and event_id < before_id
        union all
        select from pipeline.inflight where event_id >= from_id and event_id < before_id
        union all
        select from pipeline.unrouted where event_id >= from_id and event_id < before_id
        union all
        select from pipeline.parked where event_id >= from_id and event_id < before_id
    );
end;

comment on function pipeline.has_unfinished(bigint, bigint) is 'Whether an event of these ids waits, runs, or is put off.';
