-- matching/places_of_run: how many matches of an event are not over, and those that have changed: whose places are taken.
--
-- What is new is told as in people_of_run.
--
-- $1 bigint: the event; $2 text: the transaction since which it is asked what is new, NULL: all that are not over.
-- Columns: live: how many are not over; ids bigint[], ones bigint[], others bigint[], are_live boolean[]: the new ones, the two of each, and
--          whether it is not over.
-- Reads:  public.event_peer_matches
-- Locks:  none
select
    (
        select count(*)
        from public.event_peer_matches as match
        where match.event_id = $1
        and match.status not in ('declined', 'released', 'expired')
    ) as live,
    coalesce(array_agg(match.id), '{}') as ids,
    coalesce(array_agg(match.contractor1_id), '{}') as ones,
    coalesce(array_agg(match.contractor2_id), '{}') as others,
    coalesce(array_agg(match.status not in ('declined', 'released', 'expired')), '{}') as are_live
from public.event_peer_matches as match
where match.event_id = $1
and case
    when $2::text is null then match.status not in ('declined', 'released', 'expired')
    else age(match.xmin) <= (select age($2::text::xid))
end
