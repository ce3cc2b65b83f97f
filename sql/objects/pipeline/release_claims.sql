-- pipeline.release_claims(event_ids, epochs): gives up claims of outside work, as the first step of a completion.
--
-- The fence: a claim that was reclaimed, cancelled or settled meanwhile is no longer there under its epoch, and its event is not
-- returned. The caller writes results and statuses for the returned events only, in the same transaction.
--
-- Arguments: event_ids and their epochs, in the same order.
-- Returns: the claims that are still the caller's to complete. One event may be named under two epochs (it was requeued while its
--          first call ran): only the claim that stands is returned.
-- Reads:  nothing
-- Writes: pipeline.inflight, pipeline.let_go
-- Locks:  the claims, in the order in which they are named

create or replace function pipeline.release_claims(event_ids bigint[], epochs bigint[])
returns table (event_id bigint, epoch bigint)
language sql
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    -- Calls that went on without their event have ended, too.
    with ended as (
        delete from pipeline.let_go as gone
        using unnest(release_claims.event_ids, release_claims.epochs) as named (event_id, epoch)
        where gone.event_id = named.event_id
        and gone.epoch = named.epoch
    )
    delete from pipeline.inflight as claim
    using unnest(release_claims.event_ids, release_claims.epochs) as named (event_id, epoch)
    where claim.event_id = named.event_id
    and claim.epoch = named.epoch
    returning claim.event_id, claim.epoch;
end;

comment on function pipeline.release_claims(bigint[], bigint[]) is
    'First step of a completion: gives up claims by event and epoch and returns those that were still held.';
