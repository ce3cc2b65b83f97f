-- trigger_followup_event: public.schedule_followups(): each follow-up that waits is the event followup_due, at its time.
--
-- One whose words a chat model may better is an event before that, too (public.foresee_followups).
-- A text that was made of one already is cancelled when the follow-up is moved or ends.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_followups, old_followups (transition tables), marketing.pipeline_events; by public.foresee_followups what it reads
-- Writes: marketing.pipeline_events (by public.foresee_followups and public.cancel_message_events, too), public.event_messages
-- Locks:  the texts, then the events that nobody else holds

create or replace function public.schedule_followups()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_old bigint[];
begin
    if tg_op <> 'INSERT' then
        select array_agg(before.pipeline_event_id) into v_old
        from old_followups as before
        where before.pipeline_event_id is not null;
    end if;

    if tg_op <> 'DELETE' then
        insert into marketing.pipeline_events (id, event_type, payload, run_at, priority, parent_id, root_id)
        select
            followup.pipeline_event_id, 'followup_due', jsonb_build_object('record_id', followup.id), followup.scheduled_time,
            case followup.message_tone when 'urgent' then 3 else 8 end,
            followup.caused_by,
            (
                select coalesce(parent.root_id, parent.id)
                from marketing.pipeline_events as parent
                where parent.id = followup.caused_by
            )
        from new_followups as followup
        where followup.pipeline_event_id is not null
        -- Sets, here and below: a join that was planned for one row would read all of one version for each row of the other.
        and followup.pipeline_event_id not in (select before.id from unnest(v_old) as before (id))
        order by followup.pipeline_event_id;

        perform public.foresee_followups(
            array(
                select followup.id
                from new_followups as followup
                where followup.pipeline_event_id is not null
                and followup.pipeline_event_id not in (select before.id from unnest(v_old) as before (id))
            )
        );

        select array_agg(gone.id) into v_old
        from unnest(v_old) as gone (id)
        where gone.id not in (
            select followup.pipeline_event_id from new_followups as followup where followup.pipeline_event_id is not null
        );
    end if;

    if tg_op = 'UPDATE' then
        update public.event_messages as message
        set status = 'cancelled', skip_reason = coalesce(followup.cancelled_reason, 'The follow-up was moved.')
        from old_followups as before
        join public.contractor_followup_schedules as followup on followup.id = before.id
        where message.id = before.message_id
        and before.status = 'scheduled'
        and (followup.status not in ('scheduled', 'sent') or followup.message_id is distinct from before.message_id)
        and message.status in ('scheduled', 'sending');
    end if;

    if v_old is not null then
        perform public.cancel_message_events(v_old, 'The follow-up was moved, cancelled or done.');
    end if;

    return null;
end
$$;

comment on function public.schedule_followups() is 'Trigger function of contractor_followup_schedules: each that waits is an event at its time.';

create or replace trigger trigger_followup_event
    after insert on public.contractor_followup_schedules
    referencing new table as new_followups
    for each statement
    execute function public.schedule_followups();

create or replace trigger trigger_followup_update_event
    after update on public.contractor_followup_schedules
    referencing old table as old_followups new table as new_followups
    for each statement
    execute function public.schedule_followups();

create or replace trigger trigger_followup_delete_event
    after delete on public.contractor_followup_schedules
    referencing old table as old_followups
    for each statement
    execute function public.schedule_followups();
