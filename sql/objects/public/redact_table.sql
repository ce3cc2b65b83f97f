-- public.redact_table(relation, pattern, marks): blacks out what the pattern finds in all texts and JSON of a table.
--
-- Arguments: relation; pattern: regular expression, in any case; marks: what else must be found in a row, as JSON, before anything in it is
--            blacked out; NULL: nothing.
-- Returns: how many rows held it.
-- Reads:  pg_catalog.pg_attribute, the table
-- Writes: the table
-- Locks:  the rows that hold it

drop function if exists public.redact_table(regclass, text);

create or replace function public.redact_table(relation regclass, pattern text, marks text default null)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_set text;
    v_where text;
    v_rows bigint;
begin
    select
        string_agg(
            format(
                case when is_json then '%1$I = public.redact_json(%1$I::jsonb, $1)' else '%1$I = public.redact(%1$I, $1)' end, name
            ),
            ', '
        ),
        string_agg(
            format(case when is_json then 'public.json_words(%1$I::jsonb) ~* $1' else '%1$I::text ~* $1' end, name), ' or '
        )
    into v_set, v_where
    from (
        select attribute.attname as name, attribute.atttypid in ('json'::regtype, 'jsonb'::regtype) as is_json
        from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = relation
        and attribute.attnum > 0
        and not attribute.attisdropped
        and attribute.attgenerated = ''
        and attribute.attname not in ('status', 'event_type')
        and attribute.atttypid in ('text'::regtype, 'varchar'::regtype, 'json'::regtype, 'jsonb'::regtype)
    ) as worded;

    if v_set is null then
        return 0;
    end if;

    execute format(
        'update %s as row set %s where (%s) and ($2 is null or public.json_words(to_jsonb(row)) ~* $2)', relation, v_set, v_where
    )
    using pattern, marks;
    get diagnostics v_rows = row_count;
    return v_rows;
end
$$;

comment on function public.redact_table(regclass, text, text) is 'Blacks out what the pattern finds in a table.';

revoke execute on function public.redact_table(regclass, text, text) from public;
