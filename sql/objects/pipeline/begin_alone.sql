-- pipeline.begin_alone(event_id, epoch): begins the work on an event that runs alone in the database.
--
-- The second step after pipeline.hold_alone, in the transaction of the work: the event becomes processed as in any other batch, and the note
-- goes; rolled back, the note stands.
--
-- Arguments: event_id and the epoch of its claim.
-- Returns: the event; none when the claim does not stand any more.
-- Reads:  pipeline.stages
-- Writes: pipeline.inflight, marketing.pipeline_events, pipeline.endings
-- Locks:  the claim, then the event

create or replace function pipeline.begin_alone(event_id bigint, epoch bigint)
returns table (event_type text, payload jsonb, attempt smallint, crashes smallint, waited_seconds double precision)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
#variable_conflict use_column
declare
    v_timeout interval;
begin
    delete from pipeline.inflight as claim
    using pipeline.stages as stage
    where claim.event_id = begin_alone.event_id
    and claim.epoch = begin_alone.epoch
    and stage.id = claim.stage_id
    returning stage.timeout into v_timeout;

    if not found then
        return;
    end if;

    -- Bounds the statements of the work that follows in this transaction.
    perform set_config('statement_timeout', (extract(epoch from v_timeout) * 1000)::bigint::text, true);

    return query
    with
    begun as (
        update marketing.pipeline_events as event
        set status = 'processed',
            processed_at = clock_timestamp(),
            error_message = null
        where event.id = begin_alone.event_id
        and event.status = 'processing'
        returning event.event_type, event.payload, event.attempts, event.crashes,
            extract(epoch from event.claimed_at - greatest(event.created_at, event.run_at))::double precision as waited_seconds
    ),
    counted as (
        insert into pipeline.endings (event_type, processed)
        select begun.event_type, 1
        from begun
    )
    select begun.event_type, begun.payload, begun.attempts, begun.crashes, begun.waited_seconds
    from begun;
end
$$;

comment on function pipeline.begin_alone(bigint, bigint) is 'Begins the work on an event that runs alone in the database; it is processed when that commits.';
