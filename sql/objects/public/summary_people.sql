-- public.summary_people(contractor_id, event_id): whom somebody met at an event, for event_summary.
--
-- Peers with whom contacts were exchanged, with these; then people whom the person's notes name, by name. Who was erased is left out.
--
-- Arguments: contractor_id; event_id.
-- Returns: JSON array of name, company, phone, email.
-- Reads:  public.event_peer_matches, public.contractors, public.event_notes
-- Writes: nothing
-- Locks:  none

create or replace function public.summary_people(contractor_id bigint, event_id bigint)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    peers as materialized (
        select peer.name, peer.company_name, peer.phone, peer.email, match.id
        from public.event_peer_matches as match
        join public.contractors as peer
            on peer.id = case summary_people.contractor_id when match.contractor1_id then match.contractor2_id else match.contractor1_id end
        where match.event_id = summary_people.event_id
        and summary_people.contractor_id in (match.contractor1_id, match.contractor2_id)
        and match.connection_made
        and peer.name <> format('Erased %s', peer.id)
    ),
    noted as (
        select min(found.name) as name, min(note.id) as id
        from public.event_notes as note
        cross join lateral jsonb_array_elements_text(
            case jsonb_typeof(note.extracted_entities -> 'names') when 'array' then note.extracted_entities -> 'names' else '[]' end
        ) as found (name)
        where note.contractor_id = summary_people.contractor_id
        and note.event_id = summary_people.event_id
        and note.note_type = 'contact'
        and not exists (select from peers where lower(peers.name) = lower(found.name))
        group by lower(found.name)
    )
    select coalesce(jsonb_agg(told.person order by told.place, told.id), '[]')
    from (
        select
            1 as place, peers.id,
            jsonb_strip_nulls(jsonb_build_object(
                'name', peers.name, 'company', peers.company_name, 'phone', peers.phone, 'email', peers.email
            )) as person
        from peers
        union all
        select 2, noted.id, jsonb_build_object('name', noted.name)
        from noted
    ) as told;
end;

comment on function public.summary_people(bigint, bigint) is 'Whom somebody met at an event; for event_summary.';

revoke execute on function public.summary_people(bigint, bigint) from public;
