-- pipeline.blame(worker_id, alone_of): takes back what a daemon held when it, or its session, died.
--
-- The first time nobody can tell which of the events held was to blame, if any was: they run alone from then on. An event that is
-- held by a dying daemon twice while it runs alone is failed, not tried for ever. One that is held alone in the database was under way, unseen,
-- at the death that made it suspect: that was its first.
--
-- Where daemons have died lately that held others alone, they die of something else: then an event is tried up to three times more.
--
-- Arguments: worker_id; alone_of: only what it holds alone in the database for this stage, NULL: everything.
-- Returns: how many events were taken back.
-- Reads:  pipeline.stages
-- Writes: pipeline.deaths, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors, pipeline.endings
-- Locks:  the claims, then their events

create or replace function pipeline.blame(worker_id integer, alone_of smallint default null)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_lately constant interval := '10 minutes';
    v_alone bigint[];
    v_stages smallint[];
    v_count bigint;
begin
    v_alone := array(
        select event.id
        from pipeline.inflight as claim
        join marketing.pipeline_events as event on event.id = claim.event_id
        where claim.worker_id = blame.worker_id
        and (claim.alone or event.crashes > 0)
    );

    if cardinality(v_alone) > 0 then
        delete from pipeline.deaths where died_at < clock_timestamp() - interval '1 hour';
        insert into pipeline.deaths (worker_id, held_alone) values (blame.worker_id, v_alone);
    end if;

    with
    lost as materialized (
        delete from pipeline.inflight as claim
        where claim.worker_id = blame.worker_id
        and (blame.alone_of is null or claim.alone and claim.stage_id = blame.alone_of)
        returning claim.event_id, claim.stage_id, claim.alone
    ),
    judged as materialized (
        select
            lost.event_id,
            lost.stage_id,
            least(greatest(event.crashes, lost.alone::integer) + 1, 100) as crashes,
            event.crashes >= 2 + (
                select least(count(*), 3)
                from pipeline.deaths as death
                where death.died_at > clock_timestamp() - c_lately
                and lost.event_id <> all (death.held_alone)
            ) as is_over
        from lost
        join marketing.pipeline_events as event on event.id = lost.event_id
    ),
    taken_back as (
        update marketing.pipeline_events as event
        set status = case when judged.is_over then 'failed' else 'pending' end,
            crashes = judged.crashes,
            run_at = case when judged.is_over then event.run_at else clock_timestamp() end,
            processed_at = case when judged.is_over then clock_timestamp() end,
            error_message = case
                when judged.is_over then
                    format('The daemon, or the server, died %s times while it held this event, at last alone. ', judged.crashes)
                    || 'Find out why, then set its status to pending to try again.'
                else 'The daemon, or the server, died while it held this event; it is tried again, alone.'
            end
        from judged
        where event.id = judged.event_id
        and event.status = 'processing'
        returning event.id, event.event_type, event.payload, event.status, event.error_message, judged.stage_id
    ),
    logged as (
        insert into marketing.pipeline_errors (event_id, event_type, record_id, error_message, error_details, severity)
        select
            taken_back.id,
            taken_back.event_type,
            pipeline.record_of(taken_back.id, taken_back.payload),
            taken_back.error_message,
            jsonb_build_object('stage', stage.name),
            'error'
        from taken_back
        left join pipeline.stages as stage on stage.id = taken_back.stage_id
        where taken_back.status = 'failed'
    ),
    counted as (
        insert into pipeline.endings (event_type, failed)
        select taken_back.event_type, count(*)
        from taken_back
        where taken_back.status = 'failed'
        group by taken_back.event_type
    )
    select (select count(*) from taken_back), (select array_agg(distinct lost.stage_id) from lost where not lost.alone)
    into v_count, v_stages;

    -- Should it live after all, it makes none of the calls that it has not begun.
    perform pg_notify('pipeline_wake', 'claims ' || stage.id) from unnest(v_stages) as stage (id);

    return v_count;
end
$$;

comment on function pipeline.blame(integer, smallint) is 'Takes back what a daemon held when it died; an event that was held alone at two deaths fails.';
