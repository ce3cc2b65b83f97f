-- public.release_peer_matches(event_id, contractor_ids): calls back what was not sent yet of people who have left.
--
-- Arguments: event_id; contractor_ids: who has left.
-- Returns: how many matches were released. A run is ordered for their peers.
-- Reads:  nothing else
-- Writes: public.event_peer_matches, public.event_peer_group_members, public.event_peer_matching_runs, and by their triggers texts and the ledger
-- Locks:  the matches in the order of their ids

create or replace function public.release_peer_matches(event_id bigint, contractor_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_ids bigint[];
    v_peers bigint[];
begin
    select array_agg(held.id), array_agg(distinct peer.id) filter (where peer.id <> all (release_peer_matches.contractor_ids))
    into v_ids, v_peers
    from (
        select match.id, match.contractor1_id, match.contractor2_id
        from public.event_peer_matches as match
        where match.event_id = release_peer_matches.event_id
        and match.status in ('draft', 'proposed')
        and match.introduction_sent_time is null
        and (
            match.contractor1_id = any (release_peer_matches.contractor_ids) or match.contractor2_id = any (release_peer_matches.contractor_ids)
        )
        order by match.id
        for no key update
    ) as held
    cross join lateral (values (held.contractor1_id), (held.contractor2_id)) as peer (id);

    update public.event_peer_matches as match
    set status = 'released', release_reason = 'left'
    where match.id = any (v_ids);

    update public.event_peer_group_members as member
    set status = 'left', updated_at = clock_timestamp()
    from public.event_peer_groups as seated
    where seated.id = member.group_id
    and seated.event_id = release_peer_matches.event_id
    and seated.status in ('draft', 'proposed')
    and member.contractor_id = any (release_peer_matches.contractor_ids)
    and member.status in ('invited', 'accepted');

    if cardinality(v_peers) > 0 then
        insert into public.event_peer_matching_runs (event_id, contractor_ids, origin)
        -- A run for some names a thousand at most; more of them are everybody.
        values (release_peer_matches.event_id, case when cardinality(v_peers) <= 1000 then v_peers end, 'check_out');
    end if;

    return (select count(distinct id) from unnest(v_ids) as released (id));
end
$$;

comment on function public.release_peer_matches(bigint, bigint[]) is
    'Calls back unsent introductions of people who have left, and orders a run for their peers: SELECT release_peer_matches(41, ''{7}'').';
