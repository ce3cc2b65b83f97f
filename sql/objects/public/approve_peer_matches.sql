-- public.approve_peer_matches(event_id): the drafts of an event become matches whose texts go out.
--
-- Single ones: UPDATE event_peer_matches (or event_peer_groups) SET status = 'proposed' (or 'released') WHERE id = …
--
-- Arguments: event_id.
-- Returns: how many matches and roundtables were approved.
-- Reads:  nothing else
-- Writes: public.event_peer_matches, public.event_peer_groups, and by their triggers public.event_messages
-- Locks:  the drafts in the order of their ids, matches first

create or replace function public.approve_peer_matches(event_id bigint)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
    v_groups bigint[];
begin
    select array_agg(draft.id) into v_ids
    from (
        select match.id
        from public.event_peer_matches as match
        where match.event_id = approve_peer_matches.event_id
        and match.status = 'draft'
        order by match.id
        for no key update
    ) as draft;

    update public.event_peer_matches as match
    set status = 'proposed'
    where match.id = any (v_ids);

    select array_agg(draft.id) into v_groups
    from (
        select seated.id
        from public.event_peer_groups as seated
        where seated.event_id = approve_peer_matches.event_id
        and seated.status = 'draft'
        order by seated.id
        for no key update
    ) as draft;

    update public.event_peer_groups as seated
    set status = 'proposed', updated_at = clock_timestamp()
    where seated.id = any (v_groups);

    return coalesce(cardinality(v_ids), 0) + coalesce(cardinality(v_groups), 0);
end
$$;

comment on function public.approve_peer_matches(bigint) is
    'The drafts of an event become matches whose texts go out: SELECT approve_peer_matches(41).';
