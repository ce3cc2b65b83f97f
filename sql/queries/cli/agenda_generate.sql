-- cli/agenda_generate: lays the agenda of an event out.
--
-- $1 bigint: the event; $2 boolean: also what people have deleted.
-- Returns: inserted, updated, deleted, kept: items.
-- Reads:  what public.agenda_generate reads
-- Writes: public.event_agenda_items, public.events (by public.agenda_generate)
-- Locks:  as public.agenda_generate
select generated.inserted, generated.updated, generated.deleted, generated.kept
from public.agenda_generate($1::bigint, $2::boolean) as generated
