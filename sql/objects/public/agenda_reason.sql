-- public.agenda_reason(event_id, contractor_id, agenda_item_id): why a text that was planned is not due any more, in a sentence.
--
-- Arguments: event_id; contractor_id; agenda_item_id: what it was about, NULL: not about an item.
-- Returns: the sentence.
-- Reads:  public.events, public.event_attendees, public.contractors, public.sms_subscriptions, public.event_agenda_items
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_reason(event_id bigint, contractor_id bigint, agenda_item_id bigint)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select case
            when event.id is null or event.status = 'cancelled' or not event.is_active then 'The event was cancelled.'
            when event.status = 'draft' then 'The event is a draft again.'
            when attendee.id is null or attendee.registration_status <> 'registered' then 'The registration was cancelled.'
            when not attendee.sms_opt_in then 'The person does not agree to be texted.'
            when coalesce(attendee.real_phone, contractor.phone) is null then 'The person has no phone any more.'
            when subscription.opted_in = false then 'The number has opted out.'
            when subscription.undeliverable_at is not null then 'Texts cannot reach the number.'
            when agenda_reason.agenda_item_id is not null and (item.id is null or item.status = 'cancelled')
                then 'The agenda item was cancelled.'
            when agenda_reason.agenda_item_id is null and attendee.checked_in then 'The person has checked in.'
            else 'The agenda and its rules no longer ask for it.'
        end
        from (values (agenda_reason.event_id)) as asked (id)
        left join public.events as event on event.id = asked.id
        left join public.event_attendees as attendee
            on attendee.event_id = asked.id
            and attendee.contractor_id = agenda_reason.contractor_id
        left join public.contractors as contractor on contractor.id = attendee.contractor_id
        left join public.sms_subscriptions as subscription on subscription.phone_number = coalesce(attendee.real_phone, contractor.phone)
        left join public.event_agenda_items as item on item.id = agenda_reason.agenda_item_id
    );
end
$$;

comment on function public.agenda_reason(bigint, bigint, bigint) is 'Why a text that was planned is not due any more, in a sentence.';
