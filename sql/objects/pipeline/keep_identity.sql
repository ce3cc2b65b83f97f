-- pipeline.keep_identity(): an event keeps its id and its type for life.
--
-- The hot tables, its copies and its children know it by them.
--
-- Returns: nothing; raises PC002.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.keep_identity()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'Event % keeps its id and its type %.', old.id, old.event_type
        using errcode = 'PC002', hint = 'Set its status to cancelled, and emit another: SELECT pipeline.emit(event_type, payload).';
end
$$;

comment on function pipeline.keep_identity() is 'Trigger function of the ledger: refuses another id or type for an event.';

create or replace trigger keep_identity
    before update of id, event_type on marketing.pipeline_events
    for each row
    when (new.id <> old.id or new.event_type <> old.event_type)
    execute function pipeline.keep_identity();
