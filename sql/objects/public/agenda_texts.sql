-- public.agenda_texts(event_id, contractor_ids): which texts are due for whom and when, as the event stands now.
--
-- Whoever is registered, agreed to be texted and has a phone gets what the rules give him; what was sent or has passed is in the list
-- as well, agenda_sync compares. Sponsors are ranked by what they have in common with the person, three to a break, others in the next.
--
-- Arguments: event_id; contractor_ids: only these; NULL: all.
-- Returns: contractor_id; phone; message_type; category; scheduled_time; priority; expires_at; dedupe_key: event, person, rule and what it
--          is about; personalization_data: first_name, name, company_name, template where the rule has one of its own, minutes_before,
--          sponsors, and what agenda_details lists; agenda_item_id, NULL: not about an item; is_personal: counted from a moment of the
--          person.
-- Reads:  public.event_attendees, public.contractors, public.event_sponsors, public.events, and what agenda_plan reads
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_texts(event_id bigint, contractor_ids bigint[] default null)
returns table (
    contractor_id bigint, phone text, message_type text, category text, scheduled_time timestamptz, priority smallint,
    expires_at timestamptz, dedupe_key text, personalization_data jsonb, agenda_item_id bigint, is_personal boolean
)
language sql
stable
rows 10000
set search_path = pg_catalog, pg_temp
begin atomic
    with
    plan as materialized (
        select
            plan.*,
            (plan.rule).who as who,
            plan.subject = 'person' as is_personal,
            plan.details || jsonb_strip_nulls(jsonb_build_object(
                'template', nullif((plan.rule).template, (plan.rule).message_type),
                'minutes_before', case
                    when plan.scheduled_time < plan.anchor_at then ceil(extract(epoch from plan.anchor_at - plan.scheduled_time) / 60)
                end
            )) as said
        from public.agenda_plan(agenda_texts.event_id) as plan
        where (plan.rule).delivers = 'text'
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
    people as materialized (
        select
            attendee.*,
            coalesce(attendee.real_phone, contractor.phone) as texted_phone,
            jsonb_strip_nulls(jsonb_build_object(
                'first_name', contractor.first_name, 'name', contractor.name, 'company_name', contractor.company_name
            )) as said,
            (
                select array_agg(
                    sponsors.said
                    order by (
                        select count(*) from unnest(sponsors.areas) as area
                        where area = any (public.list_of_areas(contractor.focus_areas))
                    ) desc, sponsors.id
                )
                from sponsors
            ) as sponsors
        from public.event_attendees as attendee
        join public.contractors as contractor on contractor.id = attendee.contractor_id
        where attendee.event_id = agenda_texts.event_id
        and (agenda_texts.contractor_ids is null or attendee.contractor_id = any (agenda_texts.contractor_ids))
        and attendee.registration_status = 'registered'
        and attendee.sms_opt_in
        and coalesce(attendee.real_phone, contractor.phone) is not null
    ),
    due as (
        select
            person.contractor_id, person.texted_phone, person.sponsors, person.said || plan.said as said, plan.rule, plan.subject,
            plan.agenda_item_id, plan.place, plan.is_personal, person.created_at, plan.ends_at, plan.expires_at, moment.at,
            case
                when not plan.is_personal then plan.scheduled_time
                when event.accelerated then moment.at + (plan.rule).time_offset / 60
                else public.shift_in_zone(moment.at, (plan.rule).time_offset, event.timezone)
            end as scheduled_time,
            event.timezone, event.accelerated
        from public.events as event
        cross join plan
        cross join people as person
        cross join lateral (
            select case (plan.rule).anchor
                when 'registration' then person.registration_date
                when 'profile_complete' then person.profile_completion_time
                else plan.anchor_at
            end as at
        ) as moment
        where event.id = agenda_texts.event_id
        and moment.at is not null
        and ('checked_in' <> all (plan.who) or person.checked_in)
        and ('not_checked_in' <> all (plan.who) or not person.checked_in)
        and ('profile_complete' <> all (plan.who) or person.profile_completion_status = 'complete')
        and ('profile_incomplete' <> all (plan.who) or person.profile_completion_status <> 'complete')
        and (
            'attended' <> all (plan.who)
            or (person.checked_in and plan.agenda_item_id is null)
            or (person.check_in_time < plan.ends_at and coalesce(person.check_out_time > plan.begins_at, true))
        )
    ),
    timed as (
        select
            due.*,
            case
                -- Nobody is told after the event that he is registered for it.
                when due.is_personal then least(due.ends_at, public.agenda_deadline(
                    (due.rule).expires_from, (due.rule).expires_after, due.scheduled_time, due.at, due.ends_at, due.timezone,
                    due.accelerated
                ))
                else due.expires_at
            end as deadline
        from due
    )
    select
        timed.contractor_id, timed.texted_phone, (timed.rule).message_type, (timed.rule).category, timed.scheduled_time,
        (timed.rule).priority, timed.deadline,
        format('agenda:%s:%s:%s:%s', agenda_texts.event_id, timed.contractor_id, (timed.rule).name, timed.subject),
        case
            when 'sponsors' = any ((timed.rule).requires) then timed.said || jsonb_build_object('sponsors', to_jsonb((
                select array_agg(chosen.said order by chosen.rank)
                from unnest(timed.sponsors) with ordinality as chosen (said, rank)
                where (chosen.rank - 1) / 3 = (timed.place - 1) % ((cardinality(timed.sponsors) + 2) / 3)
            )))
            else timed.said
        end,
        timed.agenda_item_id, timed.is_personal
    from timed
    where timed.deadline > timed.scheduled_time
    -- Who comes late does not get what the others had before.
    and (timed.is_personal or timed.scheduled_time >= timed.created_at);
end;

comment on function public.agenda_texts(bigint, bigint[]) is
    'Which texts are due for whom and when, as the event stands now: SELECT * FROM agenda_texts(41) ORDER BY scheduled_time.';
