-- pipeline.release_parked(): lets parked events go on that nobody else would let go on.
--
-- Those whose key has no call under way, when the end of the last one found none of them. And those that a claim parked under a limit which
-- their stage had left meanwhile, or whose bucket somebody has deleted: these are queued again.
--
-- Returns: nothing.
-- Reads:  pipeline.stages, pipeline.limits, pipeline.limit_usage, pipeline.inflight, pipeline.let_go
-- Writes: pipeline.waiting_keys; by pipeline.unpark pipeline.parked and pipeline.ready
-- Locks:  keys that nobody else holds, then parked rows

create or replace function pipeline.release_parked()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_at_once constant integer := 10000;
    v_left record;
begin
    update pipeline.waiting_keys
    set wake_at = clock_timestamp()
    where ctid = any (
        array(
            select waiting.ctid
            from pipeline.waiting_keys as waiting
            where waiting.wake_at is null
            and not exists (
                select from pipeline.inflight as claim
                where claim.limit_name = waiting.limit_name
                and claim.limit_key = waiting.key
            )
            and not exists (
                select from pipeline.let_go as gone
                where gone.limit_name = waiting.limit_name
                and gone.limit_key = waiting.key
            )
            limit c_at_once
            for no key update of waiting skip locked
        )
    );

    for v_left in
        select waiting.limit_name, waiting.key, waiting.stage_id
        from pipeline.waiting_keys as waiting
        where not exists (
            select
            from pipeline.stages as stage
            join pipeline.limits on limits.name = stage.limiter
            where stage.id = waiting.stage_id
            and limits.name = waiting.limit_name
            and limits.key is not null
        )
        or not exists (
            select from pipeline.limit_usage as bucket
            where bucket.limit_name = waiting.limit_name
            and bucket.key = waiting.key
        )
        limit c_at_once
        for update of waiting skip locked
    loop
        perform pipeline.unpark(
            array(
                select parked.event_id
                from pipeline.parked
                where parked.limit_name = v_left.limit_name
                and parked.key = v_left.key
                and parked.stage_id = v_left.stage_id
            )
        );

        delete from pipeline.waiting_keys as waiting
        where waiting.limit_name = v_left.limit_name
        and waiting.key = v_left.key
        and waiting.stage_id = v_left.stage_id;
    end loop;
end
$$;

comment on function pipeline.release_parked() is 'Lets parked events go on that nobody else would let go on.';
