-- public.agenda_texts(event_id, contractor_ids, moments): which texts are due for whom and when, as the event stands now.
--
-- Whoever is registered, agreed to be texted and has a phone gets what the rules give him; what was sent or has passed is in the list
-- as well, agenda_sync compares. Sponsors are ranked by what they have in common with the person, three to a break, others in the next.
--
-- Arguments: event_id; contractor_ids: only these; NULL: all; moments: only these, each <rule>:<subject> as in agenda_plan; NULL: all.
-- Returns: contractor_id; phone; message_type; category; scheduled_time; priority; expires_at; dedupe_key: event, person, rule and what it
--          is about; personalization_data: first_name, name, company_name, template where the rule has one of its own, minutes_before,
--          sponsors, and what agenda_details lists; agenda_item_id, NULL: not about an item; is_personal: counted from a moment of the
--          person.
-- Reads:  public.event_attendees, public.contractors, public.sms_subscriptions, public.event_sponsors, public.events, and what agenda_plan
--         reads
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_texts(event_id bigint, contractor_ids bigint[] default null, moments text[] default null)
returns table (
    contractor_id bigint, phone text, message_type text, category text, scheduled_time timestamptz, priority smallint,
    expires_at timestamptz, dedupe_key text, personalization_data jsonb, agenda_item_id bigint, is_personal boolean
)
language plpgsql
stable
rows 10000
set search_path = pg_catalog, pg_temp
-- Planned once and not for every call: that would take longer than the call.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with
    -- Columns, not the rule as a whole: it would be carried along and taken apart for every text.
    plan as materialized (
        select
            (plan.rule).message_type, (plan.rule).category, (plan.rule).priority, (plan.rule).anchor, (plan.rule).time_offset,
            (plan.rule).expires_from, (plan.rule).expires_after,
            'checked_in' = any ((plan.rule).who) as wants_checked_in,
            'not_checked_in' = any ((plan.rule).who) as wants_not_checked_in,
            'profile_complete' = any ((plan.rule).who) as wants_complete,
            'profile_incomplete' = any ((plan.rule).who) as wants_incomplete,
            'attended' = any ((plan.rule).who) as wants_attended,
            'sponsors' = any ((plan.rule).requires) as names_sponsors,
            format(':%s:%s', (plan.rule).name, plan.subject) as key,
            plan.subject = 'person' as is_personal,
            plan.agenda_item_id, plan.place, plan.anchor_at, plan.begins_at, plan.ends_at, plan.scheduled_time, plan.expires_at,
            plan.details || jsonb_strip_nulls(jsonb_build_object(
                'template', nullif((plan.rule).template, (plan.rule).message_type),
                'minutes_before', case
                    when plan.scheduled_time < plan.anchor_at then ceil(extract(epoch from plan.anchor_at - plan.scheduled_time) / 60)
                end
            )) as said
        from public.agenda_plan(agenda_texts.event_id) as plan
        where (plan.rule).delivers = 'text'
        and (
            agenda_texts.moments is null
            or (plan.rule).name || ':' || plan.subject = any (agenda_texts.moments)
        )
    ),
    -- Nobody is asked for when nothing is asked about.
    people as materialized (
        select
            attendee.*,
            coalesce(attendee.real_phone, contractor.phone) as texted_phone,
            contractor.focus_areas,
            jsonb_strip_nulls(jsonb_build_object(
                'first_name', contractor.first_name, 'name', contractor.name, 'company_name', contractor.company_name
            )) as said
        from public.event_attendees as attendee
        join public.contractors as contractor on contractor.id = attendee.contractor_id
        where attendee.event_id = agenda_texts.event_id
        and (agenda_texts.contractor_ids is null or attendee.contractor_id = any (agenda_texts.contractor_ids))
        and attendee.registration_status = 'registered'
        and attendee.sms_opt_in
        and coalesce(attendee.real_phone, contractor.phone) is not null
        and exists (select from plan)
        and not exists (
            select from public.sms_subscriptions as subscription
            where subscription.phone_number = coalesce(attendee.real_phone, contractor.phone)
            and (subscription.opted_in = false or subscription.undeliverable_at is not null)
        )
    ),
    -- Many have the same areas: each list is read, and compared with the sponsors', once.
    tastes as materialized (
        select taste.focus_areas, public.list_of_areas(taste.focus_areas) as areas
        from (
            select distinct people.focus_areas from people where exists (select from plan where plan.names_sponsors)
        ) as taste
    ),
    sponsors as materialized (
        select
            sponsor.id,
            public.list_of_areas(sponsor.focus_areas_served::text) as areas,
            jsonb_strip_nulls(jsonb_build_object(
                'sponsor_id', sponsor.id, 'name', sponsor.sponsor_name, 'booth', sponsor.booth_number,
                'booth_location', sponsor.booth_location
            )) as said
        from public.event_sponsors as sponsor
        where sponsor.event_id = agenda_texts.event_id
    ),
    ranked as (
        select
            tastes.focus_areas, sponsors.said,
            row_number() over (
                partition by tastes.focus_areas
                order by cardinality(array(select unnest(sponsors.areas) intersect all select unnest(tastes.areas))) desc, sponsors.id
            ) - 1 as rank,
            (count(*) over (partition by tastes.focus_areas) + 2) / 3 as boards
        from tastes
        cross join sponsors
    ),
    boards as materialized (
        select
            ranked.focus_areas, ranked.boards, ranked.rank / 3 as board,
            jsonb_build_object('sponsors', jsonb_agg(ranked.said order by ranked.rank)) as said
        from ranked
        group by ranked.focus_areas, ranked.boards, ranked.rank / 3
    ),
    due as (
        select
            person.contractor_id, person.texted_phone, person.focus_areas, person.said as said_of_person, person.created_at, plan.*,
            event.timezone, event.accelerated,
            case plan.anchor
                when 'registration' then person.registration_date
                when 'profile_complete' then person.profile_completion_time
            end as at
        from public.events as event
        cross join plan
        cross join people as person
        where event.id = agenda_texts.event_id
        and (not plan.wants_checked_in or person.checked_in)
        and (not plan.wants_not_checked_in or not person.checked_in)
        and (not plan.wants_complete or person.profile_completion_status = 'complete')
        and (not plan.wants_incomplete or person.profile_completion_status <> 'complete')
        and (
            not plan.wants_attended
            or person.checked_in and plan.agenda_item_id is null
            or person.check_in_time < plan.ends_at and coalesce(person.check_out_time > plan.begins_at, true)
        )
    ),
    timed as (
        select
            due.contractor_id, due.texted_phone, due.focus_areas, due.said_of_person, due.created_at, due.message_type, due.category,
            due.priority, due.key, due.is_personal, due.names_sponsors, due.agenda_item_id, due.place, due.said, due.scheduled_time,
            due.expires_at as deadline
        from due
        where not due.is_personal

        union all

        select
            due.contractor_id, due.texted_phone, due.focus_areas, due.said_of_person, due.created_at, due.message_type, due.category,
            due.priority, due.key, due.is_personal, due.names_sponsors, due.agenda_item_id, due.place, due.said, moment.scheduled_time,
            -- Nobody is told after the event that he is registered for it.
            least(due.ends_at, public.agenda_deadline(
                due.expires_from, due.expires_after, moment.scheduled_time, due.at, due.ends_at, due.timezone, due.accelerated
            ))
        from due
        cross join lateral (
            select case
                when due.accelerated then due.at + due.time_offset / 60
                else public.shift_in_zone(due.at, due.time_offset, due.timezone)
            end as scheduled_time
        ) as moment
        where due.is_personal
        and due.at is not null
    )
    select
        timed.contractor_id, timed.texted_phone, timed.message_type, timed.category, timed.scheduled_time, timed.priority, timed.deadline,
        'agenda:' || agenda_texts.event_id || ':' || timed.contractor_id || timed.key,
        timed.said_of_person || timed.said || coalesce(boards.said, '{}'),
        timed.agenda_item_id, timed.is_personal
    from timed
    left join boards
        on timed.names_sponsors
        and boards.focus_areas is not distinct from timed.focus_areas
        and boards.board = (timed.place - 1) % boards.boards
    where timed.deadline > timed.scheduled_time
    -- Who comes late does not get what the others had before.
    and (timed.is_personal or timed.scheduled_time >= timed.created_at);
end
$$;

comment on function public.agenda_texts(bigint, bigint[], text[]) is
    'Which texts are due for whom and when, as the event stands now: SELECT * FROM agenda_texts(41) ORDER BY scheduled_time.';
