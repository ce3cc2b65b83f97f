-- pipeline.give_back(stage_id, worker_id, held): takes back claims that a living daemon does not know it has.
--
-- A claim whose commit succeeded while its answer was lost stands in pipeline.inflight, and the daemon never heard of it. Before a
-- daemon claims again after such a loss, it says what it really holds; the rest goes back, its attempt unspent: no call was made.
--
-- Arguments: stage_id; worker_id of the calling daemon; held: the events of the stage that it knows it holds.
-- Returns: how many events went back.
-- Reads:  pipeline.inflight
-- Writes: marketing.pipeline_events, pipeline.let_go; by the ledger's trigger pipeline.inflight and pipeline.ready
-- Locks:  the events

create or replace function pipeline.give_back(stage_id smallint, worker_id integer, held bigint[])
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
begin
    with
    given_back as (
        update marketing.pipeline_events as event
        set status = 'pending',
            attempts = greatest(event.attempts - 1, 0),
            run_at = clock_timestamp()
        from pipeline.inflight as claim
        where claim.stage_id = give_back.stage_id
        and claim.worker_id = give_back.worker_id
        and claim.event_id <> all (give_back.held)
        and event.id = claim.event_id
        and event.status = 'processing'
        returning event.id
    )
    select array_agg(given_back.id) into v_ids from given_back;

    -- The trigger takes it that their calls go on.
    delete from pipeline.let_go as gone
    where gone.event_id = any (v_ids)
    and gone.worker_id = give_back.worker_id;

    return coalesce(cardinality(v_ids), 0);
end
$$;

comment on function pipeline.give_back(smallint, integer, bigint[]) is
    'Takes back claims that a daemon made without hearing of it; held is what it knows it holds.';
