-- public.foresee_followups(followup_ids): follow-ups whose words a chat model may better are the event followup_upcoming a while before.
--
-- Whoever takes it looks whether it is still so. Where no chat model is configured there is none: nobody is woken for nothing.
--
-- Arguments: followup_ids; NULL: all.
-- Returns: nothing.
-- Reads:  public.contractor_followup_schedules, public.followup_settings, marketing.pipeline_events
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function public.foresee_followups(followup_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Time for a thousand that are due at one hour; within the second, nobody could answer before it is due.
    c_ahead constant interval := '15 minutes';
    c_too_late constant interval := '15 seconds';
begin
    if not exists (select from public.followup_settings as setting where setting.words_by_model) then
        return;
    end if;

    insert into marketing.pipeline_events (event_type, payload, run_at, priority, parent_id, root_id)
    select
        'followup_upcoming',
        jsonb_build_object('record_id', followup.id, 'due_event_id', followup.pipeline_event_id),
        greatest(followup.scheduled_time - c_ahead, clock_timestamp()),
        8,
        followup.caused_by,
        (
            select coalesce(parent.root_id, parent.id)
            from marketing.pipeline_events as parent
            where parent.id = followup.caused_by
        )
    from public.contractor_followup_schedules as followup
    where (foresee_followups.followup_ids is null or followup.id = any (foresee_followups.followup_ids))
    and followup.pipeline_event_id is not null
    and followup.status = 'scheduled'
    and followup.ai_should_personalize
    and followup.ai_context_hints <> '{}'
    and followup.ai_message is null
    and followup.scheduled_time > clock_timestamp() + c_too_late
    order by followup.pipeline_event_id;
end
$$;

comment on function public.foresee_followups(bigint[]) is 'Makes events of follow-ups whose words a chat model may better; NULL: of all.';

revoke execute on function public.foresee_followups(bigint[]) from public;
