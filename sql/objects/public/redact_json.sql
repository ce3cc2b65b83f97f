-- public.redact_json(value, pattern): JSON of the same shape in whose texts and numbers what the pattern finds is blacked out.
--
-- Arguments: value; pattern: regular expression, in any case.
-- Returns: the value.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.redact_json(value jsonb, pattern text)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if public.json_words(value) !~* pattern then
        return value;
    end if;

    return case jsonb_typeof(value)
        when 'object' then (
            select coalesce(jsonb_object_agg(public.redact(part.key, pattern), public.redact_json(part.value, pattern)), '{}')
            from jsonb_each(value) as part
        )
        when 'array' then (
            select coalesce(jsonb_agg(public.redact_json(part.value, pattern) order by part.place), '[]')
            from jsonb_array_elements(value) with ordinality as part (value, place)
        )
        else to_jsonb(public.redact(value #>> '{}', pattern))
    end;
end
$$;

comment on function public.redact_json(jsonb, text) is 'JSON in which what the pattern finds is blacked out.';
