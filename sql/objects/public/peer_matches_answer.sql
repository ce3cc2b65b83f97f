-- public.peer_matches_answer(event_id): the matches of an event as the API lists them.
--
-- Arguments: event_id.
-- Returns: a JSON object: success, matches (each with all its columns, contractor1_name, contractor1_phone, contractor2_name,
--          contractor2_phone; newest first), count.
-- Raises: P0002 no such event.
-- Reads:  public.events, public.event_peer_matches, public.contractors
-- Writes: nothing
-- Locks:  none

create or replace function public.peer_matches_answer(event_id bigint)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from public.events as event where event.id = peer_matches_answer.event_id) then
        raise no_data_found using message = 'Event not found', hint = 'SELECT id, name FROM events ORDER BY id';
    end if;

    return (
        select jsonb_build_object('success', true, 'matches', coalesce(jsonb_agg(listed.match), '[]'), 'count', count(*))
        from (
            select
                to_jsonb(match) || jsonb_build_object(
                    'contractor1_name', one.name, 'contractor1_phone', one.phone, 'contractor2_name', other.name, 'contractor2_phone', other.phone
                ) as match
            from public.event_peer_matches as match
            join public.contractors as one on one.id = match.contractor1_id
            join public.contractors as other on other.id = match.contractor2_id
            where match.event_id = peer_matches_answer.event_id
            order by match.created_at desc, match.id desc
        ) as listed
    );
end
$$;

comment on function public.peer_matches_answer(bigint) is 'The matches of an event as the API lists them: SELECT peer_matches_answer(41).';
