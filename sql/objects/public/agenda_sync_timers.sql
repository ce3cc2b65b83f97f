-- public.agenda_sync_timers(event_id): brings the events that an agenda has put into the schedule in step with it.
--
-- One for each rule and what it is about: what was emitted already is never emitted again, what still waits is moved or cancelled.
-- What a person cancelled in the ledger stays cancelled. An event whose time has passed, but not its deadline, is due at once.
--
-- Arguments: event_id.
-- Returns: planned, moved, cancelled: how many.
-- Reads:  public.events, and what agenda_plan reads
-- Writes: public.agenda_timers, marketing.pipeline_events
-- Locks:  timers in the order of their keys; their events in the ledger

create or replace function public.agenda_sync_timers(event_id bigint, out planned integer, out moved integer, out cancelled integer)
language plpgsql
set search_path = pg_catalog, pg_temp
-- Payloads say times in words, which must not depend on the session.
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_wanted record;
    v_timer public.agenda_timers;
    v_id bigint;
begin
    planned := 0;
    moved := 0;

    for v_wanted in
        with
        plan as materialized (
            select plan.* from public.agenda_plan(agenda_sync_timers.event_id) as plan
        )
        select
            (plan.rule).name as rule_name,
            (plan.rule).message_type as event_type,
            (plan.rule).priority as priority,
            plan.subject, plan.scheduled_time, plan.expires_at, plan.basis,
            jsonb_strip_nulls(jsonb_build_object(
                'event_id', agenda_sync_timers.event_id,
                'rule', (plan.rule).name,
                'day', plan.day_date,
                'agenda_item_id', plan.agenda_item_id,
                'starts_at', plan.begins_at,
                'ends_at', plan.ends_at
            ))
            || case when plan.basis is not null then jsonb_build_object(
                'lunch_item_id', plan.agenda_item_id,
                'basis', plan.basis,
                'introduction_time', coalesce(
                    (
                        select other.scheduled_time from plan as other
                        where (other.rule).name = 'peer_match_introduction'
                        and other.subject = plan.subject
                    ),
                    plan.anchor_at
                )
            ) else '{}' end as payload
        from plan
        where (plan.rule).delivers = 'event'
        order by (plan.rule).name, plan.subject
    loop
        select timer.* into v_timer
        from public.agenda_timers as timer
        where timer.event_id = agenda_sync_timers.event_id
        and timer.rule_name = v_wanted.rule_name
        and timer.subject = v_wanted.subject
        for update;

        if v_timer.event_id is null then
            continue when v_wanted.expires_at <= now();

            insert into public.agenda_timers (event_id, rule_name, subject, run_at, payload, basis, pipeline_event_id)
            select
                agenda_sync_timers.event_id, v_wanted.rule_name, v_wanted.subject, v_wanted.scheduled_time, v_wanted.payload, v_wanted.basis,
                pipeline.emit(
                    v_wanted.event_type, v_wanted.payload, v_wanted.scheduled_time, v_wanted.priority,
                    format(
                        '%s-%s-%s', case v_wanted.rule_name when 'peer_matching' then 'batch-peer-matching' else v_wanted.rule_name end,
                        agenda_sync_timers.event_id, v_wanted.subject
                    ),
                    interval '10 years'
                );
            planned := planned + 1;
        elsif (v_timer.run_at, v_timer.payload) is distinct from (v_wanted.scheduled_time, v_wanted.payload) then
            update marketing.pipeline_events as event
            set run_at = v_wanted.scheduled_time, payload = v_wanted.payload
            where event.id = v_timer.pipeline_event_id
            and event.status = 'pending';

            -- One that has begun keeps the time at which it was due.
            continue when not found;

            update public.agenda_timers as timer
            set run_at = v_wanted.scheduled_time, payload = v_wanted.payload, basis = v_wanted.basis, updated_at = now()
            where timer.event_id = v_timer.event_id
            and timer.rule_name = v_timer.rule_name
            and timer.subject = v_timer.subject;
            moved := moved + 1;
        end if;
    end loop;

    -- What is no longer wanted and has not begun; deleting the row cancels its event.
    delete from public.agenda_timers as timer
    using marketing.pipeline_events as event
    where timer.event_id = agenda_sync_timers.event_id
    and event.id = timer.pipeline_event_id
    and event.status = 'pending'
    and not exists (
        select from public.agenda_plan(agenda_sync_timers.event_id) as plan
        where (plan.rule).delivers = 'event'
        and (plan.rule).name = timer.rule_name
        and plan.subject = timer.subject
    );
    get diagnostics cancelled = row_count;
end
$$;

comment on function public.agenda_sync_timers(bigint) is 'Brings the events that an agenda has put into the schedule in step with it; agenda_sync calls it.';
