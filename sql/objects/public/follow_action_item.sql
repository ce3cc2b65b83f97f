-- public.follow_action_item(): follow-ups go along with their item.
--
-- A new item plans its own. A completed or cancelled one skips those that wait, and their texts that were not sent. A new due date moves
-- them by as many days, a new reminder brings the next one there.
--
-- Returns: nothing of use (after trigger).
-- Reads:  nothing
-- Writes: public.contractor_followup_schedules, by its triggers public.event_messages; public.event_notes; by public.plan_followup what it writes
-- Locks:  the follow-ups, then their texts

create or replace function public.follow_action_item()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' then
        perform public.plan_followup(new);
        return null;
    end if;

    if new.status in ('completed', 'cancelled') and old.status not in ('completed', 'cancelled') then
        update public.contractor_followup_schedules as followup
        set status = case new.status when 'completed' then 'skipped' else 'cancelled' end,
            cancelled_reason = format('The action item is %s.', new.status)
        where followup.action_item_id = new.id
        and followup.status = 'scheduled'
        and (followup.skip_if_completed or new.status = 'cancelled');

        update public.event_notes as note
        set followup_completed = true, followup_completed_at = clock_timestamp(), updated_at = clock_timestamp()
        where note.id = new.related_note_id
        and new.status = 'completed'
        and not note.followup_completed;
    elsif new.reminder_time is not null and new.reminder_time is distinct from old.reminder_time then
        update public.contractor_followup_schedules as followup
        set scheduled_time = greatest(new.reminder_time, clock_timestamp())
        where followup.id = (
            select next.id
            from public.contractor_followup_schedules as next
            where next.action_item_id = new.id
            and next.status = 'scheduled'
            and next.message_id is null
            order by next.scheduled_time
            limit 1
        );
    elsif new.due_date <> old.due_date then
        update public.contractor_followup_schedules as followup
        set scheduled_time = greatest(followup.scheduled_time + make_interval(days => new.due_date - old.due_date), clock_timestamp())
        where followup.action_item_id = new.id
        and followup.status = 'scheduled'
        and followup.message_id is null;
    end if;

    return null;
end
$$;

comment on function public.follow_action_item() is 'Trigger function of contractor_action_items: follow-ups go along with their item.';

create or replace trigger follow_action_item
    after insert or update on public.contractor_action_items
    for each row
    execute function public.follow_action_item();
