-- pipeline.drop_old_partitions(): drops partitions of the ledger that are older than pipeline.retention keeps them.
--
-- One at a time, the oldest first. A partition with an unfinished event stays, and so do those after it: events are dropped in their order.
-- Its age is that of the event which ended last. Finding that reads the whole partition, so the answer is kept until it may have changed.
--
-- What is looked at may change until the lock is held: an event may be queued again. So it is looked at once more under the lock.
--
-- Returns: nothing.
-- Reads:  pg_catalog.pg_inherits, pipeline.ready, pipeline.scheduled, pipeline.inflight, pipeline.unrouted, pipeline.parked
-- Writes: pipeline.retention, partitions of marketing.pipeline_events
-- Locks:  the row of pipeline.retention; the ledger, against everybody, to drop one partition; gives way after 200 ms

create or replace function pipeline.drop_old_partitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
    c_ids_per_partition constant bigint := 1000000;
    v_retention constant pipeline.retention := (select retention from pipeline.retention);
    v_oldest_to_drop constant timestamptz := clock_timestamp() - v_retention.keep;
    v_name text;
    v_first bigint;
    v_last_at timestamptz;
begin
    if v_retention.keep is null then
        return;
    end if;

    select partition.relname, split_part(partition.relname, '_', 3)::bigint * c_ids_per_partition into v_name, v_first
    from pg_catalog.pg_inherits as link
    join pg_catalog.pg_class as partition on partition.oid = link.inhrelid
    where link.inhparent = 'marketing.pipeline_events'::regclass
    and partition.relname ~ '^pipeline_events_\d+$'
    order by 2
    limit 1;

    -- Ids go up with time. The partition that is being filled is never dropped.
    if v_name is null or v_first + c_ids_per_partition > (select sequence.last_value from marketing.pipeline_events_id_seq as sequence) then
        return;
    end if;

    -- Nothing ends before it was written: most often the last one tells for all.
    select event.created_at into v_last_at
    from marketing.pipeline_events as event
    where event.id >= v_first
    and event.id < v_first + c_ids_per_partition
    order by event.id desc
    limit 1;

    if v_last_at > v_oldest_to_drop
        or v_retention.oldest_id = v_first and v_retention.oldest_finished_at > v_oldest_to_drop
        or pipeline.has_unfinished(v_first, v_first + c_ids_per_partition)
    then
        return;
    end if;

    select max(greatest(event.created_at, event.processed_at)) into v_last_at
    from marketing.pipeline_events as event
    where event.id >= v_first
    and event.id < v_first + c_ids_per_partition;

    if v_last_at > v_oldest_to_drop then
        update pipeline.retention set oldest_id = v_first, oldest_finished_at = v_last_at;
        return;
    end if;

    lock table only marketing.pipeline_events in access exclusive mode;
    execute format('lock table marketing.%I in access exclusive mode', v_name);

    if not pipeline.has_unfinished(v_first, v_first + c_ids_per_partition) then
        execute format('drop table marketing.%I', v_name);
    end if;
end
$$;

comment on function pipeline.drop_old_partitions() is
    'Drops the oldest partition of the ledger when pipeline.retention does not keep it any more; daemons call it.';
