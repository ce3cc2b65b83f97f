-- Who is due which text when, worked out anew from the sample's own rows: guests (what the test knows of people), the agenda's items,
-- and the moments as features say them. Nothing of the product's planning is asked.
create view public.expected_texts as
with
whole as (
    select event.id, event.timezone, max(item.end_time) as ends_at
    from public.events as event
    join public.event_agenda_items as item on item.event_id = event.id
    group by event.id
),
talks as (
    select item.id, item.start_time, item.end_time
    from public.event_agenda_items as item
    where item.speaker_id is not null
    and item.item_type in ('session', 'keynote', 'panel')
),
pauses as (
    select item.id, item.start_time
    from public.event_agenda_items as item
    where item.item_type in ('break', 'lunch')
),
due as (
    select 'registration_confirmation' as message_type, contractor_id, null::timestamptz as due, null::bigint as item_id from public.guests
    union all
    select 'personalized_agenda', contractor_id, null, null from public.guests where complete
    union all
    select 'profile_completion_reminder', contractor_id, '2027-09-13 08:00 America/Chicago', null from public.guests where not complete
    union all
    select 'check_in_reminder_night_before', contractor_id, '2027-09-13 20:00 America/Chicago', null from public.guests
    union all
    select 'check_in_reminder_1_hour', contractor_id, '2027-09-14 07:00 America/Chicago', null from public.guests
    union all
    select 'check_in_reminder_event_start', contractor_id, '2027-09-14 08:00 America/Chicago', null
    from public.guests
    where comes_at is null
    or comes_at > '2027-09-14 08:00 America/Chicago'
    union all
    select 'speaker_alert', contractor_id, talks.start_time - interval '15 minutes', talks.id from public.guests cross join talks where complete
    union all
    select 'sponsor_recommendation', contractor_id, pauses.start_time + interval '2 minutes', pauses.id
    from public.guests
    cross join pauses
    where complete
    and comes_at is not null
    union all
    select 'attendance_check', contractor_id, talks.end_time + interval '7 minutes', talks.id
    from public.guests
    cross join talks
    where comes_at < talks.end_time
    union all
    select 'pcr_request', contractor_id, null, (select talks.id from talks order by talks.start_time limit 1)
    from public.guests
    where says_yes
    and comes_at is not null
    union all
    select 'sponsor_batch_check', contractor_id, (day.day_date + day.end_time) at time zone 'America/Chicago', null
    from public.guests
    cross join public.event_days as day
    where comes_at is not null
    union all
    select 'post_event_wrap_up', contractor_id, whole.ends_at + interval '2 hours', null
    from public.guests
    cross join whole
    where comes_at is not null
    union all
    select 'admin_custom', contractor_id, min(talks.start_time) - interval '15 minutes', null
    from public.guests
    cross join talks
    group by contractor_id
    union all
    -- Both of every pair, when the match says; who meets whom is not this test's subject.
    select 'peer_match_introduction', guest.contractor_id, match.introduction_time, null
    from public.event_peer_matches as match
    join public.guests as guest on guest.contractor_id in (match.contractor1_id, match.contractor2_id)
)
select due.message_type, due.contractor_id, due.due, due.item_id
from due
join public.guests as guest using (contractor_id)
-- Who has said STOP gets the one confirmation and nothing after it.
where guest.stops_at is null
or due.due is null and due.message_type <> 'pcr_request'
or due.due < guest.stops_at
union all
-- It goes to the number, whosever it is.
select 'opt_out_confirmation', null, null, null
from public.guests as guest
where guest.stops_at is not null
