-- public.keep_agenda_removals(): laid out items that somebody deleted are remembered, so that they are not laid out again.
--
-- Not those that a layout drops itself, nor those that go together with their event.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_items (transition table), public.events
-- Writes: public.agenda_removals
-- Locks:  none

create or replace function public.keep_agenda_removals()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if coalesce(current_setting('pgcascade.writer', true), '') = 'agenda_generate' then
        return null;
    end if;

    insert into public.agenda_removals (event_id, generation_key, removed_by)
    select former.event_id, former.generation_key, session_user
    from old_items as former
    where former.generation_key is not null
    and exists (select from public.events as event where event.id = former.event_id)
    on conflict do nothing;

    return null;
end
$$;

comment on function public.keep_agenda_removals() is 'Trigger function of event_agenda_items: remembers laid out items that somebody deleted.';

create or replace trigger keep_agenda_removals
    after delete on public.event_agenda_items
    referencing old table as old_items
    for each statement
    execute function public.keep_agenda_removals();
