-- public.complete_followup(): a follow-up in order, with the number of the event that stands for it.
--
-- A time in the past is now. One that is not given is found: of an action item by check_in_days, of nothing in particular tomorrow. What is
-- moved, or scheduled again, gets an event of its own; the old one is cancelled when the statement ends. Words that a model found for
-- another template, tone or hints are gone with them.
--
-- Returns: the row, completed.
-- Reads:  by public.followup_time what it reads
-- Writes: nothing
-- Locks:  none beyond the row

create or replace function public.complete_followup()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.scheduled_time is null then
        new.scheduled_time := public.followup_time(new);
    end if;

    if tg_op = 'INSERT' then
        new.pipeline_event_id := null;
    else
        new.updated_at := clock_timestamp();
        if (new.message_template, new.message_tone, new.ai_context_hints, new.contractor_id)
            is distinct from (old.message_template, old.message_tone, old.ai_context_hints, old.contractor_id)
        then
            new.ai_message := null;
        end if;
        if new.status = 'scheduled' and (old.status <> 'scheduled' or new.scheduled_time <> old.scheduled_time) then
            new.pipeline_event_id := null;
            new.message_id := case when new.message_id is distinct from old.message_id then new.message_id end;
            new.cancelled_reason := null;
        elsif new.status = 'scheduled' and new.message_id is null and old.message_id is not null then
            new.status := 'cancelled';
            new.cancelled_reason := 'Its text was deleted.';
        end if;
    end if;

    if new.status <> 'scheduled' then
        new.pipeline_event_id := null;
    elsif new.message_id is null and new.pipeline_event_id is null then
        new.pipeline_event_id := nextval('marketing.pipeline_events_id_seq');
    end if;

    return new;
end
$$;

comment on function public.complete_followup() is 'Trigger function of contractor_followup_schedules: gives each that waits the number of its event.';

create or replace trigger complete_followup
    before insert or update on public.contractor_followup_schedules
    for each row
    execute function public.complete_followup();
