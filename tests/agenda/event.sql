-- Event 41, in the zone whose clocks change on its first day; see tests/agenda/mod.rs.
insert into public.contractors (id, first_name, last_name, phone, focus_areas, revenue_tier, team_size)
select
    id, (array['Ada', 'Ben', 'Cleo', 'Dan', 'Eve'])[id], 'Sample', case when id <> 5 then '+1512555012' || id end,
    case when id <> 3 then '["Lead Flow", "hiring"]' end, '1m_2m', '5'
from generate_series(1, 5) as id;

insert into public.events (id, name, date, end_date, timezone, location)
values (41, 'Power Day', '2083-03-14', '2083-03-15', 'America/New_York', 'Albany, NY');

insert into public.event_speakers (id, event_id, name, company, session_title)
values (1, 41, 'Ida Stone', 'Stone Co', 'Growing with AI'), (2, 41, 'Jon Field', null, 'Hiring');

insert into public.event_sponsors (id, event_id, sponsor_name, booth_number, focus_areas_served)
select id, 41, 'Sponsor ' || id, 'B' || id, case when id = 5 then '["lead_flow"]'::jsonb end
from generate_series(1, 5) as id;

insert into public.event_agenda_items (id, event_id, start_time, end_time, item_type, title, speaker_id, location)
values
    (1, 41, '2083-03-14 08:00 America/New_York', '2083-03-14 09:00 America/New_York', 'registration', 'Registration', null, null),
    (2, 41, '2083-03-14 09:45 America/New_York', '2083-03-14 10:30 America/New_York', 'session', 'Growing with AI', 1, 'Main Stage'),
    (3, 41, '2083-03-14 10:30 America/New_York', '2083-03-14 10:45 America/New_York', 'break', 'Break', null, null),
    (4, 41, '2083-03-14 12:00 America/New_York', '2083-03-14 13:00 America/New_York', 'lunch', 'Lunch', null, null),
    (5, 41, '2083-03-15 10:00 America/New_York', '2083-03-15 11:00 America/New_York', 'session', 'Hiring', 2, null);

insert into public.event_attendees (event_id, contractor_id, sms_opt_in)
select 41, id, id <> 4 from generate_series(1, 5) as id;
