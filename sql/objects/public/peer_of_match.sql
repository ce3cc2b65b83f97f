-- public.peer_of_match(match, contractor_id, with_contact): what a text tells one of two people about the other.
--
-- Before both have said yes no more than the event shows: event_peer_matching.introductions_show.
--
-- Arguments: match; contractor_id: who is told; with_contact: phone and e-mail, too: only after both said yes.
-- Returns: values for templates: match_id, peer_contractor_id, peer_name, peer_first_name, peer_company, peer_location, match_reason,
--          match_score and, with_contact, peer_phone and peer_email.
-- Reads:  public.contractors; by public.introductions_show what it reads
-- Writes: nothing
-- Locks:  none

create or replace function public.peer_of_match(match public.event_peer_matches, contractor_id bigint, with_contact boolean default false)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select public.as_shown(
        jsonb_strip_nulls(jsonb_build_object(
            'match_id', (peer_of_match.match).id,
            'peer_contractor_id', peer.id,
            'peer_name', peer.name,
            'peer_first_name', peer.first_name,
            'peer_company', peer.company_name,
            'peer_location', peer.service_area,
            'match_reason', lower(left((peer_of_match.match).match_reason, 1)) || substr((peer_of_match.match).match_reason, 2),
            'match_score', (peer_of_match.match).match_score,
            'peer_phone', case when with_contact then peer.phone end,
            'peer_email', case when with_contact then peer.email end
        )),
        case
            when (peer_of_match.match).connection_made then array['name', 'first_name', 'company', 'location']
            else public.introductions_show((peer_of_match.match).event_id)
        end
    )
    from public.contractors as peer
    where peer.id = case peer_of_match.contractor_id
        when (peer_of_match.match).contractor1_id then (peer_of_match.match).contractor2_id
        else (peer_of_match.match).contractor1_id
    end;
end;

comment on function public.peer_of_match(public.event_peer_matches, bigint, boolean) is 'What a text tells one of two people about the other.';
