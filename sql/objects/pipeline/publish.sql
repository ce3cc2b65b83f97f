-- pipeline.publish(source, event_type, …): from now on changes of a table are events.
--
-- One statement of a writer makes one INSERT of events, in its own transaction. Publishing again under the same trigger name replaces
-- what was published; publishing the same again changes nothing.
--
-- Expressions are SQL, see the changed row as `row` (for a delete, the row as it was) and run with the rights of the table's owner,
-- who thereby may emit: the right to INSERT into the ledger comes with it. Names in them are qualified with their schemas.
--
-- A statement on a partition itself, not on its table, fires that partition's own triggers. One that was made or attached later has them
-- from the next call of pipeline.sync_publications() on, which daemons make every twenty seconds: until then such a statement emits
-- nothing. Whoever writes to a new partition by its name calls it first, in the transaction that makes it.
--
-- Arguments: source: table, partitioned or not, but no partition;
--            event_type;
--            operations: which of insert, update, delete emit; default {insert};
--            columns: an update emits only when one of these changed; default: when anything did;
--            condition: SQL, boolean; an update emits when it holds now and did not before, where columns are named when it
--            holds; in an update's, old is the version before; default: always;
--            payload_columns ({}: none), or payload: SQL, jsonb; what is no object becomes {"payload": …}; default: the whole row.
--            trigger_time is added;
--            key_columns: tell rows apart, to pair old and new versions: unique together, and never NULL; default: the primary key;
--            priority: 1 first, 10 last; default 10;
--            delay: how long after the change the event is due; default 0;
--            cause: SQL, bigint, the event that caused the change; default: column caused_by where there is one;
--            trigger_name: trigger_…_event; default: made of event_type.
-- Returns: the names of its triggers.
-- Reads:  pg_catalog.pg_class, pg_catalog.pg_index, pg_catalog.pg_attribute
-- Writes: pipeline.publications
-- Locks:  the table, against writers, while triggers are made

create or replace function pipeline.publish(
    source regclass,
    event_type text,
    operations text[] default '{insert}',
    columns text[] default null,
    condition text default null,
    payload_columns text[] default null,
    payload text default null,
    key_columns text[] default null,
    priority integer default 10,
    delay interval default '0',
    cause text default null,
    trigger_name text default null
)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- Each once, in the order given.
    v_operations constant text[] := array(
        select lower(given.operation)
        from unnest(publish.operations) with ordinality as given (operation, place)
        group by lower(given.operation)
        order by min(given.place)
    );
    v_publication pipeline.publications;
    v_unknown text;
begin
    perform pipeline.refuse_as_source(publish.source);
    perform pipeline.refuse_arguments(
        publish.event_type, v_operations, publish.payload_columns, publish.payload, publish.key_columns, publish.priority, publish.delay,
        publish.trigger_name
    );

    select string_agg(quote_literal(name), ', ') into v_unknown
    from unnest(publish.columns || publish.payload_columns || publish.key_columns) as name
    where not exists (
        select from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = publish.source
        and attribute.attname = name
        and attribute.attnum > 0
        and not attribute.attisdropped
    );

    if v_unknown is not null then
        raise undefined_column using
            message = format('%s has no column %s.', publish.source, v_unknown),
            hint = format('Its columns: \d %s', publish.source);
    end if;

    v_publication.source := publish.source;
    v_publication.event_type := publish.event_type;
    v_publication.operations := v_operations;
    v_publication.columns := nullif(publish.columns, '{}');
    v_publication.condition := nullif(btrim(publish.condition), '');
    v_publication.payload := coalesce(
        nullif(btrim(publish.payload), ''),
        case when publish.payload_columns = '{}' then '''{}''::jsonb' end,
        '(select to_jsonb(chosen) from (select '
            || (select string_agg(format('row.%I', name), ', ') from unnest(publish.payload_columns) as name)
            || ') as chosen)',
        'to_jsonb(row.*)'
    );
    v_publication.key_columns := coalesce(
        publish.key_columns,
        (
            select array_agg(attribute.attname::text order by attribute.attnum)
            from pg_catalog.pg_index as key
            join pg_catalog.pg_attribute as attribute on attribute.attrelid = key.indrelid and attribute.attnum = any (key.indkey)
            where key.indrelid = publish.source
            and key.indisprimary
        )
    );
    v_publication.priority := publish.priority;
    v_publication.delay := publish.delay;
    v_publication.cause := publish.cause;
    v_publication.trigger_name := coalesce(
        publish.trigger_name,
        format('trigger_%s_event', left(btrim(regexp_replace(lower(publish.event_type), '[^a-z0-9]+', '_', 'g'), '_'), 40))
    );

    if 'update' = any (v_operations) then
        perform pipeline.refuse_keys(publish.source, v_publication.key_columns);
    end if;

    v_publication.id := pipeline.keep_publication(v_publication);
    perform pipeline.try_publication(v_publication);
    perform pipeline.install_publication(v_publication.id);
    perform pipeline.remove_publication_triggers(v_publication.id);

    return query
    select wanted.trigger_name
    from pipeline.publication_triggers(v_publication) as wanted
    where wanted.relation = publish.source;
end
$$;

comment on function pipeline.publish(regclass, text, text[], text[], text, text[], text, text[], integer, interval, text, text) is
    'Makes events of a table''s changes: SELECT pipeline.publish(''shop.orders'', ''order_paid'', operations => ''{insert,update}'', condition => ''row.paid''). Returns its triggers.';
