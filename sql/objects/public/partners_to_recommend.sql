-- public.partners_to_recommend(): who could be told now of which partner, after which event.
--
-- From the tenth day after an event, so that an organiser has time to look; the text itself goes on the sixteenth, at local_hour, and never
-- later than the twenty-first. To people who came, agreed to texts and work on something that the partner serves; never of one who was at
-- the event (partners_absent), whom the person has as an action item, or of whom he was told before.
-- Of several the one with most in common, then the one who is recommended least.
--
-- Returns: event_id; contractor_id; partner_id; shared_areas; send_at; needs_approval.
-- Reads:  public.followup_settings, public.event_followup_settings, public.events, public.event_attendees, public.contractors,
--         public.sms_subscriptions, public.contractor_action_items, public.partner_recommendations; by public.partners_absent and
--         public.local_hour_after what they read
-- Writes: nothing
-- Locks:  none

create or replace function public.partners_to_recommend()
returns table (
    event_id bigint, contractor_id bigint, partner_id bigint, shared_areas text[], send_at timestamptz, needs_approval boolean
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with
    over as materialized (
        select
            event.id, event.end_date, setting.local_hour, setting.skip_weekends,
            coalesce(own.partners_need_approval, setting.partners_need_approval) as needs_approval,
            (clock_timestamp() at time zone event.timezone)::date as today
        from public.events as event
        cross join public.followup_settings as setting
        left join public.event_followup_settings as own on own.event_id = event.id
        where coalesce(own.recommend_partners, setting.recommend_partners)
        and event.status = 'scheduled'
        and event.is_active
        and (clock_timestamp() at time zone event.timezone)::date between event.end_date + 10 and event.end_date + 20
    ),
    absent as materialized (
        select over.id as event_id, found.partner_id, found.areas
        from over
        cross join lateral public.partners_absent(over.id) as found
    ),
    people as materialized (
        select over.*, attendee.contractor_id, public.list_of_areas(person.focus_areas) as areas
        from over
        join public.event_attendees as attendee on attendee.event_id = over.id
        join public.contractors as person on person.id = attendee.contractor_id
        where attendee.checked_in
        and attendee.registration_status = 'registered'
        and attendee.sms_opt_in
        and coalesce(attendee.real_phone, person.phone) is not null
        and not exists (
            select
            from public.sms_subscriptions as subscription
            where subscription.phone_number = coalesce(attendee.real_phone, person.phone)
            and (subscription.opted_in = false or subscription.undeliverable_at is not null)
        )
        and not exists (
            select
            from public.partner_recommendations as told
            where told.event_id = over.id
            and told.contractor_id = attendee.contractor_id
        )
    )
    -- A person who was at two events at once is told after one of them.
    select distinct on (people.contractor_id)
        people.id, people.contractor_id, absent.partner_id, shared.areas,
        greatest(
            clock_timestamp(),
            least(
                public.local_hour_after(
                    people.contractor_id, people.id, greatest(people.end_date + 16, people.today + 1), people.local_hour,
                    people.skip_weekends
                ),
                public.local_hour_after(people.contractor_id, people.id, people.end_date + 21, people.local_hour)
            )
        ),
        people.needs_approval
    from people
    join absent on absent.event_id = people.id
    cross join lateral (
        select array(select distinct area from unnest(people.areas) as area where area <> '' and area = any (absent.areas) order by 1) as areas
    ) as shared
    where cardinality(shared.areas) > 0
    and not exists (
        select
        from public.partner_recommendations as told
        where told.contractor_id = people.contractor_id
        and (told.partner_id = absent.partner_id or told.created_at > clock_timestamp() - interval '10 days')
    )
    and not exists (
        select
        from public.contractor_action_items as item
        where item.contractor_id = people.contractor_id
        and item.related_partner_id = absent.partner_id
    )
    order by
        people.contractor_id, people.end_date, people.id, cardinality(shared.areas) desc,
        (select count(*) from public.partner_recommendations as told where told.partner_id = absent.partner_id), absent.partner_id;
end;

comment on function public.partners_to_recommend() is
    'Who could be told now of which partner who was not at the event: SELECT * FROM partners_to_recommend();';

revoke execute on function public.partners_to_recommend() from public;
