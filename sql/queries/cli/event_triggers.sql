-- cli/event_triggers: the event triggers, found as the documentation finds them.
--
-- Returns: table, trigger_name, when it fires.
-- Reads:  information_schema.triggers
-- Locks:  none
select
    event_object_schema || '.' || event_object_table as "table",
    trigger_name::text,
    lower(string_agg(action_timing || ' ' || event_manipulation, ', ' order by event_manipulation)) as fires
from information_schema.triggers
where trigger_name like 'trigger_%event'
group by 1, 2
order by 1, 2
