-- pipeline.admit(stage_id, limiter, most, holds): takes events of a stage, as many as its limit allows.
--
-- By priority, then deadline. Without a key: the first ones of the queue, and when nothing is allowed the schedule is told when to look
-- again. With a key: of each value as many as it has left; those beyond are parked, and begin from there, so that they are looked through
-- once. While both have events that may begin, the queue and the parked have half of the batch each.
--
-- A transaction calls this once. Buckets are waited for in the order of their keys by pipeline.admit_keys, and by pipeline.admit_parked,
-- which comes after it, not at all.
--
-- Arguments: stage_id; limiter; most: how many at once; holds: whether they go on after this transaction.
-- Returns: event_id of each event that may begin.
-- Reads:  pipeline.limits, pipeline.stages, pipeline.waiting_keys, marketing.pipeline_events
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.waiting_keys, pipeline.parked, pipeline.limit_wakes
-- Locks:  rows of pipeline.ready that nobody else holds, then buckets, then rows of pipeline.parked that nobody else holds

drop function if exists pipeline.admit(smallint, text, integer);

create or replace function pipeline.admit(stage_id smallint, limiter text, most integer, holds boolean)
returns setof bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Where keys wait already, most of what comes will wait, too: so many are looked through at once.
    c_looked_through constant integer := 1000;
    v_key text := (select limits.key from pipeline.limits where limits.name = limiter);
    v_look integer := most;
    v_room integer := most;
    v_take record;
    v_taken pipeline.ready[];
    v_admitted bigint[];
begin
    if v_key is null then
        return query
        select unnest(take.event_ids)
        from pipeline.take_pressing(stage_id, pipeline.spend(stage_id, limiter, most, holds)) as take;
        return;
    end if;

    if most > 0 and exists (select from pipeline.waiting_keys as waiting where waiting.stage_id = admit.stage_id) then
        v_look := greatest(most, c_looked_through);
    end if;

    -- Of batches of one, every other by chance.
    if pipeline.has_due_keys(stage_id, limiter) then
        v_room := case when random() < 0.5 then most / 2 else (most + 1) / 2 end;
    end if;

    select take.* into v_take from pipeline.take_pressing(stage_id, v_look) as take;

    if v_take.event_ids is not null then
        v_taken := array(
            select row(admit.stage_id, taken.priority, taken.event_id, v_take.is_alone, true, null)::pipeline.ready
            from unnest(v_take.event_ids, v_take.priorities) as taken (event_id, priority)
        );
        v_admitted := pipeline.admit_keys(limiter, v_key, v_taken, v_room, holds);
    end if;

    if v_take.is_alone and v_admitted is not null then
        return query select unnest(v_admitted);
        return;
    end if;

    v_admitted := v_admitted || pipeline.admit_parked(
        stage_id, limiter, most - coalesce(cardinality(v_admitted), 0), holds, v_admitted
    );

    -- Who claims takes a batch that is not full for all there was; more may wait behind what was looked through.
    if cardinality(v_take.event_ids) >= v_look and coalesce(cardinality(v_admitted), 0) < most then
        perform pg_notify('pipeline_wake', stage.event_type) from pipeline.stages as stage where stage.id = admit.stage_id;
    end if;

    return query select unnest(v_admitted);
end
$$;

comment on function pipeline.admit(smallint, text, integer, boolean) is 'Takes as many events of a stage as its limit allows.';
