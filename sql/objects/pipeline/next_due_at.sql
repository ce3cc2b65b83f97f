-- pipeline.next_due_at(stage_ids): when there will be something to do again, if nobody emits anything before.
--
-- Arguments: stage_ids: whose events count as something to do now; what other stages have waiting is for other daemons;
--            NULL: all.
-- Returns: the time, which is past when there is something to do now; NULL: never.
-- Reads:  pipeline.stages, pipeline.ready, pipeline.scheduled, pipeline.parked, pipeline.limit_wakes, pipeline.waiting_keys,
--         pipeline.schedules, pipeline.unannounced
-- Writes: nothing
-- Locks:  none

drop function if exists pipeline.next_due_at();

create or replace function pipeline.next_due_at(stage_ids smallint[] default null)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select least(
        (
            select '-infinity'::timestamptz
            from pipeline.stages as stage
            where (next_due_at.stage_ids is null or stage.id = any (next_due_at.stage_ids))
            and not stage.paused
            and exists (select from pipeline.ready where ready.stage_id = stage.id)
            and not exists (select from pipeline.limit_wakes as wake where wake.stage_id = stage.id)
            limit 1
        ),
        (select '-infinity'::timestamptz from pipeline.unannounced limit 1),
        -- Not min: in a table that is empty by its statistics it would be looked for from end to end.
        (select scheduled.run_at from pipeline.scheduled order by scheduled.run_at limit 1),
        (select min(parked.until) from pipeline.parked),
        (
            select min(wake.wake_at)
            from pipeline.limit_wakes as wake
            where next_due_at.stage_ids is null
            or wake.stage_id = any (next_due_at.stage_ids)
        ),
        (
            select min(waiting.wake_at)
            from pipeline.waiting_keys as waiting
            join pipeline.stages as stage on stage.id = waiting.stage_id and stage.limiter = waiting.limit_name
            where not stage.paused
            and (next_due_at.stage_ids is null or stage.id = any (next_due_at.stage_ids))
        ),
        (select min(schedule.next_at) from pipeline.schedules as schedule where schedule.enabled)
    );
end;

comment on function pipeline.next_due_at(smallint[]) is 'When there will be something to do again if nobody emits anything before; NULL: never.';
