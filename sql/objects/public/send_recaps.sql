-- public.send_recaps(event_ids): the stage send_recaps; everybody who has something in it gets the summary of an event that is over.
--
-- When the rule event_recap says so. Quiet hours, consent and caps are the text's; nobody gets it twice.
--
-- Arguments: event_ids of event_recap_due events, already claimed. Their payloads: event_id.
-- Returns: nothing for each event that went through.
-- Reads:  marketing.pipeline_events, public.events, public.event_attendees, public.contractors; by public.event_summary what it
--         reads
-- Writes: public.event_messages
-- Locks:  the new rows, in the order of the people

create or replace function public.send_recaps(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into public.event_messages (event_id, contractor_id, message_type, personalization_data, dedupe_key, planned_by, caused_by)
    select
        attendee.event_id, attendee.contractor_id, 'event_recap',
        jsonb_build_object('template', 'event_summary') || summary.words,
        format('event_recap-%s-%s', attendee.event_id, attendee.contractor_id), 'followup', due.id
    from marketing.pipeline_events as due
    join public.events as event on event.id = marketing.payload_id(due.payload, 'event_id')
    join public.event_attendees as attendee on attendee.event_id = event.id
    join public.contractors as person on person.id = attendee.contractor_id
    cross join lateral (
        select public.summary_words(public.event_summary(attendee.contractor_id, attendee.event_id)) as words
        -- Made once, not once for each use of it.
        offset 0
    ) as summary
    where due.id = any (event_ids)
    and event.status = 'scheduled'
    and event.is_active
    and attendee.checked_in
    and attendee.registration_status = 'registered'
    and attendee.sms_opt_in
    and coalesce(attendee.real_phone, person.phone) is not null
    and not summary.words ? 'is_empty'
    order by attendee.event_id, attendee.contractor_id
    on conflict (dedupe_key) do nothing;
end
$$;

comment on function public.send_recaps(bigint[]) is 'Stage send_recaps: everybody gets the summary of an event that is over.';
