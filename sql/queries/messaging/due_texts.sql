-- messaging/due_texts: everything that decides about texts whose events were claimed, with the texts' rows held.
--
-- A row that somebody else holds is being changed at this moment: it comes back as not ours, and its event is put back for a second. To
-- wait for it would be a deadlock, since whoever holds it may wait for its event.
--
-- $1 bigint[]: events; $2 bigint[]: their texts, in the same order.
-- Columns: event_id; is_there; is_ours; now; and of texts that are ours all that `DueText` reads. NULL where nothing is known.
-- Reads:  public.event_messages, public.message_types, public.event_attendees, public.contractors, public.events,
--         public.event_messaging, public.sending_accounts, public.message_templates, public.message_attempts
-- Locks:  the texts that nobody else holds, in the order of their ids
with
held as materialized (
    select message.*
    from public.event_messages as message
    where message.id = any ($2::bigint[])
    order by message.id
    for update skip locked
)
select
    given.event_id,
    given.message_id,
    existing.id is not null as is_there,
    held.id is not null as is_ours,
    clock_timestamp() as now,
    held.pipeline_event_id,
    held.event_id as public_event_id,
    held.contractor_id,
    held.message_type,
    held.status,
    held.channel,
    held.direction,
    held.scheduled_time,
    held.send_at,
    held.expires_at,
    held.message_content,
    held.personalization_data,
    held.agenda_item_id,
    held.attempts,
    held.attempt_id,
    held.ghl_location_id,
    coalesce(attendee.real_phone, contractor.phone, held.phone) as phone,
    coalesce(held.ghl_contact_id, contractor.ghl_contact_id) as contact_id,
    type.when_quiet,
    type.event_day_exempt and coalesce(settings.event_day_exempt, false) as may_be_exempt,
    coalesce(type.needs_consent, true) as needs_consent,
    coalesce(type.overrides_opt_out, false) as overrides_opt_out,
    coalesce(type.needs_registration, true) as needs_registration,
    coalesce(type.needs_check_in, false) as needs_check_in,
    coalesce(type.skip_when_checked_in, false) as skip_when_checked_in,
    coalesce(type.skip_when_profile_complete, false) as skip_when_profile_complete,
    coalesce(type.once_per_number, false) as once_per_number,
    coalesce(type.counts, true) as counts,
    coalesce(type.max_segments, 3)::integer as max_segments,
    coalesce(type.variables, '{}') as variables,
    type.category as type_category,
    attendee.id is not null as is_attendee,
    attendee.registration_status,
    case when held.event_id is not null then attendee.sms_opt_in else contractor.sms_opt_in end as sms_opt_in,
    coalesce(attendee.checked_in, false) as is_checked_in,
    attendee.check_out_time is not null as is_checked_out,
    attendee.profile_completion_status = 'complete' as is_profile_complete,
    contractor.name,
    contractor.first_name,
    contractor.last_name,
    contractor.company_name,
    contractor.timezone as person_timezone,
    contractor.address_state as person_state,
    contractor.service_area as person_address,
    event.name as event_name,
    event.location as event_location,
    to_char(event.date, 'FMDay, FMMonth FMDD') as event_date,
    event.timezone as event_timezone,
    event.status as event_status,
    event.is_active as event_is_active,
    (clock_timestamp() at time zone event.timezone)::date between event.date and event.end_date as is_event_day,
    coalesce(settings.paused, false) as is_event_paused,
    account.name as account,
    account.provider,
    account.test_number,
    account.sample_numbers,
    account.default_region,
    account.keeps_emoji as account_keeps_emoji,
    template.body as template,
    coalesce(template.keeps_emoji, false) as keeps_emoji,
    attempt.outcome as attempt_outcome
from unnest($1::bigint[], $2::bigint[]) as given (event_id, message_id)
left join public.event_messages as existing on existing.id = given.message_id
left join held on held.id = given.message_id
left join lateral (
    select type.*
    from public.message_types as type
    where type.message_type in (held.message_type, 'other')
    order by type.message_type = 'other'
    limit 1
) as type on true
left join public.events as event on event.id = held.event_id
left join public.event_messaging as settings on settings.event_id = held.event_id
left join public.sending_accounts as account
    on account.name = settings.account
    or settings.account is null and account.is_default
left join public.contractors as contractor on contractor.id = held.contractor_id
left join public.event_attendees as attendee
    on attendee.event_id = held.event_id
    and attendee.contractor_id = held.contractor_id
left join lateral (
    select template.body, template.keeps_emoji
    from public.message_templates as template
    where template.name = coalesce(held.personalization_data ->> 'template', held.message_type)
    and (template.event_id = held.event_id or template.event_id is null)
    order by template.event_id is null
    limit 1
) as template on true
left join public.message_attempts as attempt on attempt.id = held.attempt_id
order by given.message_id
