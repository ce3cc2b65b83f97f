-- public.obey_cancel(event, what): an operator cancels texts of an event that were not sent.
--
-- Arguments: event; what: ALL or a type of texts, in any case.
-- Returns: the answer.
-- Reads:  nothing
-- Writes: public.event_messages
-- Locks:  the texts

create or replace function public.obey_cancel(event public.events, what text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_cancelled bigint;
begin
    update public.event_messages as message
    set status = 'cancelled', skip_reason = 'An operator cancelled it by text.'
    where message.event_id = event.id
    and message.status in ('draft', 'scheduled')
    and lower(what) in ('all', message.message_type);
    get diagnostics v_cancelled = row_count;

    return format('%s: %s texts cancelled.', event.name, v_cancelled);
end
$$;

comment on function public.obey_cancel(public.events, text) is 'An operator cancels texts of an event that were not sent.';

revoke execute on function public.obey_cancel(public.events, text) from public;
