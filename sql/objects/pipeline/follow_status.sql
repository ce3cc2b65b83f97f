-- pipeline.follow_status(): keeps the hot tables in step when the status, time or priority of an event changes.
--
-- The one place where an event that is already in the ledger is queued again or taken out, whether the engine puts off a failed
-- attempt or a person types UPDATE … SET status = 'pending'. The engine writes processed_at and claimed_at itself; a change that
-- leaves them alone was made by hand, and the columns that belong to it are filled in here. Deleting the claim of a running call
-- makes its completion stale, so it is refused when it arrives; a call that was not begun is not made (pipeline.lost_claims).
--
-- Many that wait for their time are moved or cancelled at one go by pipeline.move_scheduled and pipeline.cancel_scheduled, which keep their
-- own step.
--
-- Returns: the row, completed.
-- Reads:  pipeline.stages, pipeline.workers
-- Writes: pipeline.ready, pipeline.scheduled, pipeline.unrouted, pipeline.parked, pipeline.inflight, pipeline.let_go, marketing.pipeline_errors,
--         pipeline.endings
-- Locks:  the event's row (held by the UPDATE), then its rows in the hot tables

create or replace function pipeline.follow_status()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_by_hand constant boolean := new.processed_at is not distinct from old.processed_at;
    v_stage_id smallint;
    v_is_shared boolean;
    v_claim record;
    v_is_suspect boolean;
