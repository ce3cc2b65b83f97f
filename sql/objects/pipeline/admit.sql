-- pipeline.admit(stage_id, limiter, most, holds): takes events off the queue of a stage, as many as its limit allows.
--
-- By priority, then deadline. Without a key: the first ones, and when nothing is allowed the schedule is told when to look again. With a
-- key: of each value as many as it has left; those beyond are parked until the rate allows them or a call with their key ends, so the
-- queue is never searched through them twice.
--
-- Arguments: stage_id; limiter; most: how many at once; holds: whether they go on after this transaction.
-- Returns: event_id of each event that may begin.
-- Reads:  pipeline.limits, pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.parked, pipeline.limit_wakes
-- Locks:  rows of pipeline.ready that nobody else holds, then buckets in the order of their keys

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
    v_take record;
    v_taken pipeline.ready[];
    v_admitted bigint[];
begin
    for v_round in 1 .. c_rounds loop
        select take.* into v_take
        from pipeline.take_pressing(
            stage_id, case when v_key is null then pipeline.spend(stage_id, limiter, most, holds) else most end
        ) as take;
        exit when v_take.event_ids is null;

        if v_key is null then
            return query select unnest(v_take.event_ids);
            return;
        end if;

        v_taken := array(
            select row(admit.stage_id, taken.priority, taken.event_id, v_take.is_alone, true, null)::pipeline.ready
            from unnest(v_take.event_ids, v_take.priorities) as taken (event_id, priority)
        );
        v_admitted := pipeline.admit_keys(limiter, v_key, v_taken, holds);
        exit when v_admitted is not null;
    end loop;

    -- Who claims takes a batch that is not full for all there was; more may wait behind those that were parked.
    if cardinality(v_take.event_ids) >= most and coalesce(cardinality(v_admitted), 0) < most then
        perform pg_notify('pipeline_wake', stage.event_type) from pipeline.stages as stage where stage.id = admit.stage_id;
    end if;

    return query select unnest(v_admitted);
end
$$;

comment on function pipeline.admit(smallint, text, integer, boolean) is 'Takes as many events off a stage''s queue as its limit allows.';
