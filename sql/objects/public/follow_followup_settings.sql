-- public.follow_followup_settings(): peers are looked for hourly while they are to be asked at all, and not asked any more once they are not;
-- follow-ups wait for a chat model's words while there is one.
--
-- Returns: nothing (row trigger after the change).
-- Reads:  pipeline.scheduled, pipeline.stages; by public.foresee_followups what it reads
-- Writes: public.event_messages, marketing.pipeline_events; by public.keep_schedule pipeline.schedules
-- Locks:  the schedule, then the texts that were planned, then the events

create or replace function public.follow_followup_settings()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform public.keep_schedule(
        'ask_peers', new.ask_whether_they_met or new.monthly_peer_check_ins,
        '0 * * * *', 'peers_to_ask', 'Asks peers after their event; edit followup_settings.'
    );

    update public.event_messages as message
    set status = 'cancelled', skip_reason = 'Peers are not asked any more: see followup_settings.'
    where message.status in ('draft', 'scheduled')
    and (
        message.message_type = 'peer_meeting_check' and not new.ask_whether_they_met
        or message.message_type = 'peer_check_in' and not new.monthly_peer_check_ins
    );

    if tg_op = 'UPDATE' and new.words_by_model and not old.words_by_model then
        perform public.foresee_followups(null);
    elsif tg_op = 'UPDATE' and old.words_by_model and not new.words_by_model then
        update marketing.pipeline_events as event
        set status = 'cancelled', error_message = 'No chat model is configured any more.'
        from pipeline.scheduled as waiting
        join pipeline.stages as stage on stage.id = waiting.stage_id
        where event.id = waiting.event_id
        and stage.event_type = 'followup_upcoming'
        and event.status = 'pending';
    end if;

    return null;
end
$$;

comment on function public.follow_followup_settings() is 'Trigger function of followup_settings: peers are asked while they are to be.';

create or replace trigger follow_followup_settings
    after insert or update on public.followup_settings
    for each row
    execute function public.follow_followup_settings();
