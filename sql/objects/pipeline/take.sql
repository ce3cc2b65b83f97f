-- pipeline.take(stage_id, most, after_ids): takes the first events off the queue of a stage; one that must run alone, alone.
--
-- Dead rows of events that were taken before stay in the index while any transaction may still see them. So the caller says up to which
-- id, for each priority, nothing can come any more (src/engine/mark.rs), and new events are looked for above that only. Events that were
-- queued again have an index of their own, and are looked for by pipeline.take_again.
--
-- Arguments: stage_id; most: how many at once; after_ids: one id for each priority, NULL: look at all.
-- Returns: event_ids and priorities of the taken rows, NULL: none; is_alone: the one that was taken must run alone; reached_ids: for each
--          priority the id up to which this look saw everything, NULL: it cannot tell; oldest_xid: the oldest transaction that was not over before
--          it, or of those that may have written events; next_xid: its own transaction id.
-- Reads:  marketing.pipeline_events_id_seq
-- Writes: pipeline.ready
-- Locks:  rows of pipeline.ready that nobody else holds

drop function if exists pipeline.take(smallint, integer);

create or replace function pipeline.take(
    stage_id smallint,
    most integer,
    after_ids bigint[],
    out event_ids bigint[],
    out priorities smallint[],
    out is_alone boolean,
    out reached_ids bigint[],
    out oldest_xid bigint,
    out next_xid bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
-- The callers have pinned what else matters: each setting costs every claim a microsecond.
set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
    -- Reading so many dead rows takes as long as asking who has written events.
    c_much constant bigint := 1000;
    -- So many transactions are begun while an ordinary one is under way.
    c_many constant bigint := 20;
    -- One that it had before tells nothing of ids that were given out since.
    v_has_no_xid constant boolean := pg_current_xact_id_if_assigned() is null;
    v_last_id bigint;
    v_last_priority smallint;
    v_again record;
begin
    -- In this order: the ids, who is under way, what is there. Deleting it takes a transaction id, which all have gone before that may
    -- still hold one of those ids.
    v_last_id := coalesce(pg_sequence_last_value('marketing.pipeline_events_id_seq'), 0);
    oldest_xid := pg_snapshot_xmin(pg_current_snapshot())::text;

    -- After a failover, or a restore of an earlier state, ids are given out again: those marks are of a time that has not been.
    if v_last_id < after_ids[1] then
        after_ids := null;
    end if;

    -- Somebody has stood open for long: if that is no writer of events, dead rows are not read again because of it. The last priority is
    -- known least far: full batches say nothing of it.
    if v_last_id - after_ids[10] > c_much and pg_snapshot_xmax(pg_current_snapshot())::text::bigint - oldest_xid > c_many then
        oldest_xid := pipeline.oldest_writer();
    end if;

    is_alone := false;

    if exists (select from pipeline.ready where ready.stage_id = take.stage_id and ready.requeued) then
        v_again := pipeline.take_again(stage_id, most, after_ids);
        event_ids := v_again.event_ids;
        priorities := v_again.priorities;
        is_alone := v_again.is_alone;
        if is_alone then
            return;
        end if;
    else
        -- Nearly always. Priority by priority, as far as there is room.
        with taken as (
            delete from pipeline.ready
            where ready.ctid = any (
                array(
                    select head.place
                    from generate_series(1, 10) as level (priority)
                    cross join lateral (
                        select ready.ctid as place
                        from pipeline.ready
                        where ready.stage_id = take.stage_id
                        and ready.priority = level.priority::smallint
                        and ready.event_id > coalesce(take.after_ids[level.priority], 0)
                        and not ready.requeued
                        order by ready.event_id
                        limit take.most
                        for update skip locked
                    ) as head
                    limit take.most
                )
            )
            returning ready.event_id, ready.priority
        )
        select array_agg(taken.event_id), array_agg(taken.priority) into event_ids, priorities
        from taken;
    end if;

    next_xid := pg_current_xact_id_if_assigned()::text;

    if most <= 0 or not v_has_no_xid then
        return;
    elsif coalesce(cardinality(event_ids), 0) < most then
        reached_ids := array_fill(v_last_id, array[10]);
        return;
    end if;

    -- A full batch has seen all of the priorities before its last one, and of that one as far as it took.
    v_last_priority := (select max(priority) from unnest(priorities) as priority);
    reached_ids := array_fill(v_last_id, array[v_last_priority - 1]) || (
        select max(taken.event_id)
        from unnest(event_ids, priorities) as taken (event_id, priority)
        where taken.priority = v_last_priority
    );
end
$$;

comment on function pipeline.take(smallint, integer, bigint[]) is 'Takes the first events off a stage''s queue, and tells up to where it has seen everything.';
