-- pipeline.unpark_released(): queues parked events again whose key has no call under way: a limit was raised, or a release found nobody.
--
-- Returns: nothing.
-- Reads:  pipeline.inflight, pipeline.let_go
-- Writes: by pipeline.unpark pipeline.parked and pipeline.ready
-- Locks:  the parked rows

create or replace function pipeline.unpark_released()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pipeline.unpark(
        array(
            select parked.event_id
            from pipeline.parked
            where parked.until is null
            and not exists (
                select from pipeline.inflight as claim
                where claim.limit_name = parked.limit_name
                and claim.limit_key = parked.key
            )
            and not exists (
                select from pipeline.let_go as gone
                where gone.limit_name = parked.limit_name
                and gone.limit_key = parked.key
            )
            limit 10000
        )
    );
end
$$;

comment on function pipeline.unpark_released() is 'Queues parked events again whose key has no call under way.';
