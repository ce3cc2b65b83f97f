-- marketing.vw_limits: each limit, who is under it, and what it leaves at this moment.
--
-- Reads:  pipeline.limits, pipeline.stages, pipeline.limit_usage, pipeline.inflight, pipeline.let_go, pipeline.parked, pipeline.ready

create or replace view marketing.vw_limits as
select
    limits.name,
    limits.rate,
    limits.period,
    limits.concurrency,
    limits.key,
    (select array_agg(stage.name order by stage.name) from pipeline.stages as stage where stage.limiter = limits.name) as stages,
    -- As it has filled since: the row itself is written only when something is taken.
    (
        select floor(
            least(
                coalesce(limits.burst, limits.rate),
                bucket.tokens + limits.rate / extract(epoch from limits.period) * extract(epoch from clock_timestamp() - bucket.filled_at)
            )
        )::bigint
        from pipeline.limit_usage as bucket
        where bucket.limit_name = limits.name
        and bucket.key = ''
        and limits.key is null
    ) as left_now,
    (
        (select count(*) from pipeline.inflight as claim where claim.limit_name = limits.name)
        + (select count(*) from pipeline.let_go as gone where gone.limit_name = limits.name)
    ) as running,
    -- Bounded: beyond it only that there are many is of interest. In order, so that no more are read from the index.
    (
        select count(*)
        from (select from pipeline.parked where parked.limit_name = limits.name order by parked.key limit 10001) as parked
    ) as held_back
from pipeline.limits;

comment on view marketing.vw_limits is
    'Limits: stages under each, what is left now (without a key; NULL: untouched yet), calls running, events held back (at most 10,001).';
