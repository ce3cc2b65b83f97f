-- public.peer_group_data(group_id, contractor_id): what a text tells somebody about a roundtable.
--
-- Arguments: group_id; contractor_id: who is told.
-- Returns: values for templates: group_id, topic, meeting_location, match_score, peers (name, company, location of the others who come).
-- Reads:  public.event_peer_groups, public.event_peer_group_members, public.contractors; by public.introductions_show what it reads
-- Writes: nothing
-- Locks:  none

create or replace function public.peer_group_data(group_id bigint, contractor_id bigint)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select jsonb_strip_nulls(jsonb_build_object(
        'group_id', seated.id,
        'topic', seated.topic,
        'meeting_location', nullif(btrim(seated.meeting_location), ''),
        'match_score', round(seated.group_score, 2),
        'peers', (
            select jsonb_agg(
                jsonb_build_object(
                    'name', shown.peer ->> 'peer_name',
                    'company', nullif(btrim(shown.peer ->> 'peer_company'), ''),
                    'location', nullif(btrim(shown.peer ->> 'peer_location'), '')
                )
                order by peer.id
            )
            from public.event_peer_group_members as member
            join public.contractors as peer on peer.id = member.contractor_id
            cross join lateral (
                select public.as_shown(
                    jsonb_strip_nulls(jsonb_build_object(
                        'peer_name', peer.name,
                        'peer_first_name', peer.first_name,
                        'peer_company', peer.company_name,
                        'peer_location', coalesce(member.place, peer.service_area)
                    )),
                    public.introductions_show(seated.event_id)
                ) as peer
            ) as shown
            where member.group_id = seated.id
            and member.contractor_id <> peer_group_data.contractor_id
            and member.status in ('invited', 'accepted')
        )
    ))
    from public.event_peer_groups as seated
    where seated.id = peer_group_data.group_id;
end;

comment on function public.peer_group_data(bigint, bigint) is 'What a text tells somebody about a roundtable.';
