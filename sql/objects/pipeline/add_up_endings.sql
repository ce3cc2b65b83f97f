-- pipeline.add_up_endings(): adds what has ended since to the counts of its minute, and forgets those of more than a day ago.
--
-- So many rows at once that it keeps up with ten thousand batches a second.
--
-- Returns: nothing.
-- Reads:  nothing
-- Writes: pipeline.endings, pipeline.throughput
-- Locks:  an advisory lock, so that no daemon waits for another one's minutes until its maintenance ends; then rows of both

create or replace function pipeline.add_up_endings()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- No worker has such a number; raise_alerts has the one before.
    if not pg_try_advisory_xact_lock(pipeline.worker_lock_class(), -2) then
        return;
    end if;

    delete from pipeline.throughput
    where throughput.minute < now() - interval '25 hours';

    with taken as (
        delete from pipeline.endings
        where endings.ctid = any (array(select noted.ctid from pipeline.endings as noted limit 200000))
        returning endings.ended_at, endings.event_type, endings.processed, endings.failed, endings.cancelled
    )
    insert into pipeline.throughput as minutes (minute, event_type, processed, failed, cancelled)
    select date_trunc('minute', taken.ended_at), taken.event_type, sum(taken.processed), sum(taken.failed), sum(taken.cancelled)
    from taken
    group by 1, 2
    order by 1, 2
    on conflict (minute, event_type) do update
    set processed = minutes.processed + excluded.processed,
        failed = minutes.failed + excluded.failed,
        cancelled = minutes.cancelled + excluded.cancelled;
end
$$;

comment on function pipeline.add_up_endings() is 'Adds what has ended since to the counts of its minute; daemons call it.';
