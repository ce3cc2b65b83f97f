-- cli/adopt_functions: what moves the tables of an earlier system aside and copies their rows; for this session only.
--
-- Returns: nothing.
-- Reads:  pg_catalog
-- Writes: pg_temp; when called, the tables named by the caller
-- Locks:  none until called

-- pg_temp.set_aside(relations, views, functions): moves what has our names into the schema originals.
create or replace function pg_temp.set_aside(relations text[], views text[], functions text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_thing record;
begin
    create schema if not exists originals;
    comment on schema originals is 'What stood here before pgcascade was deployed with --adopt. Nothing reads it; drop it when you are sure.';

    create table if not exists originals.not_adopted (
        table_name text not null,
        "row" jsonb not null,
        reason text not null,
        noted_at timestamptz not null default clock_timestamp()
    );
    comment on table originals.not_adopted is 'Rows that were not copied, with the reason. They are in the original table still.';

    create table if not exists originals.adopted (
        table_name text primary key,
        rows_copied bigint not null,
        adopted_at timestamptz not null default clock_timestamp()
    );
    comment on table originals.adopted is 'Tables whose rows have been copied.';

    create table if not exists originals.slot_ids (
        old_id text primary key,
        new_id text not null
    );
    comment on table originals.slot_ids is 'Slots whose ids were not well-formed, and the ids that they have now.';

    for v_thing in
        select relation.oid::regclass as name, relation.relkind as kind
        from pg_catalog.pg_class as relation
        where relation.oid in (select to_regclass(name) from unnest(relations || views) as name)
        order by relation.relkind <> 'v', relation.oid
    loop
        if v_thing.kind = 'r' then
            execute format('alter table %s disable trigger user', v_thing.name);
        end if;
        -- A sequence that a table owns has moved with it.
        if v_thing.kind <> 'S' or not exists (
            select from pg_catalog.pg_depend as owned where owned.objid = v_thing.name and owned.deptype in ('a', 'i')
        ) then
            execute format(
                'alter %s %s set schema originals',
                case v_thing.kind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, v_thing.name
            );
        end if;
    end loop;

    for v_thing in
        select function.oid::regprocedure as name
        from pg_catalog.pg_proc as function
        where format('%s.%s', function.pronamespace::regnamespace, function.proname) = any (functions)
        and function.prokind = 'f'
    loop
        execute format('alter function %s set schema originals', v_thing.name);
    end loop;
end
$$;

-- pg_temp.adopt(target, defaults, changes): copies the rows of originals.<table> into the table of ours.
--
-- defaults fill what a row leaves empty; changes is SQL, jsonb, over the row as it was (old), and wins. Columns that only the original has are
-- added. A row that does not fit is noted with the reason.
create or replace function pg_temp.adopt(target regclass, defaults jsonb, changes text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name constant text := (select relation.relname from pg_catalog.pg_class as relation where relation.oid = target);
    v_source constant regclass := to_regclass(format('originals.%I', v_name));
    v_column record;
    v_columns text;
    v_row jsonb;
    v_changed jsonb;
    v_count bigint;
    v_copied bigint := 0;
    v_reason text;
begin
    if v_source is null or exists (select from originals.adopted as done where done.table_name = target::text) then
        return null;
    end if;

    for v_column in
        select theirs.attname as name, format_type(theirs.atttypid, theirs.atttypmod) as type
        from pg_catalog.pg_attribute as theirs
        where theirs.attrelid = v_source
        and theirs.attnum > 0
        and not theirs.attisdropped
        and not exists (
            select from pg_catalog.pg_attribute as ours
            where ours.attrelid = target and ours.attname = theirs.attname and not ours.attisdropped
        )
    loop
        execute format('alter table %s add column %I %s', target, v_column.name, v_column.type);
    end loop;

    select string_agg(format('%I', ours.attname), ', ' order by ours.attnum) into v_columns
    from pg_catalog.pg_attribute as ours
    where ours.attrelid = target
    and ours.attnum > 0
    and not ours.attisdropped
    and ours.attgenerated = '';

    execute format('alter table %s disable trigger user', target);

    for v_row in execute format(
        -- Of two rows with one key the newer one is kept.
        'select found."row" from (select jsonb_strip_nulls(to_jsonb(original)) as "row" from %s as original) as found order by found."row" -> ''id'' desc, found."row"',
        v_source
    )
    loop
        begin
            execute format('select $1 || $2 || (%s) from (select $2 as old) as original', changes) into v_changed using defaults, v_row;
            execute format(
                'insert into %1$s (%2$s) overriding system value select %2$s from jsonb_populate_record(null::%1$s, $1) on conflict do nothing',
                target, v_columns
            )
            using v_changed;
            get diagnostics v_count = row_count;
            v_copied := v_copied + v_count;
            v_reason := case when v_count = 0 then 'Another row has the same key.' end;
        exception
            when others then
                v_reason := sqlerrm;
        end;

        if v_reason is not null then
            insert into originals.not_adopted (table_name, "row", reason) values (target::text, v_row, v_reason);
        end if;
    end loop;

    execute format('alter table %s enable trigger user', target);

    -- New rows are numbered after the adopted ones.
    for v_column in
        select sequence.name, ours.attname as "column"
        from pg_catalog.pg_attribute as ours
        cross join lateral pg_get_serial_sequence(target::text, ours.attname) as sequence (name)
        where ours.attrelid = target
        and ours.attnum > 0
        and not ours.attisdropped
        and sequence.name is not null
    loop
        execute format(
            'select setval(%L, greatest(max(%I), (select last_value from %s))) from %s having max(%2$I) is not null',
            v_column.name, v_column.column, v_column.name, target
        );
    end loop;

    insert into originals.adopted (table_name, rows_copied) values (target::text, v_copied);
    return v_copied;
end
$$;
