-- public.plan_followup(item): when somebody is asked about an action item, made when the item is.
--
-- At the reminder that was asked for; else the day before it is due; else some days after the event (or after now, when that is over), as
-- check_in_days says. Never in the past.
--
-- Arguments: item.
-- Returns: the number of the follow-up; NULL: none is planned.
-- Reads:  public.followup_settings, public.events, public.event_notes; by public.check_in_days what it reads
-- Writes: public.contractor_followup_schedules; by its triggers marketing.pipeline_events
-- Locks:  the new row

create or replace function public.plan_followup(item public.contractor_action_items)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_settings public.followup_settings;
    v_event public.events;
    v_note text;
    v_today date;
    v_day date;
    v_at timestamptz;
    v_id bigint;
begin
    select settings.* into v_settings from public.followup_settings as settings;
    if not v_settings.follow_up_on_new_items or item.status not in ('pending', 'in_progress', 'deferred') then
        return null;
    end if;

    select event.* into v_event from public.events as event where event.id = item.event_id;
    select note.note_text into v_note from public.event_notes as note where note.id = item.related_note_id;

    v_today := (clock_timestamp() at time zone public.zone_of(item.contractor_id, item.event_id))::date;
    v_day := case
        when item.due_date is not null then greatest(item.due_date - 1, v_today + 1)
        else greatest(coalesce(v_event.end_date, v_today), v_today) + public.check_in_days(item.contractor_id, item.event_id, item.priority)
    end;
    v_at := coalesce(
        item.reminder_time,
        public.local_hour_after(item.contractor_id, item.event_id, v_day, v_settings.local_hour, v_settings.skip_weekends)
    );

    insert into public.contractor_followup_schedules (
        contractor_id, action_item_id, event_id, scheduled_time, followup_type, message_template, ai_context_hints
    )
    values (
        item.contractor_id, item.id, item.event_id, greatest(v_at, clock_timestamp()),
        case when item.reminder_time is null then 'check_in' else 'reminder' end,
        case
            when item.reminder_time is null then format('Hey {firstName}! Just checking in: %s. Is it done, or should I ask again next week?', public.as_literal_text(item.title))
            else format('{firstName}, you wanted to be reminded: %s. Reply DONE when it is.', public.as_literal_text(item.title))
        end,
        jsonb_strip_nulls(jsonb_build_object('mention_event', v_event.name, 'reference_note', left(v_note, 80)))
    )
    returning id into v_id;

    return v_id;
end
$$;

comment on function public.plan_followup(public.contractor_action_items) is 'Plans when somebody is asked about an action item.';

revoke execute on function public.plan_followup(public.contractor_action_items) from public;
