-- pipeline.nap(worker_id, shortest, longest, stage_ids): a daemon's last call before it closes its sessions for a while.
--
-- Arguments: worker_id of the daemon, which holds nothing any more; shortest: it does not sleep for less; longest: it looks again after;
--            stage_ids: those that it can run, NULL: all.
-- Returns: milliseconds to sleep; NULL: there is something to do now or soon.
-- Reads:  pipeline.scheduled and what else pipeline.next_due_at reads
-- Writes: pipeline.workers
-- Locks:  its row

drop function if exists pipeline.nap(integer, interval, interval);

create or replace function pipeline.nap(worker_id integer, shortest interval, longest interval, stage_ids smallint[] default null)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_until constant timestamptz := least(pipeline.next_due_at(stage_ids), v_now + longest);
begin
    if v_until < v_now + shortest then
        return null;
    end if;

    update pipeline.workers as worker
    set naps_until = v_until
    where worker.id = nap.worker_id;

    return ceil(extract(epoch from v_until - v_now) * 1000);
end
$$;

comment on function pipeline.nap(integer, interval, interval, smallint[]) is
    'Says how long a frugal daemon may sleep, in milliseconds; NULL: there is something to do.';
