-- pipeline.ledger_partitions(): which ids each partition of the ledger is for, as the catalog has it.
--
-- All but the overflow partition, also those that somebody made by hand.
--
-- Returns: name; first_id: from which id; before_id: the first id that it is not for. Without a bound: the least and the greatest number.
-- Reads:  pg_catalog.pg_inherits, pg_catalog.pg_class
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.ledger_partitions()
returns table (name text, first_id bigint, before_id bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        partition.relname,
        coalesce(nullif(bounds.texts[1], 'MINVALUE')::bigint, -9223372036854775808),
        coalesce(nullif(bounds.texts[2], 'MAXVALUE')::bigint, 9223372036854775807)
    from pg_inherits as link
    join pg_class as partition on partition.oid = link.inhrelid
    -- The default partition has none.
    cross join lateral regexp_match(
        pg_get_expr(partition.relpartbound, partition.oid), '^FOR VALUES FROM \(''?(-?\d+|MINVALUE)''?\) TO \(''?(-?\d+|MAXVALUE)''?\)$'
    ) as bounds (texts)
    where link.inhparent = 'marketing.pipeline_events'::regclass
    and bounds.texts is not null;
end;

comment on function pipeline.ledger_partitions() is 'Which ids each partition of the ledger is for; the overflow partition left out.';
