-- pipeline.ensure_partitions(): keeps partitions of the ledger ready ahead of the sequence.
--
-- A new partition is for an eighth of the ids that are kept, in whole millions, and for a million at least. Every claim plans over all
-- partitions and locks them and their indexes, so there must not be many: by this rule each makes the ledger an eighth longer, and it
-- takes 20 more until it is ten times as long (some 15 for 10 million ids, 37 for 100 million, 57 for 1,000 million). Retention drops whole
-- partitions, so none may hold much of what is kept, and when less is kept, the next are narrower again. What is kept is reckoned from what
-- stands below the sequence, not from the sequence, which may have leapt.
--
-- Events for which no partition was made in time are in pipeline_events_overflow; a million that has rows there stays there. Ranges that
-- stand are left as they are, whoever made them: a new one ends where the next begins.
--
-- Returns: how many partitions were made.
-- Reads:  marketing.pipeline_events_id_seq, marketing.pipeline_events_overflow, the catalog (through pipeline.ledger_partitions)
-- Writes: the partitions of marketing.pipeline_events
-- Locks:  an advisory lock, so that two daemons do not make the same one; then the ledger with its overflow partition, against everybody,
--         for the moment of attaching; gives way after 200 ms

create or replace function pipeline.ensure_partitions()
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
    c_million constant bigint := 1000000;
    -- More than are emitted between two calls.
    c_millions_ahead constant bigint := 5;
    c_parts_of_what_is_kept constant bigint := 8;
    v_last_id constant bigint := (select sequence.last_value from marketing.pipeline_events_id_seq as sequence);
    v_first_id bigint := v_last_id / c_million * c_million;
    v_enough constant bigint := v_first_id + c_millions_ahead * c_million;
    v_kept bigint;
    v_width bigint;
    v_obstacle record;
    v_before_id bigint;
    v_name text;
    v_made integer := 0;
begin
    if not pg_try_advisory_xact_lock(pipeline.worker_lock_class(), 0) then
        return 0;
    end if;

    select sum(least(partition.before_id, v_last_id) - greatest(partition.first_id, 0)) into v_kept
    from pipeline.ledger_partitions() as partition
    where partition.first_id < v_last_id;

    v_width := greatest(v_kept / c_parts_of_what_is_kept / c_million, 1) * c_million;

    while v_first_id < v_enough loop
        -- What stands here or comes next.
        select standing.first_id, standing.before_id into v_obstacle
        from (
            select partition.first_id, partition.before_id
            from pipeline.ledger_partitions() as partition
            where partition.before_id > v_first_id
            union all
            (
                select event.id / c_million * c_million, (event.id / c_million + 1) * c_million
                from marketing.pipeline_events_overflow as event
                where event.id >= v_first_id
                order by event.id
                limit 1
            )
        ) as standing
        order by standing.first_id
        limit 1;

        if v_obstacle.first_id <= v_first_id then
            v_first_id := v_obstacle.before_id;
            continue;
        end if;

        v_name := format('pipeline_events_%s', lpad((v_first_id / c_million)::text, 6, '0'));

        -- Another table has the name, perhaps one that was detached.
        if to_regclass(format('marketing.%I', v_name)) is not null then
            v_first_id := (v_first_id / c_million + 1) * c_million;
            continue;
        end if;

        v_before_id := least(v_first_id + v_width, v_obstacle.first_id);

        execute format(
            'create table marketing.%I partition of marketing.pipeline_events for values from (%s) to (%s) with (fillfactor = 45)',
            v_name, v_first_id, v_before_id
        );
        -- Its block-range index is summarised by vacuum: asking for it at each insert fills the server's log during large ones.
        execute format(
            'alter index %s set (autosummarize = off)',
            (
                select index.oid::regclass
                from pg_index as made
                join pg_class as index on index.oid = made.indexrelid
                join pg_am as access on access.oid = index.relam
                where made.indrelid = format('marketing.%I', v_name)::regclass
                and access.amname = 'brin'
            )
        );
        v_made := v_made + 1;
        v_first_id := v_before_id;
    end loop;

    return v_made;
end
$$;

comment on function pipeline.ensure_partitions() is 'Makes the next partitions of the ledger; the daemon calls it. Returns how many were made.';