begin
    new.retry_count := greatest(new.attempts - case when new.status in ('processing', 'processed') then 1 else 0 end, 0);

    -- Written by the engine with all that belongs to it, or nothing that the hot tables speak of.
    if (
        new.status in ('pending', 'cancelled') and new.status <> old.status
        or new.status = 'pending' and (new.run_at <> old.run_at or new.priority <> old.priority)
        or new.status in ('processed', 'failed') and new.processed_at is null
        or new.status = 'failed' and old.status <> 'failed' and new.processed_at is not distinct from old.processed_at
        or new.status = 'processing' and old.status <> 'processing' and new.claimed_at is not distinct from old.claimed_at
    ) is not true then
        return new;
    end if;

    select stage.id into v_stage_id
    from pipeline.stages as stage
    where stage.event_type = new.event_type
    and stage.id = coalesce(new.stage_id, stage.id)
    order by stage.id
    limit 1;

    if old.status = 'pending' then
        -- In the order in which events move on, or one that is moved at this moment would be missed and run at once. Between the queue and
        -- where a limit holds it back it moves both ways.
        delete from pipeline.scheduled where run_at = old.run_at and event_id = old.id;
        delete from pipeline.unrouted where event_id = old.id;
        delete from pipeline.parked where event_id = old.id;
        delete from pipeline.ready where stage_id = v_stage_id and priority = old.priority and event_id = old.id;
        delete from pipeline.parked where event_id = old.id;
    elsif old.status = 'processing' then
        -- A call goes on, and under a limit it counts until it ends.
        insert into pipeline.let_go (event_id, epoch, worker_id, limit_name, limit_key)
        select claim.event_id, claim.epoch, claim.worker_id, claim.limit_name, claim.limit_key
        from pipeline.inflight as claim
        join pipeline.workers as worker on worker.id = claim.worker_id
        where claim.event_id = old.id
        and claim.limit_name is not null;

        delete from pipeline.inflight where event_id = old.id returning stage_id, worker_id, alone into v_claim;
        v_is_suspect := v_claim.alone;

        -- A call that was not begun is not made: the daemon looks which of its claims stand. Other programs claim without hearing.
        if v_claim.worker_id <> 0 then
            perform pg_notify('pipeline_wake', 'claims ' || v_claim.stage_id);
        end if;
    end if;

    -- Another program has taken it. Standing among the claims it is seen, and can be cancelled, like every other.
    if new.status = 'processing' then
        new.claimed_at := clock_timestamp();
        insert into pipeline.inflight (event_id, epoch, stage_id, worker_id)
        values (new.id, nextval('pipeline.epochs'), coalesce(v_stage_id, 0), 0)
        on conflict do nothing;
        return new;
    end if;

    if new.status in ('processed', 'failed', 'cancelled') then
        new.processed_at := coalesce(new.processed_at, clock_timestamp());
        if new.status in ('failed', 'cancelled') then
            new.error_message := coalesce(
                -- Why it was cancelled is not why it failed.
                case when old.status <> 'cancelled' or new.error_message <> old.error_message then new.error_message end,
                format('set to %s by %s', new.status, session_user)
            );
        end if;
        -- The engine counts what it processes and fails by itself, too.
        if new.status <> old.status then
            insert into pipeline.endings (event_type, processed, failed, cancelled)
            values (new.event_type, (new.status = 'processed')::integer, (new.status = 'failed')::integer, (new.status = 'cancelled')::integer);
        end if;
        -- The engine logs what it fails by itself, and never comes here with it.
        if new.status = 'failed' and old.status <> 'failed' then
            insert into marketing.pipeline_errors (event_id, event_type, record_id, error_message, error_details, severity)
            select
                new.id,
                new.event_type,
                pipeline.record_of(new.id, new.payload),
                new.error_message,
                jsonb_strip_nulls(
                    jsonb_build_object(
                        'stage', (select stage.name from pipeline.stages as stage where stage.id = v_stage_id),
                        'attempts', new.attempts,
                        'set_by', session_user
                    )
                ),
                'error'
            where not exists (
                select from marketing.pipeline_errors as error where error.event_id = new.id and not error.resolved
            );
        end if;
        return new;
    end if;

    -- Pending again. A person who requeues a finished event means a fresh start.
    if old.status in ('processed', 'failed', 'cancelled') and v_by_hand then
        new.processed_at := null;
        new.claimed_at := null;
        new.error_message := null;
        new.attempts := 0;
        new.retry_count := 0;
        new.crashes := 0;

        update marketing.pipeline_errors
        set resolved = true, resolved_at = clock_timestamp(), resolved_by = 'requeue'
        where event_id = new.id
        and not resolved;
    end if;

    -- One that was never begun is due for every stage of its type: the scheduler makes the copies.
    v_is_shared := new.stage_id is null and new.claimed_at is null
        and exists (
            select from pipeline.stages as stage where stage.event_type = new.event_type and stage.id <> v_stage_id
        );

    if new.run_at > clock_timestamp() or v_is_shared then
        insert into pipeline.scheduled (run_at, event_id, stage_id)
        values (new.run_at, new.id, v_stage_id)
        on conflict do nothing;
        perform pg_notify('pipeline_wake', 'schedule');
    elsif v_stage_id is null then
        insert into pipeline.unrouted (event_id, event_type) values (new.id, new.event_type) on conflict do nothing;
    else
        insert into pipeline.ready (stage_id, priority, event_id, alone, requeued, deadline)
        values (v_stage_id, new.priority, new.id, new.crashes > 0 or coalesce(v_is_suspect, false), true, new.deadline)
        on conflict do nothing;
        perform pg_notify('pipeline_wake', new.event_type);
    end if;

    return new;
end
$$;

comment on function pipeline.follow_status() is
    'Trigger function of the ledger: an UPDATE of status, run_at or priority requeues, reschedules, reprioritises, cancels or fails; it counts retries.';

-- What the engine does most (pending or processing to processed, pending to processing) calls nothing: such an update writes a new
-- claimed_at or processed_at. The server reads these conditions anew for every statement, which costs a claim of one event more than the
-- rest of its update; so they are few, and the function looks closer. Before 'pr' are cancelled, failed and pending.
create or replace trigger follow_status
    before update of status, run_at, priority, attempts, retry_count on marketing.pipeline_events
    for each row
    when (
        (
            new.status < 'pr' collate "C"
            or new.status = old.status
            or new.processed_at is null and (new.status = 'processed' or new.claimed_at is not distinct from old.claimed_at)
        )
        and current_setting('pipeline.in_bulk', true) is distinct from 'on'
    )
    execute function pipeline.follow_status();
