-- pipeline.release_claims(event_ids, epochs, begun): gives up claims of outside work, as the first step of a completion.
--
-- The fence: a claim that was reclaimed, cancelled or settled meanwhile is no longer there under its epoch, and its event is not
-- returned. The caller writes results and statuses for the returned events only, in the same transaction. Of calls that were not begun what
-- they took of a limit is given back, once, whether the claim still stands or pipeline.let_go keeps its place.
--
-- Arguments: event_ids, their epochs and whether their calls were begun (NULL: all of them), in the same order.
-- Returns: the claims that are still the caller's to complete. One event may be named under two epochs (it was requeued while its
--          first call ran): only the claim that stands is returned.
-- Reads:  nothing
-- Writes: pipeline.inflight, pipeline.let_go; by pipeline.return_permits pipeline.limit_usage, pipeline.waiting_keys and pipeline.limit_wakes
-- Locks:  the claims, in the order in which they are named, then their buckets

drop function if exists pipeline.release_claims(bigint[], bigint[]);

create or replace function pipeline.release_claims(event_ids bigint[], epochs bigint[], begun boolean[] default null)
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
    v_limits text[];
    v_keys text[];
begin
    with
    named as materialized (
        select named.event_id, named.epoch, coalesce(named.begun, true) as begun
        from unnest(release_claims.event_ids, release_claims.epochs, release_claims.begun) as named (event_id, epoch, begun)
    ),
    -- Calls that went on without their event have ended, too.
    ended as (
        delete from pipeline.let_go as gone
        using named
        where gone.event_id = named.event_id
        and gone.epoch = named.epoch
        returning gone.limit_name, gone.limit_key, named.begun
    ),
    released as (
        delete from pipeline.inflight as claim
        using named
        where claim.event_id = named.event_id
        and claim.epoch = named.epoch
        returning claim.event_id, claim.epoch, claim.limit_name, claim.limit_key, named.begun
    ),
    returned as (
        select ended.limit_name, ended.limit_key from ended where not ended.begun
        union all
        select released.limit_name, released.limit_key from released where released.limit_name is not null and not released.begun
    )
    select
        (select array_agg(released.event_id) from released),
        (select array_agg(released.epoch) from released),
        array_agg(returned.limit_name),
        array_agg(returned.limit_key)
    into v_ids, v_epochs, v_limits, v_keys
    from returned;

    -- After the claims, whose trigger locks the buckets of all of them in order.
    if v_limits is not null then
        perform pipeline.return_permits(v_limits, v_keys);
    end if;

    return query
    select released.event_id, released.epoch
    from unnest(v_ids, v_epochs) as released (event_id, epoch);
end
$$;

comment on function pipeline.release_claims(bigint[], bigint[], boolean[]) is
    'First step of a completion: gives up claims by event and epoch and returns those that were still held.';
