-- public.complete_agenda_item(): tells items that a person changed from those that were laid out.
--
-- agenda_generate says by a setting of its transaction that it is the writer; whoever else changes what a layout says makes the item a
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
        and (
            (new.start_time, new.end_time, new.item_type, new.title, new.location, new.synopsis, new.status)
                is distinct from (old.start_time, old.end_time, old.item_type, old.title, old.location, old.synopsis, old.status)
            -- Without a speaker it is when the speaker is deleted; that is nobody's change of the agenda.
            or new.speaker_id <> old.speaker_id
        )
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
