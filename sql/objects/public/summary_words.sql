-- public.summary_words(summary): the summary of an event as values of the template event_summary: a few words of each thing.
--
-- Arguments: summary: as event_summary makes it.
-- Returns: JSON object: event, people, to_do, sessions, notes, is_empty.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.summary_words(summary jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select jsonb_strip_nulls(jsonb_build_object(
        'event', summary ->> 'event', 'people', part.people, 'to_do', part.to_do, 'sessions', part.sessions, 'notes', part.notes,
        'is_empty', case when num_nonnulls(part.people, part.to_do, part.sessions, part.notes) = 0 then true end
    ))
    from (
        select
            (
                select string_agg(
                    concat_ws(' ', person ->> 'name', '(' || (person ->> 'company') || ')', person ->> 'phone', person ->> 'email'), ', '
                    order by place
                )
                from jsonb_array_elements(summary -> 'people') with ordinality as listed (person, place)
                where place <= 5
            ) as people,
            (
                select string_agg(left(item ->> 'title', 60), '; ' order by place)
                from jsonb_array_elements(summary -> 'to_do') with ordinality as listed (item, place)
                where place <= 5
                and item ->> 'status' <> 'completed'
            ) as to_do,
            (
                select string_agg(
                    format('%s (%s)', left(session ->> 'title', 40), left(session #>> '{notes,0}', 60)), '; ' order by place
                )
                from jsonb_array_elements(summary -> 'sessions') with ordinality as listed (session, place)
                where place <= 5
            ) as sessions,
            (
                select string_agg(left(note, 60), '; ' order by place)
                from jsonb_array_elements_text(summary -> 'notes') with ordinality as listed (note, place)
                where place <= 3
            ) as notes
    ) as part;
end;

comment on function public.summary_words(jsonb) is 'The summary of an event as values of the template event_summary.';
