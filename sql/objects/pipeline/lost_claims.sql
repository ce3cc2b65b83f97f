-- pipeline.lost_claims(event_ids, epochs): of claims whose calls were not begun, those that no longer stand.
--
-- Somebody has cancelled, settled or queued again their events meanwhile, or another daemon has taken them back: these calls are not to be
-- made. What such a claim took of a limit, and pipeline.let_go keeps for the call, is given back, once however often it is asked.
--
-- Arguments: event_ids and their epochs, in the same order, as the calling daemon holds them.
-- Returns: the claims that are gone; nearly always none, and nothing is written.
-- Reads:  pipeline.inflight
-- Writes: by pipeline.release_claims pipeline.let_go, pipeline.limit_usage, pipeline.waiting_keys and pipeline.limit_wakes
-- Locks:  the rows of pipeline.let_go, then their buckets

create or replace function pipeline.lost_claims(event_ids bigint[], epochs bigint[])
returns table (event_id bigint, epoch bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_ids bigint[];
    v_epochs bigint[];
begin
    select array_agg(held.event_id), array_agg(held.epoch) into v_ids, v_epochs
    from unnest(lost_claims.event_ids, lost_claims.epochs) as held (event_id, epoch)
    where not exists (
        select from pipeline.inflight as claim where claim.event_id = held.event_id and claim.epoch = held.epoch
    );

    if v_ids is null then
        return;
    end if;

    perform pipeline.release_claims(v_ids, v_epochs, array_fill(false, array[cardinality(v_ids)]));

    return query
    select lost.event_id, lost.epoch
    from unnest(v_ids, v_epochs) as lost (event_id, epoch);
end
$$;

comment on function pipeline.lost_claims(bigint[], bigint[]) is
    'Of claims whose calls were not begun, those that no longer stand; what they took of a limit is given back.';
