-- pipeline.count_depths(): counts what waits for each stage, where it is too much to be counted at every look.
--
-- Returns: nothing; does nothing when so little waits that a look counts it, or when the last count was so long that it is too soon.
-- Reads:  pipeline.ready, pipeline.parked, pipeline.scheduled
-- Writes: pipeline.depths, pipeline.depth_counts
-- Locks:  the row of pipeline.depth_counts, unless another daemon counts

create or replace function pipeline.count_depths()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_began timestamptz;
begin
    if not pipeline.is_crowded() then
        -- What was counted then says nothing now.
        delete from pipeline.depths;
        return;
    end if;

    perform
    from pipeline.depth_counts as last
    where last.counted_at + 50 * last.took < clock_timestamp()
    for update skip locked;

    if not found then
        return;
    end if;

    v_began := clock_timestamp();

    delete from pipeline.depths;

    insert into pipeline.depths (stage_id, waiting, held_back, scheduled, next_due_at)
    select
        coalesce(counted.stage_id, 0),
        sum(counted.waiting),
        sum(counted.held_back),
        sum(counted.scheduled),
        min(counted.next_due_at)
    from (
        select ready.stage_id, count(*) as waiting, 0 as held_back, 0 as scheduled, null::timestamptz as next_due_at
        from pipeline.ready
        group by ready.stage_id
        union all
        select parked.stage_id, 0, count(*), 0, null
        from pipeline.parked
        group by parked.stage_id
        union all
        select scheduled.stage_id, 0, 0, count(*), min(scheduled.run_at)
        from pipeline.scheduled
        group by scheduled.stage_id
    ) as counted
    group by 1;

    update pipeline.depth_counts
    set counted_at = clock_timestamp(), took = clock_timestamp() - v_began;
end
$$;

comment on function pipeline.count_depths() is 'Counts what waits for each stage when it is too much to be counted at every look; daemons call it.';
