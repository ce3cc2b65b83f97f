-- public.next_followup(followup): makes the next one of a recurring follow-up.
--
-- At the same hour on the person's clock, so many days later, or on the next day that is none off; occurrences that were missed while
-- nothing ran are left out. A series ends with its item, after max_occurrences (60 at most) or recurs_until, or when the number opts out.
--
-- Arguments: followup.
-- Returns: its number; NULL: the series is over.
-- Reads:  public.contractor_action_items, public.followup_settings
-- Writes: public.contractor_followup_schedules
-- Locks:  the follow-up

create or replace function public.next_followup(followup public.contractor_followup_schedules)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_zone constant text := public.zone_of(followup.contractor_id, followup.event_id);
    v_days integer := followup.recurrence_interval_days;
    v_local timestamp;
    v_at timestamptz;
    v_id bigint;
begin
    if not followup.is_recurring
        or followup.occurrence >= followup.max_occurrences
        or followup.next_occurrence_id is not null
        or exists (
            select
            from public.contractor_action_items as item
            where item.id = followup.action_item_id
            and item.status in ('completed', 'cancelled')
        )
    then
        return null;
    end if;

    v_days := v_days * greatest(1, ceil(extract(epoch from clock_timestamp() - followup.scheduled_time) / 86400 / v_days)::integer);
    v_local := (followup.scheduled_time at time zone v_zone) + make_interval(days => v_days);
    v_at := public.local_hour_after(
        followup.contractor_id, followup.event_id, v_local::date, v_local::time,
        coalesce((select setting.skip_weekends from public.followup_settings as setting), false)
    );

    if v_at > followup.recurs_until then
        return null;
    end if;

    insert into public.contractor_followup_schedules (
        contractor_id, action_item_id, event_id, scheduled_time, followup_type, message_template, message_tone, ai_should_personalize,
        ai_context_hints, skip_if_completed, is_recurring, recurrence_interval_days, recurs_until, occurrence, max_occurrences, caused_by
    )
    values (
        followup.contractor_id, followup.action_item_id, followup.event_id, v_at, followup.followup_type, followup.message_template,
        followup.message_tone, followup.ai_should_personalize, followup.ai_context_hints, followup.skip_if_completed, true,
        followup.recurrence_interval_days, followup.recurs_until, followup.occurrence + 1, followup.max_occurrences, followup.pipeline_event_id
    )
    returning id into v_id;

    update public.contractor_followup_schedules as present
    set next_occurrence_id = v_id
    where present.id = followup.id;

    return v_id;
end
$$;

comment on function public.next_followup(public.contractor_followup_schedules) is 'Makes the next one of a recurring follow-up.';

revoke execute on function public.next_followup(public.contractor_followup_schedules) from public;
