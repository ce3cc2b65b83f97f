-- pipeline.refuse_keys(source, key_columns): columns that do not tell the rows of a table apart.
--
-- Old and new versions of updated rows are paired by them: a value that two rows have would pair every one with every other, and one that is
-- NULL pairs with nothing.
--
-- Arguments: source; key_columns: columns of it; NULL: it has no primary key.
-- Returns: nothing; raises invalid_parameter_value unless they are never NULL, and a unique index is over them or some of them.
-- Reads:  pg_catalog.pg_index, pg_catalog.pg_attribute
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.refuse_keys(source regclass, key_columns text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_list constant text := (select string_agg(quote_ident(name), ', ') from unnest(key_columns) as name);
    v_nullable constant text := (
        select string_agg(quote_ident(attribute.attname), ', ' order by attribute.attnum)
        from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = refuse_keys.source
        and attribute.attname = any (key_columns)
        and not attribute.attnotnull
    );
begin
    if key_columns is null then
        raise invalid_parameter_value using
            message = format('%s has no primary key, so old and new versions of its rows cannot be paired.', source),
            hint = 'Name columns that tell its rows apart: key_columns => ''{…}''.';
    elsif v_nullable is not null then
        raise invalid_parameter_value using
            message = format('key_columns of %s must never be NULL, and %s may be.', source, v_nullable),
            hint = format(
                'Name other columns, leave key_columns out where there is a primary key, or: ALTER TABLE %s ALTER COLUMN %s SET NOT NULL;',
                source, split_part(v_nullable, ', ', 1)
            );
    elsif not exists (
        select from pg_catalog.pg_index as key
        where key.indrelid = refuse_keys.source
        and key.indisunique
        and key.indisvalid
        and key.indpred is null
        and key.indexprs is null
        and not exists (
            select from pg_catalog.pg_attribute as attribute
            where attribute.attrelid = key.indrelid
            and attribute.attnum = any ((key.indkey::smallint[])[0:key.indnkeyatts - 1])
            and attribute.attname <> all (key_columns)
        )
    ) then
        raise invalid_parameter_value using
            message = format('key_columns of %s must tell its rows apart, and nothing says that (%s) is unique.', source, v_list),
            hint = format(
                'Name other columns, leave key_columns out where there is a primary key, or: ALTER TABLE %s ADD UNIQUE (%s);', source, v_list
            );
    end if;
end
$$;

comment on function pipeline.refuse_keys(regclass, text[]) is
    'Raises an error that says what to do, when columns do not tell the rows of a table apart.';
