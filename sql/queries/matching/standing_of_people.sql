-- matching/standing_of_people: what keeps people of a run from being texted, and when they have introductions.
--
-- $1 bigint: run; $2 bigint[]: people who are at its event.
-- Columns: id; obstacle: why the person takes part in no pair, NULL: nothing; taken smallint[]: the slots of the run in which the person has
--          an introduction. In order of id.
-- Reads:  public.event_peer_matching_runs, public.event_attendees, public.contractors, public.sms_subscriptions, public.event_peer_rules,
--         public.event_peer_matches, and what introduction_slots reads
-- Locks:  none
with
run as materialized (
    select run.event_id, run.introduction_time
    from public.event_peer_matching_runs as run
    where run.id = $1
),
slots as materialized (
    select slot.slot, slot.scheduled_time
    from run
    cross join lateral public.introduction_slots(run.event_id, run.introduction_time) as slot
),
people as materialized (
    select person.id
    from unnest($2::bigint[]) as person (id)
),
-- Of all events: with this one's number the index of its matches would be read through for each of the people.
sides as materialized (
    select people.id as contractor_id, match.event_id, match.introduction_time
    from people
    join public.event_peer_matches as match on match.contractor1_id = people.id
    where match.status not in ('declined', 'released', 'expired')
    union all
    select people.id, match.event_id, match.introduction_time
    from people
    join public.event_peer_matches as match on match.contractor2_id = people.id
    where match.status not in ('declined', 'released', 'expired')
),
held as materialized (
    select side.contractor_id, array_agg(slots.slot::smallint order by slots.slot) as taken
    from run
    join sides as side on side.event_id = run.event_id
    join slots on slots.scheduled_time = side.introduction_time
    group by side.contractor_id
)
select
    contractor.id,
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
cross join people
join public.event_attendees as attendee on attendee.event_id = run.event_id and attendee.contractor_id = people.id
join public.contractors as contractor on contractor.id = people.id
left join public.sms_subscriptions as subscription on subscription.phone_number = coalesce(attendee.real_phone, contractor.phone)
left join held on held.contractor_id = people.id
order by contractor.id
