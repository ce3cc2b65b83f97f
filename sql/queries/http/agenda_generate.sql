-- http/agenda_generate: lays the agenda of an event out from its speakers and sponsors.
--
-- $1 bigint: event.
-- Columns: changed jsonb: inserted, updated, deleted, kept: items.
-- Reads:  what public.agenda_generate reads
-- Writes: what public.agenda_generate writes
-- Locks:  the event, then its items
select to_jsonb(changed) as changed
from public.agenda_generate($1) as changed
