-- pipeline.maintain(): what must be done now and then by one daemon or another.
--
-- Makes partitions ahead, gives waiting events to stages that were added at the same moment, takes back claims of daemons whose row
-- is gone, keeps the triggers of published tables in step with their partitions, raises alerts, and forgets expired dedupe keys.
--
-- Returns: nothing.
-- Reads:  pipeline.workers
-- Writes: partitions of marketing.pipeline_events, pipeline.unrouted, pipeline.ready, pipeline.inflight, pipeline.dedupe, pipeline.parked,
--         pipeline.limit_usage, pipeline.publications, marketing.pipeline_events, marketing.pipeline_alerts
-- Locks:  those of the functions it calls

create or replace function pipeline.maintain()
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pipeline.adopt_unrouted(null);

    perform pipeline.reclaim(orphaned.worker_id)
    from (
        select distinct claim.worker_id
        from pipeline.inflight as claim
        where not exists (select from pipeline.workers as worker where worker.id = claim.worker_id)
    ) as orphaned
    where pg_try_advisory_xact_lock(pipeline.worker_lock_class(), orphaned.worker_id);

    perform pipeline.ensure_partitions();
    -- A limit that was raised, or a release that found nobody: those whose key has no call under way may begin.
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
            limit 10000
        )
    );

    -- A bucket that is full again says nothing.
    delete from pipeline.limit_usage as bucket
    using pipeline.limits
    where limits.name = bucket.limit_name
    and bucket.key <> ''
    and bucket.filled_at < clock_timestamp() - 2 * limits.period - interval '1 minute'
    and bucket.tokens >= 0
    and not exists (select from pipeline.parked where parked.limit_name = bucket.limit_name and parked.key = bucket.key);

    perform pipeline.sync_publications();
    perform pipeline.raise_alerts();

    delete from pipeline.dedupe
    where ctid = any (
        array(
            select expired.ctid
            from pipeline.dedupe as expired
            where expired.expires_at <= clock_timestamp()
            order by expired.expires_at
            limit 10000
            for update skip locked
        )
    );
end
$$;

comment on function pipeline.maintain() is 'Makes partitions ahead and heals what a crash at the wrong moment left; daemons call it every ten seconds.';
