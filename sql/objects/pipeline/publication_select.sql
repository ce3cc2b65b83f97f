-- pipeline.publication_select(publication, operation, changed): the SELECT that makes events of changed rows.
--
-- The one place that knows when a changed row is an event. On INSERT and DELETE: when the condition holds for it. On UPDATE: where
-- columns are named, when one of them changed and the condition holds; otherwise when the condition holds now and did not before,
-- so that an event means "this has just become so". Old and new versions of a row are paired by its key; one whose key changed counts as
-- new.
--
-- Arguments: publication; operation: insert, update or delete; changed: the relation with the changed rows, as SQL. For an update
--            there is also old_rows.
-- Returns: SQL, whose columns are event_type, payload, priority, run_at, parent_id, root_id.
-- Reads:  pg_catalog.pg_attribute
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.publication_select(publication pipeline.publications, operation text, changed text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_has_cause constant boolean := exists (
        select from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = publication.source
        and attribute.attname = 'caused_by'
        and attribute.atttypid in ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype)
        and not attribute.attisdropped
    );
    -- Unless told otherwise, an update was caused by the event that it wrote down itself, not by one from before.
    v_cause constant text := coalesce(
        publication.cause,
        case
            when not v_has_cause then 'null'
            when operation = 'update' then 'nullif(row.caused_by, old.caused_by)'
            else 'row.caused_by'
        end
    );
    -- One look-up by key for each row: a join could be planned as a scan of the ledger. A table that names no cause pays none.
    v_root constant text := case
        when v_cause = 'null' then 'null::bigint'
        else '(
                select coalesce(parent.root_id, parent.id)
                from marketing.pipeline_events as parent
                where parent.id = changed.parent_id
            )'
    end;
    v_due constant text := case
        when publication.delay = interval '0' then 'now()'
        else format('clock_timestamp() + interval %L', publication.delay)
    end;
    v_keys constant text := (select string_agg(format('row.%1$I = old.%1$I', name), ' and ') from unnest(publication.key_columns) as name);
    v_holds constant text := coalesce(publication.condition, 'true');
    v_became constant text := coalesce(
        (select string_agg(format('row.%1$I is distinct from old.%1$I', name), ' or ') from unnest(publication.columns) as name),
        '(select (' || publication.condition || ') from (select old.*) as row) is not true',
        '(row.* *= old.*) is not true'
    );
    v_where text := format('(%s)', v_holds);
    v_from text := format('%s as row', changed);
begin
    if operation = 'update' then
        v_from := format('%s left join old_rows as old on %s', v_from, v_keys);
        v_where := format(E'(%s)\n            and (old.%I is null or %s)', v_holds, publication.key_columns[1], v_became);
    end if;

    return format(
        $sql$
        select
            %L,
            case when jsonb_typeof(changed.payload) = 'object' then changed.payload else jsonb_build_object('payload', changed.payload) end
                || jsonb_build_object('trigger_time', clock_timestamp()),
            %s,
            %s,
            changed.parent_id,
            %s
        from (
            select (%s) as payload, (%s)::bigint as parent_id
            from %s
            where %s
            -- A fence: the payload is made once, not once for each time that it is named above.
            offset 0
        ) as changed
        $sql$,
        publication.event_type, publication.priority, v_due, v_root, publication.payload, v_cause, v_from, v_where
    );
end
$$;

comment on function pipeline.publication_select(pipeline.publications, text, text) is
    'The SELECT that turns changed rows into events, for the trigger function of a publication and for pipeline.backfill.';
