-- pipeline.next_permit_at(tokens, per_second, burst, calls): when another event may begin under a limit.
--
-- Where the rate is high, a single token is not waited for: as many as come in ten milliseconds, if the bucket holds so many.
--
-- Arguments: tokens: what the bucket holds now, NULL: there is no rate; per_second: how fast it fills; burst: what it holds at most;
--            calls: how many more may run at once, NULL: any number.
-- Returns: the time; now: at once; NULL: when a call has ended.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.next_permit_at(
    tokens double precision, per_second double precision, burst double precision, calls integer
)
returns timestamptz
language sql
volatile
set search_path = pg_catalog, pg_temp
return case
    when calls <= 0 then null
    when tokens is null or tokens >= 1 then clock_timestamp()
    else clock_timestamp() + greatest(1 - tokens, least(burst - tokens, per_second * 0.01)) / per_second * interval '1 second'
end;

comment on function pipeline.next_permit_at(double precision, double precision, double precision, integer) is
    'When another event may begin under a limit; NULL: when a call has ended.';
