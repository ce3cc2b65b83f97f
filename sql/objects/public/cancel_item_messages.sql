-- public.cancel_item_messages(): what a person has scheduled about a session is cancelled when the session is.
--
-- The agenda's own texts follow by agenda_sync, which also knows how to bring them back. An organiser's own words (category admin) and
-- answers stay: they may be about the cancellation; so does what the matching of peers moves itself.
--
-- Returns: the row (row trigger).
-- Reads:  public.message_types
-- Writes: public.event_messages
-- Locks:  the texts in the order of their ids

create or replace function public.cancel_item_messages()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.event_messages as message
    set status = 'cancelled', skip_reason = 'The agenda item was cancelled.'
    from (
        select held.id
        from public.event_messages as held
        where held.agenda_item_id = old.id
        and held.planned_by is distinct from 'agenda'
        and held.direction = 'outbound'
        and held.status in ('draft', 'scheduled', 'sending')
        and not exists (
            select
            from public.message_types as type
            where type.message_type = held.message_type
            and type.category in ('admin', 'reply', 'peer_matching')
        )
        order by held.id
        for update of held
    ) as unsent
    where message.id = unsent.id;

    return coalesce(new, old);
end
$$;

comment on function public.cancel_item_messages() is 'Trigger function of event_agenda_items: texts by hand about a session are cancelled with it.';

create or replace trigger cancel_item_messages
    after update of status on public.event_agenda_items
    for each row
    when (new.status = 'cancelled' and old.status <> 'cancelled')
    execute function public.cancel_item_messages();

-- Before, because afterwards the texts do not name it any more.
create or replace trigger cancel_deleted_item_messages
    before delete on public.event_agenda_items
    for each row
    execute function public.cancel_item_messages();
