-- pipeline.admit(stage_id, limiter, most, holds): takes events of a stage, as many as its limit allows.
--
-- By priority, then deadline. Without a key: the first ones of the queue, and when nothing is allowed the schedule is told when to look
-- again. With a key: of each value as many as it has left; those beyond are parked, and begin from there, so that they are looked through
-- once. While both have events that may begin, the queue and those that are parked have half of the batch each.
--
-- Buckets are waited for in the order of their keys by pipeline.admit_keys, and by pipeline.admit_parked not at all. So that comes last.
--
-- Arguments: stage_id; limiter; most: how many at once; holds: whether they go on after this transaction.
-- Returns: event_id of each event that may begin.
-- Reads:  pipeline.limits, pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.parked, pipeline.limit_wakes
-- Locks:  rows of pipeline.ready that nobody else holds, then buckets, then rows of pipeline.parked that nobody else holds

drop function if exists pipeline.admit(smallint, text, integer);

create or replace function pipeline.admit(stage_id smallint, limiter text, most integer, holds boolean)
returns setof bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- So many batches of events that must all wait are looked through before the next ring of the bell, which follows at once.
    c_rounds constant integer := 20;
    v_key text := (select limits.key from pipeline.limits where limits.name = limiter);
    v_most integer := most;
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

    -- Of a batch of one, every other is theirs.
    if pipeline.has_due_keys(stage_id, limiter) then
        v_most := (most + (random() < 0.5)::integer) / 2;
    end if;

    for v_round in 1 .. c_rounds loop
        select take.* into v_take from pipeline.take_pressing(stage_id, v_most) as take;
        exit when v_take.event_ids is null;

        v_taken := array(
            select row(admit.stage_id, taken.priority, taken.event_id, v_take.is_alone, true, null)::pipeline.ready
            from unnest(v_take.event_ids, v_take.priorities) as taken (event_id, priority)
        );
        v_admitted := pipeline.admit_keys(limiter, v_key, v_taken, holds);
        exit when v_admitted is not null;
    end loop;

    if v_take.is_alone and v_admitted is not null then
        return query select unnest(v_admitted);
        return;
    end if;

    v_admitted := v_admitted || pipeline.admit_parked(stage_id, limiter, most - coalesce(cardinality(v_admitted), 0), holds);

    -- Who claims takes a batch that is not full for all there was; more may wait behind what was looked through.
    if coalesce(cardinality(v_admitted), 0) < most and coalesce(cardinality(v_take.event_ids), 0) >= v_most then
        perform pg_notify('pipeline_wake', stage.event_type)
        from pipeline.stages as stage
        where stage.id = admit.stage_id
        and exists (select from pipeline.ready where ready.stage_id = admit.stage_id);
    end if;

    return query select unnest(v_admitted);
end
$$;

comment on function pipeline.admit(smallint, text, integer, boolean) is 'Takes as many events of a stage as its limit allows.';
