-- public.attendee_lines(attendees): the lines of a file of attendees, read and judged.
--
-- Arguments: attendees: JSON array of objects of texts.
-- Returns: line: from 1; key: the e-mail address, without one phone and name, by which the person is found; person: as a row of
--          public.contractors, without id; opted_in; reason: why it is refused, NULL: it is not.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.attendee_lines(attendees jsonb)
returns table (line bigint, key text, person public.contractors, opted_in boolean, reason text)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    cells as (
        select
            line.place,
            public.without_blanks(line.said) as said,
            coalesce(
                nullif(btrim(line.said ->> 'name'), ''),
                nullif(btrim(concat_ws(' ', btrim(line.said ->> 'first_name'), btrim(line.said ->> 'last_name'))), '')
            ) as name,
            nullif(btrim(line.said ->> 'email'), '') as email,
            nullif(btrim(line.said ->> 'phone'), '') as phone,
            lower(btrim(coalesce(line.said ->> 'sms_opt_in', ''))) as opted_in
        from jsonb_array_elements(attendee_lines.attendees) with ordinality as line (said, place)
    )
    select
        cells.place,
        coalesce(lower(cells.email), public.phone_of(cells.phone) || lower(cells.name)),
        jsonb_populate_record(
            null::public.contractors,
            -- Texts, whatever they look like; a list stays one.
            (select coalesce(jsonb_object_agg(cell.key, cell.value #>> '{}'), '{}') from jsonb_each(cells.said) as cell)
                - '{id,sms_opt_in,sms_opt_in_at,created_at,updated_at}'::text[]
                || jsonb_build_object('name', cells.name, 'email', cells.email, 'phone', public.phone_of(cells.phone))
        ),
        cells.opted_in in ('yes', 'y', 'true', 't', '1'),
        case
            when cells.name is null then 'It has no name.'
            when cells.phone is not null and public.phone_of(cells.phone) is null
                then 'The phone is none: write it with + and the country, such as +15125550123.'
            when cells.email !~ '^[^@\s]+@[^@\s]+$' then 'The e-mail address is none.'
            when coalesce(cells.email, cells.phone) is null then 'It has neither an e-mail address nor a phone.'
            when cells.opted_in not in ('', 'yes', 'y', 'true', 't', '1', 'no', 'n', 'false', 'f', '0')
                then 'sms_opt_in is neither yes nor no.'
        end
    from cells;
end;

comment on function public.attendee_lines(jsonb) is 'The lines of a file of attendees, read and judged, for import_attendees.';
