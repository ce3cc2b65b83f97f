-- public.export_contractor(contractor_id): everything that is kept about a person, as JSON.
--
-- Every table of the schema that names contractors, now or in the future, and what is kept by the person's number, unless somebody else has
-- it, too. What others answered is theirs, not the person's, and is left out.
--
-- Arguments: contractor_id.
-- Returns: an object with a list of rows for each table, and when it was made.
-- Reads:  pg_catalog.pg_attribute, pg_catalog.pg_class, public.contractors, public.event_attendees, and those tables
-- Writes: nothing
-- Locks:  none

create or replace function public.export_contractor(contractor_id bigint)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_export jsonb := jsonb_build_object('exported_at', now(), 'contractor_id', contractor_id);
    v_numbers text[];
    v_table record;
    v_rows jsonb;
begin
    select array_agg(distinct known.phone) into v_numbers
    from (
        select contractor.phone from public.contractors as contractor where contractor.id = export_contractor.contractor_id
        union all
        select attendee.real_phone from public.event_attendees as attendee where attendee.contractor_id = export_contractor.contractor_id
    ) as known
    where known.phone is not null
    and not public.is_number_of_others(known.phone, export_contractor.contractor_id);

    if not exists (select from public.contractors as contractor where contractor.id = export_contractor.contractor_id) then
        raise exception using
            errcode = 'PC001',
            message = format('There is no contractor %s.', export_contractor.contractor_id),
            hint = 'Look the number up: SELECT id, name FROM contractors WHERE phone = …';
    end if;

    for v_table in
        select
            class.oid::regclass as relation, class.relname as name,
            string_agg(
                format(
                    case attribute.attname when 'phone_number' then 'row.%I = any ($2)' else 'row.%I = $1' end, attribute.attname
                ),
                ' or '
            ) as condition
        from pg_catalog.pg_class as class
        join pg_catalog.pg_attribute as attribute on attribute.attrelid = class.oid
        where class.relnamespace = 'public'::regnamespace
        and class.relkind in ('r', 'p')
        and attribute.attnum > 0
        and not attribute.attisdropped
        and (
            attribute.attname in ('contractor_id', 'contractor1_id', 'contractor2_id')
            or class.relname = 'contractors' and attribute.attname = 'id'
            or attribute.attname = 'phone_number' and attribute.atttypid = 'text'::regtype
        )
        group by class.oid, class.relname
        order by class.relname
    loop
        execute format(
            'select jsonb_agg(
                to_jsonb(row)
                    - case when to_jsonb(row) ->> ''contractor1_id'' = $1::text then array[''contractor2_response'', ''feedback_contractor2''] else ''{}'' end
                    - case when to_jsonb(row) ->> ''contractor2_id'' = $1::text then array[''contractor1_response'', ''feedback_contractor1''] else ''{}'' end
            ) from %s as row where %s',
            v_table.relation, v_table.condition
        )
        into v_rows
        using export_contractor.contractor_id, coalesce(v_numbers, '{}');
        v_export := v_export || jsonb_build_object(v_table.name, coalesce(v_rows, '[]'));
    end loop;

    return v_export;
end
$$;

comment on function public.export_contractor(bigint) is 'Everything that is kept about a person, as JSON: SELECT jsonb_pretty(export_contractor(56)).';

revoke execute on function public.export_contractor(bigint) from public;
