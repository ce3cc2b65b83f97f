-- pipeline.suspect(stage_ids): has the events that a death may have interrupted run alone.
--
-- Work in the database leaves no trace when it is cut off but one: the rows of its batch, which the transaction had deleted, still name it, and
-- it rolled back. A batch that was given up for another reason looks the same, and running it one by one does no harm.
--
-- Arguments: stage_ids: the stages that a dead daemon ran in the database.
-- Returns: how many events will run alone.
-- Reads:  pipeline.stages, pipeline.waiting_keys
-- Writes: pipeline.ready, pipeline.parked
-- Locks:  the rows; one whose transaction is about to end is waited for, for a moment

create or replace function pipeline.suspect(stage_ids smallint[])
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
set lock_timeout = '250ms'
as $$
declare
    -- Batches stand at the head of the queue: it is not searched to its end.
    c_looked_at constant integer := 20000;
    v_status text;
    v_marked bigint := 0;
    v_count bigint;
begin
    foreach v_status in array array['aborted', 'in progress'] loop
        begin
            update pipeline.ready
            set alone = true,
                requeued = true
            where ready.ctid = any (
                array(
                    select head.place
                    from unnest(stage_ids) as stage (id)
                    cross join lateral (
                        select first.ctid as place, first.xmax as deleted_by
                        from pipeline.ready as first
                        where first.stage_id = stage.id
                        and not first.alone
                        order by first.stage_id, first.priority, first.event_id
                        limit c_looked_at
                    ) as head
                    where pipeline.fate_of(head.deleted_by) = v_status
                )
            )
            and not ready.alone;
            get diagnostics v_count = row_count;
            v_marked := v_marked + v_count;

            update pipeline.parked
            set alone = true
            where parked.event_id = any (
                array(
                    select head.event_id
                    from unnest(stage_ids) as stage (id)
                    cross join lateral pipeline.parked_heads(stage.id) as head
                    where pipeline.fate_of(head.deleted_by) = v_status
                )
            )
            and not parked.alone;
            get diagnostics v_count = row_count;
            v_marked := v_marked + v_count;
        exception
            -- It works, and takes long: it is alive.
            when lock_not_available then null;
        end;
    end loop;

    return v_marked;
end
$$;

comment on function pipeline.suspect(smallint[]) is 'Has the events that a death may have interrupted run alone.';
