-- public.complete_agenda_item(): tells items that a person changed from those that were laid out.
--
-- agenda_generate says by a setting of its transaction that it is the writer; whoever else changes a laid out item makes it a
-- person's, and the next layout leaves it where it was put.
--
-- Returns: the row, completed.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_agenda_item()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();

    if tg_op = 'UPDATE'
        and new.origin = 'generated'
        and old.origin = 'generated'
        and coalesce(current_setting('pgcascade.writer', true), '') not in ('agenda_generate', 'follow_event')
    then
        new.origin := 'edited';
    end if;

    return new;
end
$$;

comment on function public.complete_agenda_item() is 'Trigger function of event_agenda_items: a laid out item that a person changes is left alone from then on.';

create or replace trigger complete_agenda_item
    before insert or update on public.event_agenda_items
    for each row
    execute function public.complete_agenda_item();
