-- pipeline.drop_old_partitions(): drops partitions of the ledger that are older than pipeline.retention keeps them.
--
-- One at a time, the oldest first. A partition with an unfinished event stays, and so do those after it: events are dropped in their order.
-- Its age is that of the event which ended last. Finding that reads the whole partition, which may be large: a million ids at each call, so
-- that no transaction is long, and no further while what was read tells that it must stay. What was read is true until the server
-- counts a change of the partition; then it is read anew.
--
-- What is looked at may change until the lock is held: an event may be queued again. So it is looked at once more under the lock, which a
-- transaction with one snapshot for all of it cannot: it is refused.
--
-- Returns: nothing.
-- Reads:  the catalog (through pipeline.ledger_partitions), the server's counts of changes, pipeline.ready, pipeline.scheduled,
--         pipeline.inflight, pipeline.unrouted, pipeline.parked
-- Writes: pipeline.retention, partitions of marketing.pipeline_events
-- Locks:  the row of pipeline.retention; the ledger, against everybody, to drop one partition; gives way after 200 ms

create or replace function pipeline.drop_old_partitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- A wide partition of which nothing is known yet would be read from end to end.
set enable_seqscan = off
set lock_timeout = '200ms'
as $$
declare
    c_ids_at_once constant bigint := 1000000;
    v_retention constant pipeline.retention := (select retention from pipeline.retention);
    v_oldest_to_drop constant timestamptz := clock_timestamp() - v_retention.keep;
    v_oldest record;
    v_last_at timestamptz;
    v_changes bigint;
    v_read_to bigint;
begin
    if v_retention.keep is null then
        return;
    end if;

    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'a transaction that is % would drop events that were queued again meanwhile', current_setting('transaction_isolation')
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'Let the daemon''s role have it read committed: ALTER ROLE … SET default_transaction_isolation = ''read committed''.';
    end if;

    select partition.name, partition.first_id, partition.before_id into v_oldest
    from pipeline.ledger_partitions() as partition
    where partition.name ~ '^pipeline_events_\d+$'
    order by partition.first_id
    limit 1;

    -- Ids go up with time. The partition that is being filled is never dropped.
    if not found or v_oldest.before_id > (select sequence.last_value from marketing.pipeline_events_id_seq as sequence) then
        return;
    end if;

    -- Nothing ends before it was written: most often the last one tells for all.
    select event.created_at into v_last_at
    from marketing.pipeline_events as event
    where event.id >= v_oldest.first_id
    and event.id < v_oldest.before_id
    order by event.id desc
    limit 1;

    if v_last_at > v_oldest_to_drop then
        return;
    end if;

    select pg_stat_get_tuples_inserted(partition.oid) + pg_stat_get_tuples_updated(partition.oid) into v_changes
    from pg_class as partition
    where partition.oid = format('marketing.%I', v_oldest.name)::regclass;

    if v_retention.oldest_id between v_oldest.first_id and v_oldest.before_id and v_retention.oldest_changes = v_changes then
        v_read_to := v_retention.oldest_id;
        v_last_at := v_retention.oldest_finished_at;
    else
        v_read_to := v_oldest.first_id;
        v_last_at := null;
    end if;

    if v_last_at > v_oldest_to_drop or pipeline.has_unfinished(v_oldest.first_id, v_oldest.before_id) then
        return;
    end if;

    select greatest(v_last_at, max(greatest(event.created_at, event.processed_at))) into v_last_at
    from marketing.pipeline_events as event
    where event.id >= v_read_to
    and event.id < least(v_read_to + c_ids_at_once, v_oldest.before_id);

    v_read_to := least(v_read_to + c_ids_at_once, v_oldest.before_id);

    if v_read_to < v_oldest.before_id or v_last_at > v_oldest_to_drop then
        update pipeline.retention set oldest_id = v_read_to, oldest_finished_at = v_last_at, oldest_changes = v_changes;
        return;
    end if;

    lock table only marketing.pipeline_events in access exclusive mode;
    execute format('lock table marketing.%I in access exclusive mode', v_oldest.name);

    if not pipeline.has_unfinished(v_oldest.first_id, v_oldest.before_id) then
        execute format('drop table marketing.%I', v_oldest.name);
    end if;
end
$$;

comment on function pipeline.drop_old_partitions() is
    'Drops the oldest partition of the ledger when pipeline.retention does not keep it any more; daemons call it.';
