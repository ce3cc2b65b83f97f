-- pipeline.ensure_partitions(): keeps partitions of the ledger ready ahead of the sequence.
--
-- One partition holds a million ids. Events for which none was made in time are in pipeline_events_overflow; a range that has
-- rows there stays there.
--
-- Returns: how many partitions were made.
-- Reads:  marketing.pipeline_events_id_seq, marketing.pipeline_events_overflow
-- Writes: the partitions of marketing.pipeline_events
-- Locks:  an advisory lock, so that two daemons do not make the same one; then the overflow partition, for the moment of attaching

create or replace function pipeline.ensure_partitions()
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
    c_ids_per_partition constant bigint := 1000000;
    c_partitions_ahead constant bigint := 5;
    v_current bigint;
    v_first bigint;
    v_name text;
    v_made integer := 0;
begin
    if not pg_try_advisory_xact_lock(pipeline.worker_lock_class(), 0) then
        return 0;
    end if;

    select sequence.last_value / c_ids_per_partition into v_current
    from marketing.pipeline_events_id_seq as sequence;

    for v_number in v_current .. v_current + c_partitions_ahead - 1 loop
        v_name := format('pipeline_events_%s', lpad(v_number::text, 6, '0'));
        v_first := v_number * c_ids_per_partition;

        continue when to_regclass(format('marketing.%I', v_name)) is not null;
        continue when exists (
            select from marketing.pipeline_events_overflow as event
            where event.id >= v_first and event.id < v_first + c_ids_per_partition
        );

        execute format(
            'create table marketing.%I partition of marketing.pipeline_events for values from (%s) to (%s) with (fillfactor = 45)',
            v_name, v_first, v_first + c_ids_per_partition
        );
        v_made := v_made + 1;
    end loop;

    return v_made;
end
$$;

comment on function pipeline.ensure_partitions() is 'Makes the next partitions of the ledger; the daemon calls it. Returns how many were made.';
