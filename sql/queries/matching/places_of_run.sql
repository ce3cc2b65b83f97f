-- matching/places_of_run: how many matches an event has, and those that have changed: whose places are taken.
--
-- What is new is told as in people_of_run. One scan tells numbers; what few of them are is read by these.
--
-- $1 bigint: the event; $2 text: the transaction since which it is asked what is new, NULL: all.
-- Columns: there: how many matches there are, those that are over included; ids bigint[], ones bigint[], others bigint[], are_live boolean[]:
--          the new ones, the two of each, and whether it is not over.
-- Reads:  public.event_peer_matches
-- Locks:  none
with
said as materialized (
    select
        count(*) as there,
        array_agg(match.id) filter (where $2::text is null or age(match.xmin) <= (select age($2::text::xid))) as ids
    from public.event_peer_matches as match
    where match.event_id = $1
)
select
    said.there,
    coalesce(changed.ids, '{}') as ids,
    coalesce(changed.ones, '{}') as ones,
    coalesce(changed.others, '{}') as others,
    coalesce(changed.are_live, '{}') as are_live
from said
cross join lateral (
    select
        array_agg(match.id) as ids,
        array_agg(match.contractor1_id) as ones,
        array_agg(match.contractor2_id) as others,
        array_agg(match.status not in ('declined', 'released', 'expired')) as are_live
    from public.event_peer_matches as match
    where match.id = any (said.ids)
) as changed
