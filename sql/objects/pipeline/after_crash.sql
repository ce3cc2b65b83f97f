-- pipeline.after_crash(stage_id, worker_id): what a daemon does whose session ended with the server, in the middle of work in the database.
--
-- The daemon lives, so nobody reclaims from it. If it held an event alone, that one is to blame; else the events at the head of the queue, where
-- the batch was, run alone from now on. (Their rows do not name the transaction as in pipeline.suspect: it may be lost with the server.)
--
-- Arguments: stage_id; worker_id of the calling daemon.
-- Returns: how many events were blamed or will run alone.
-- Reads:  pipeline.stages
-- Writes: pipeline.ready; by pipeline.blame pipeline.deaths, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors
-- Locks:  the claim and its event, or rows of pipeline.ready that nobody else holds

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
begin
    if v_count > 0 then
        return v_count;
    end if;

    update pipeline.ready
    set alone = true,
        requeued = true
    where ready.ctid = any (
        array(
            select head.ctid
            from pipeline.ready as head
            where head.stage_id = after_crash.stage_id
            order by head.stage_id, head.priority, head.event_id
            limit (
                select stage.batch_size * stage.concurrency from pipeline.stages as stage where stage.id = after_crash.stage_id
            )
            for update skip locked
        )
    )
    and not ready.alone;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;

comment on function pipeline.after_crash(smallint, integer) is
    'Blames the event that was held alone when the server crashed, or has those of the lost batch run alone.';
