-- public.vw_peer_groups: roundtables, a line each.
--
-- Reads:  public.event_peer_groups, public.event_peer_group_members, public.contractors

create or replace view public.vw_peer_groups as
select
    seated.event_id,
    seated.id as group_id,
    seated.topic,
    seated.status,
    seated.introduction_time,
    seated.meeting_location,
    seated.group_score,
    count(member.contractor_id) filter (where member.status in ('invited', 'accepted')) as people,
    count(*) filter (where member.status = 'accepted') as accepted,
    count(*) filter (where member.status = 'declined') as declined,
    string_agg(peer.name, ', ' order by peer.id) filter (where member.status in ('invited', 'accepted')) as names
from public.event_peer_groups as seated
left join public.event_peer_group_members as member on member.group_id = seated.id
left join public.contractors as peer on peer.id = member.contractor_id
group by seated.id;

comment on view public.vw_peer_groups is 'Roundtables, a line each: SELECT * FROM vw_peer_groups WHERE event_id = 41.';
comment on column public.vw_peer_groups.event_id is 'The event.';
comment on column public.vw_peer_groups.group_id is 'The table.';
comment on column public.vw_peer_groups.topic is 'What they all work on.';
comment on column public.vw_peer_groups.status is 'draft, proposed, introduced or released.';
comment on column public.vw_peer_groups.introduction_time is 'When its texts are due.';
comment on column public.vw_peer_groups.meeting_location is 'Where the table is; NULL: nobody says.';
comment on column public.vw_peer_groups.group_score is 'Mean score of its pairs, 0 to 1; NULL: not known.';
comment on column public.vw_peer_groups.people is 'How many are to come.';
comment on column public.vw_peer_groups.accepted is 'How many have said that they come.';
comment on column public.vw_peer_groups.declined is 'How many have said that they do not.';
comment on column public.vw_peer_groups.names is 'Who is to come.';
