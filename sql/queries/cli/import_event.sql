-- cli/import_event: an event with its days, speakers and sponsors.
--
-- $1 jsonb: the event, an object; $2, $3, $4 jsonb: days, speakers, sponsors, arrays of objects.
-- Returns: event_id; speakers, sponsors: how many were in the file.
-- Reads:  nothing else
-- Writes: public.events, public.event_days, public.event_speakers, public.event_sponsors (by public.import_event)
-- Locks:  as public.import_event
with
imported as materialized (
    select public.import_event($1::jsonb, $2::jsonb, $3::jsonb, $4::jsonb) as event_id
)
select
    imported.event_id,
    jsonb_array_length($3::jsonb)::bigint as speakers,
    jsonb_array_length($4::jsonb)::bigint as sponsors
from imported
