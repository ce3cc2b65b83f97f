-- public.introductions_show(event_id), public.as_shown(data, shown): what an introduction tells of the other before both have said yes.
--
-- Not in SQL, which would be planned again for every statement that calls them: somebody stands at the door.
--
-- Arguments: event_id; data: values for templates about a peer; shown: of name, first_name, company, location.
-- Returns: what the event's row of event_peer_matching says, else the row for every event; data without what is not shown. Somebody
--          without a name is a fellow contractor, so that no sentence has a hole.
-- Reads:  public.event_peer_matching; as_shown nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.introductions_show(event_id bigint)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce(
        (
            select own.introductions_show
            from public.event_peer_matching as own
            where own.event_id = introductions_show.event_id
        ),
        (
            select general.introductions_show
            from public.event_peer_matching as general
            where general.event_id is null
        ),
        array['name', 'first_name', 'company', 'location']
    );
end
$$;

comment on function public.introductions_show(bigint) is 'What an introduction tells of the other before both have said yes.';

create or replace function public.as_shown(data jsonb, shown text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when shown @> array['name', 'company', 'location'] then data
        else
            data - array['peer_name', 'peer_first_name', 'peer_company', 'peer_location']
            || jsonb_strip_nulls(jsonb_build_object(
                'peer_name', case
                    when 'name' = any (shown) then data ->> 'peer_name'
                    when 'first_name' = any (shown) then coalesce(data ->> 'peer_first_name', split_part(data ->> 'peer_name', ' ', 1))
                    else 'a fellow contractor'
                end,
                'peer_first_name', case when shown && array['name', 'first_name'] then data ->> 'peer_first_name' end,
                'peer_company', case when 'company' = any (shown) then data ->> 'peer_company' end,
                'peer_location', case when 'location' = any (shown) then data ->> 'peer_location' end
            ))
    end;
end
$$;

comment on function public.as_shown(jsonb, text[]) is 'What is known of a peer, without what the event does not show before both have said yes.';

-- public.hidden_of_peer(peer, place, shown): the words of a peer that an introduction must not say.
--
-- Arguments: peer; place: where the peer works, as the match was made from it, NULL: not known; shown: as above.
-- Returns: the words, each as the row has it, a place also without what follows its comma.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.hidden_of_peer(peer public.contractors, place text, shown text[])
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(array_agg(distinct btrim(word.said)), '{}')
    from (
        values
            ('name', (hidden_of_peer.peer).name),
            ('name', (hidden_of_peer.peer).last_name),
            ('first_name', (hidden_of_peer.peer).first_name),
            ('first_name', split_part((hidden_of_peer.peer).name, ' ', 1)),
            ('company', (hidden_of_peer.peer).company_name),
            ('location', split_part((hidden_of_peer.peer).service_area, ',', 1)),
            ('location', split_part(hidden_of_peer.place, ',', 1))
    ) as word (part, said)
    where btrim(word.said) <> ''
    and word.part <> all (hidden_of_peer.shown)
    and not (word.part = 'first_name' and 'name' = any (hidden_of_peer.shown))
    -- A name of one word is the first name.
    and not (
        word.part = 'name' and 'first_name' = any (hidden_of_peer.shown)
        and lower(btrim(word.said)) = lower(split_part((hidden_of_peer.peer).name, ' ', 1))
    );
end;

comment on function public.hidden_of_peer(public.contractors, text, text[]) is 'The words of a peer that an introduction must not say.';
