-- public.summary_text(summary): the summary of an event in words, for an e-mail.
--
-- Arguments: summary: as event_summary makes it.
-- Returns: paragraphs.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.summary_text(summary jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select concat_ws(
        E'\n\n',
        format('Hi %s,', summary ->> 'first_name'),
        case
            when part.people is null and part.to_do is null and part.sessions is null and part.notes is null
                then format('you have no notes from %s.', summary ->> 'event')
            else format('this is what you brought home from %s.', summary ->> 'event')
        end,
        E'People you met\n' || part.people, E'To do\n' || part.to_do, part.sessions, E'Notes\n' || part.notes
    )
    from (
        select
            (
                select string_agg(
                    '- ' || concat_ws(', ', person ->> 'name', person ->> 'company', person ->> 'phone', person ->> 'email'), E'\n' order by place
                )
                from jsonb_array_elements(summary -> 'people') with ordinality as listed (person, place)
            ) as people,
            (
                select string_agg(
                    '- ' || (item ->> 'title') || coalesce(' (until ' || (item ->> 'due_date') || ')', '')
                        || case item ->> 'status' when 'completed' then ': done' else '' end,
                    E'\n' order by place
                )
                from jsonb_array_elements(summary -> 'to_do') with ordinality as listed (item, place)
            ) as to_do,
            (
                select string_agg(
                    (session ->> 'title') || coalesce(' with ' || (session ->> 'speaker'), '') || E'\n' || (
                        select string_agg('- ' || note, E'\n' order by nth)
                        from jsonb_array_elements_text(session -> 'notes') with ordinality as noted (note, nth)
                    ),
                    E'\n\n' order by place
                )
                from jsonb_array_elements(summary -> 'sessions') with ordinality as listed (session, place)
            ) as sessions,
            (
                select string_agg('- ' || note, E'\n' order by place)
                from jsonb_array_elements_text(summary -> 'notes') with ordinality as listed (note, place)
            ) as notes
    ) as part;
end;

comment on function public.summary_text(jsonb) is 'The summary of an event in words: SELECT summary_text(event_summary(56, 41));';
