-- pipeline.after_crash(stage_id, worker_id): what a daemon does whose session ended with the server, in the middle of work in the database.
--
-- The daemon lives, so nobody reclaims from it. If it held an event alone, that one is to blame; else the events at the head of the queue, where
-- the batch was, run alone from now on. (Their rows do not name the transaction as in pipeline.suspect: it may be lost with the server.)
--
-- Arguments: stage_id; worker_id of the calling daemon.
-- Returns: how many events were blamed or will run alone.
-- Reads:  pipeline.stages
-- Writes: pipeline.ready, pipeline.parked; by pipeline.blame pipeline.deaths, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors
-- Locks:  the claim and its event, or rows of pipeline.ready that nobody else holds and parked rows

create or replace function pipeline.after_crash(stage_id smallint, worker_id integer)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    v_count bigint := pipeline.blame(worker_id, stage_id);
    v_parked bigint;
    v_most integer;
begin
    if v_count > 0 then
        return v_count;
    end if;

    select stage.batch_size * stage.concurrency into v_most
    from pipeline.stages as stage
    where stage.id = after_crash.stage_id;

    update pipeline.ready
    set alone = true,
        requeued = true
    where ready.ctid = any (
        array(
            select head.ctid
            from pipeline.ready as head
            where head.stage_id = after_crash.stage_id
            order by head.stage_id, head.priority, head.event_id
            limit v_most
            for update skip locked
        )
    )
    and not ready.alone;
    get diagnostics v_count = row_count;

    -- Or at that of keys which could go on.
    update pipeline.parked
    set alone = true
    where parked.event_id = any (
        array(select head.event_id from pipeline.parked_heads(after_crash.stage_id) as head limit v_most)
    )
    and not parked.alone;
    get diagnostics v_parked = row_count;

    return v_count + v_parked;
end
$$;

comment on function pipeline.after_crash(smallint, integer) is
    'Blames the event that was held alone when the server crashed, or has those of the lost batch run alone.';
