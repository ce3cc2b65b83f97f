-- public.agenda_generate(event_id, restore): lays the agenda of an event out from its speakers and sponsors.
--
-- By difference: an item that stays keeps its id, so texts that hang on it move with it; what a person entered or changed is kept, and
-- what a person deleted stays deleted, its time free. Doing it twice changes nothing. public.agenda_layout shows what it would lay out.
--
-- Arguments: event_id; restore: also lay out what people have deleted.
-- Returns: inserted, updated, deleted: items; kept: items of people, left alone.
-- Reads:  what agenda_layout reads
-- Writes: public.event_agenda_items, public.agenda_removals, public.events
-- Locks:  the event, then its items

drop function if exists public.agenda_generate(bigint);

create or replace function public.agenda_generate(
    event_id bigint, restore boolean default false, out inserted integer, out updated integer, out deleted integer, out kept integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform from public.events as event where event.id = agenda_generate.event_id for no key update;
    if not found then
        raise no_data_found using
            message = format('There is no event %s.', agenda_generate.event_id),
            hint = 'SELECT id, name FROM events ORDER BY id';
    elsif not exists (select from public.agenda_layout(agenda_generate.event_id))
        and not exists (select from public.event_agenda_items as item where item.event_id = agenda_generate.event_id)
    then
        raise no_data_found using
            message = format('Event %s has no speakers: there is nothing to lay out.', agenda_generate.event_id),
            hint = 'INSERT INTO event_speakers (event_id, name, session_title) VALUES (…), and the agenda lays itself out.';
    end if;

    if restore then
        delete from public.agenda_removals as removed where removed.event_id = agenda_generate.event_id;
    end if;

    -- Told to complete_agenda_item: these are not a person's changes.
    perform set_config('pgcascade.writer', 'agenda_generate', true);

    with
    wanted as materialized (
        select layout.*
        from public.agenda_layout(agenda_generate.event_id) as layout
        where not exists (
            select
            from public.agenda_removals as removed
            where removed.event_id = agenda_generate.event_id
            and removed.generation_key = layout.generation_key
        )
    ),
    dropped as (
        delete from public.event_agenda_items as item
        where item.event_id = agenda_generate.event_id
        and item.origin = 'generated'
        and item.generation_key not in (select wanted.generation_key from wanted)
        returning item.id
    ),
    changed as (
        update public.event_agenda_items as item
        set item_type = wanted.item_type,
            title = wanted.title,
            start_time = wanted.start_time,
            end_time = wanted.end_time,
            speaker_id = wanted.speaker_id,
            sponsor_id = wanted.sponsor_id,
            location = wanted.location,
            synopsis = wanted.synopsis
        from wanted
        where item.event_id = agenda_generate.event_id
        and item.origin = 'generated'
        and item.generation_key = wanted.generation_key
        and (
            item.item_type, item.title, item.start_time, item.end_time, item.speaker_id, item.sponsor_id, item.location, item.synopsis
        ) is distinct from (
            wanted.item_type, wanted.title, wanted.start_time, wanted.end_time, wanted.speaker_id, wanted.sponsor_id, wanted.location,
            wanted.synopsis
        )
        returning item.id
    ),
    added as (
        insert into public.event_agenda_items (
            event_id, generation_key, item_type, title, start_time, end_time, speaker_id, sponsor_id, location, synopsis, origin
        )
        select
            agenda_generate.event_id, wanted.generation_key, wanted.item_type, wanted.title, wanted.start_time, wanted.end_time,
            wanted.speaker_id, wanted.sponsor_id, wanted.location, wanted.synopsis, 'generated'
        from wanted
        where not exists (
            select from public.event_agenda_items as item
            where item.event_id = agenda_generate.event_id
            and item.generation_key = wanted.generation_key
        )
        order by wanted.start_time, wanted.generation_key
        returning id
    )
    select
        (select count(*) from added), (select count(*) from changed), (select count(*) from dropped),
        (
            select count(*) from public.event_agenda_items as item
            where item.event_id = agenda_generate.event_id
            and item.origin <> 'generated'
        )
    into inserted, updated, deleted, kept;

    perform set_config('pgcascade.writer', '', true);

    update public.events as event
    set agenda_status = 'confirmed'
    where event.id = agenda_generate.event_id
    and event.agenda_status <> 'confirmed';
end
$$;

comment on function public.agenda_generate(bigint, boolean) is
    'Lays the agenda of an event out from its speakers and sponsors; keeps what people entered, and leaves out what they deleted unless restore => true: SELECT * FROM agenda_generate(41).';
