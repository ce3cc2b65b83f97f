-- pipeline.permits(limiter, key, holds): how many events with this key may begin now, under a lock until the end of the transaction.
--
-- A token bucket (rate, period, burst) on the database's clock, filled up and locked here; and the calls under way, counted after the
-- lock is held, so that one which ends at this moment is seen by this claim or sees what this claim parks.
--
-- Arguments: limiter; key: value of its key, empty where it has none; holds: whether those that begin are calls, which go on after this
--            transaction.
-- Returns: tokens: what the bucket holds; per_second: how fast it fills; both NULL: there is no rate; burst: what it holds at most; calls:
--          how many more may run at once, NULL: any number.
-- Reads:  pipeline.limits, pipeline.inflight, pipeline.let_go
-- Writes: pipeline.limit_usage
-- Locks:  the bucket's row

drop function if exists pipeline.permits(text, text);

create or replace function pipeline.permits(
    limiter text,
    key text,
    holds boolean,
    out tokens double precision,
    out per_second double precision,
    out burst double precision,
    out calls integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_limit pipeline.limits;
begin
    select limits.* into strict v_limit from pipeline.limits where limits.name = permits.limiter;
    burst := coalesce(v_limit.burst, v_limit.rate, 0);
    per_second := v_limit.rate / extract(epoch from v_limit.period);

    insert into pipeline.limit_usage as bucket (limit_name, key, tokens, filled_at)
    values (permits.limiter, permits.key, permits.burst, clock_timestamp())
    on conflict (limit_name, key) do update
    set tokens = least(
            permits.burst,
            bucket.tokens + coalesce(permits.per_second, 0) * greatest(extract(epoch from clock_timestamp() - bucket.filled_at), 0)
        ),
        filled_at = greatest(clock_timestamp(), bucket.filled_at)
    returning case when permits.per_second is not null then bucket.tokens end into tokens;

    if permits.holds and v_limit.concurrency is not null then
        select v_limit.concurrency - count(*) into calls
        from (
            select
            from pipeline.inflight as claim
            where claim.limit_name = permits.limiter
            and claim.limit_key = permits.key
            union all
            select
            from pipeline.let_go as gone
            where gone.limit_name = permits.limiter
            and gone.limit_key = permits.key
        ) as running;
    end if;
end
$$;

comment on function pipeline.permits(text, text, boolean) is 'What a limit allows for a key at this moment; locks its bucket.';
