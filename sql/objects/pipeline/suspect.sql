-- pipeline.suspect(stage_ids): has the events that a death may have interrupted run alone.
--
-- Work in the database leaves no trace when it is cut off but one: the rows of its batch, which the transaction had deleted, still name it, and
-- it rolled back. A batch that was given up for another reason looks the same, and running it one by one does no harm.
--
-- Arguments: stage_ids: the stages that a dead daemon ran in the database.
-- Returns: how many events will run alone.
-- Reads:  nothing
-- Writes: pipeline.ready
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
    -- Transaction numbers in a row are 32 bits of them; the others are those of now, or one less.
    c_era constant bigint := 4294967296;
    v_next constant bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
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
                    select named.place
                    from unnest(stage_ids) as stage (id)
                    cross join lateral (
                        select head.ctid as place, v_next - v_next % c_era + head.xmax::text::bigint as xid
                        from pipeline.ready as head
                        where head.stage_id = stage.id
                        and not head.alone
                        order by head.stage_id, head.priority, head.event_id
                        limit c_looked_at
                    ) as named
                    where pg_xact_status(
                        case
                            when named.xid % c_era <= 2 or named.xid >= v_next and named.xid < c_era then null
                            when named.xid >= v_next then named.xid - c_era
                            else named.xid
                        end::text::xid8
                    ) = v_status
                )
            )
            and not ready.alone;
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
