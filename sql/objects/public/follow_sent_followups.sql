-- public.follow_sent_followups(): a follow-up says what became of its text.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_messages, old_messages (transition tables)
-- Writes: public.contractor_followup_schedules
-- Locks:  the follow-ups of texts whose status changed

create or replace function public.follow_sent_followups()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from new_messages as message where message.message_type = 'follow_up') then
        return null;
    end if;

    update public.contractor_followup_schedules as followup
    set status = case when message.status in ('sent', 'delivered') then 'sent' else 'cancelled' end,
        sent_at = case when message.status in ('sent', 'delivered') then message.actual_send_time end,
        sent_by = case when message.status in ('sent', 'delivered') then 'scheduler' end,
        cancelled_reason = case when message.status not in ('sent', 'delivered') then coalesce(message.skip_reason, message.error_message) end
    from new_messages as message
    where followup.message_id = message.id
    and followup.status = 'scheduled'
    and message.status in ('sent', 'delivered', 'cancelled', 'failed')
    -- A set: a join that was planned for one row would read all of one version for each row of the other.
    and (message.id, message.status) not in (select before.id, before.status from old_messages as before);

    return null;
end
$$;

comment on function public.follow_sent_followups() is 'Trigger function of event_messages: a follow-up says what became of its text.';

create or replace trigger follow_sent_followups
    after update on public.event_messages
    referencing old table as old_messages new table as new_messages
    for each statement
    execute function public.follow_sent_followups();
