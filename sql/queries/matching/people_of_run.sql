-- matching/people_of_run: everybody who is at the event of a run, as the row says it.
--
-- A run for a few people needs no more than these, whoever has a place for one of them, and whom the organiser wants them to meet: of
-- thousands at an event that is mostly a handful.
--
-- $1 bigint: run; $2 boolean: leave out who can be of no matter while every match stays as it is.
-- Columns: the cells of the profile, contacts being phone numbers and e-mail addresses; obstacle: why the person takes part in no pair,
--          NULL: nothing; taken smallint[]: the slots of the run in which the person has an introduction. In order of id.
-- Reads:  public.event_peer_matching_runs, public.event_attendees, public.contractors, public.sms_subscriptions, public.event_peer_rules,
--         public.event_peer_matches, and what introduction_slots reads
-- Locks:  none
with
run as materialized (
    select run.event_id, run.introduction_time, run.contractor_ids, run.max_matches
    from public.event_peer_matching_runs as run
    where run.id = $1
),
slots as materialized (
    select slot.slot, slot.scheduled_time
    from run
    cross join lateral public.introduction_slots(run.event_id, run.introduction_time) as slot
),
busy as materialized (
    select side.contractor_id, count(*) as matches
    from (
        select match.contractor1_id, match.contractor2_id
        from run
        join public.event_peer_matches as match on match.event_id = run.event_id
        where $2::boolean
        and match.status not in ('declined', 'released', 'expired')
    ) as live
    cross join lateral (values (live.contractor1_id), (live.contractor2_id)) as side (contractor_id)
    group by side.contractor_id
),
there as materialized (
    select attendee.*
    from run
    join public.event_attendees as attendee on attendee.event_id = run.event_id
    left join busy on busy.contractor_id = attendee.contractor_id
    where attendee.check_in_time is not null
    and attendee.check_out_time is null
    and attendee.registration_status = 'registered'
    and (
        not $2::boolean
        or (coalesce(busy.matches, 0) < run.max_matches) is not false
        or attendee.contractor_id = any (run.contractor_ids)
        or exists (
            select from public.event_peer_rules as rule
            where rule.rule = 'pin'
            and (rule.event_id is null or rule.event_id = run.event_id)
            and (
                (rule.contractor1_id = attendee.contractor_id and rule.contractor2_id = any (run.contractor_ids))
                or (rule.contractor2_id = attendee.contractor_id and rule.contractor1_id = any (run.contractor_ids))
            )
        )
    )
),
held as materialized (
    select side.contractor_id, array_agg(slots.slot::smallint) as taken
    from run
    join public.event_peer_matches as match on match.event_id = run.event_id
    cross join lateral (values (match.contractor1_id), (match.contractor2_id)) as side (contractor_id)
    join slots on slots.scheduled_time = match.introduction_time
    where match.status not in ('declined', 'released', 'expired')
    and (not $2::boolean or side.contractor_id in (select there.contractor_id from there))
    group by side.contractor_id
)
select
    contractor.id,
    contractor.name,
    contractor.first_name,
    contractor.last_name,
    contractor.company_name,
    contractor.company_website,
    contractor.parent_company,
    contractor.service_area,
    contractor.latitude,
    contractor.longitude,
    contractor.services_offered,
    contractor.focus_areas,
    contractor.primary_focus_area,
    contractor.revenue_tier,
    contractor.annual_revenue,
    contractor.team_size,
    contractor.job_title,
    array_remove(array[contractor.phone, attendee.real_phone, contractor.email, attendee.real_email], null) as contacts,
    case
        when exists (
            select from public.event_peer_rules as rule
            where rule.rule = 'exclude'
            and rule.contractor1_id = contractor.id
            and (rule.event_id is null or rule.event_id = run.event_id)
        ) then 'is excluded from matching by the organiser'
        when coalesce(attendee.real_phone, contractor.phone) is null then 'has no phone number: ask for one'
        when not subscription.opted_in then 'has opted out of texts'
        when not subscription.peer_matching then 'wants no introductions'
        when subscription.undeliverable_at is not null then 'has a number that texts do not reach: ask for another'
        when not (attendee.sms_opt_in or contractor.sms_opt_in or coalesce(subscription.opted_in, false))
            then 'has not agreed to texts: ask'
    end as obstacle,
    coalesce(held.taken, '{}') as taken
from run
cross join there as attendee
join public.contractors as contractor on contractor.id = attendee.contractor_id
left join public.sms_subscriptions as subscription on subscription.phone_number = coalesce(attendee.real_phone, contractor.phone)
left join held on held.contractor_id = contractor.id
order by contractor.id
