-- pipeline.drop_old_partitions(): drops partitions of the ledger that are older than pipeline.retention keeps them.
--
-- One at a time, the oldest first. A partition with an unfinished event stays, and so do those after it: events are dropped in their order.
--
-- Returns: nothing.
-- Reads:  pipeline.retention, pg_catalog.pg_inherits, pipeline.ready, pipeline.scheduled, pipeline.inflight, pipeline.unrouted, pipeline.parked
-- Writes: partitions of marketing.pipeline_events
-- Locks:  the ledger, against everybody, to drop one partition; gives way after 200 ms

create or replace function pipeline.drop_old_partitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
    c_ids_per_partition constant bigint := 1000000;
    v_keep constant interval := (select retention.keep from pipeline.retention);
    v_name text;
    v_first bigint;
    v_last_at timestamptz;
begin
    if v_keep is null then
        return;
    end if;

    select partition.relname, split_part(partition.relname, '_', 3)::bigint * c_ids_per_partition into v_name, v_first
    from pg_catalog.pg_inherits as link
    join pg_catalog.pg_class as partition on partition.oid = link.inhrelid
    where link.inhparent = 'marketing.pipeline_events'::regclass
    and partition.relname ~ '^pipeline_events_\d+$'
    order by 2
    limit 1;

    -- Ids go up with time, so the last one tells for all. The partition that is being filled is never dropped.
    if v_first + c_ids_per_partition > (select sequence.last_value from marketing.pipeline_events_id_seq as sequence) then
        return;
    end if;

    select event.created_at into v_last_at
    from marketing.pipeline_events as event
    where event.id >= v_first
    and event.id < v_first + c_ids_per_partition
    order by event.id desc
    limit 1;

    if v_last_at > clock_timestamp() - v_keep or exists (
        select from pipeline.ready where event_id >= v_first and event_id < v_first + c_ids_per_partition
        union all
        select from pipeline.scheduled where event_id >= v_first and event_id < v_first + c_ids_per_partition
        union all
        select from pipeline.inflight where event_id >= v_first and event_id < v_first + c_ids_per_partition
        union all
        select from pipeline.unrouted where event_id >= v_first and event_id < v_first + c_ids_per_partition
        union all
        select from pipeline.parked where event_id >= v_first and event_id < v_first + c_ids_per_partition
    ) then
        return;
    end if;

    execute format('drop table marketing.%I', v_name);
end
$$;

comment on function pipeline.drop_old_partitions() is
    'Drops the oldest partition of the ledger when pipeline.retention does not keep it any more; daemons call it.';
