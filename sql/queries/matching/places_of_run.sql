-- matching/places_of_run: the matches of an event, or those that were written: whose places are taken.
--
-- What was written is told as in people_of_run.
--
-- $1 bigint: the event; $2 text: the number since which it is asked what was written, NULL: all.
-- Columns: is_known: as there; ids bigint[], ones bigint[], others bigint[], are_live boolean[]: those matches, the two of each, and whether it
--          is there and not over.
-- Reads:  public.event_peer_changes, public.event_peer_matches
-- Locks:  none
with
noted as materialized (
    select change.contractor_ids, change.match_ids
    from public.event_peer_changes as change
    where change.written_by >= $2::text::xid8
    and (change.event_id is null or change.event_id = $1)
    limit 10001
),
known as materialized (
    select
        count(*) <= 10000
        and coalesce(sum(cardinality(noted.match_ids)), 0) <= 10000
        and count(*) filter (where noted.contractor_ids is null and noted.match_ids is null) = 0 as by_name
    from noted
),
written as materialized (
    select array(select distinct unnest(noted.match_ids) from known join noted on known.by_name) as ids
),
-- Those that are gone by their number alone.
matches as (
    select match.id, match.contractor1_id, match.contractor2_id, match.status
    from public.event_peer_matches as match
    where match.event_id = $1
    and $2::text is null
    union all
    select given.id, match.contractor1_id, match.contractor2_id, match.status
    from written
    cross join lateral unnest(written.ids) as given (id)
    left join lateral (
        select own.contractor1_id, own.contractor2_id, own.status
        from public.event_peer_matches as own
        where own.id = given.id
        and own.event_id = $1
        -- By its key, however few the event seems to have.
        limit 1
    ) as match on true
)
select
    (select known.by_name from known) as is_known,
    coalesce(array_agg(matches.id), '{}') as ids,
    coalesce(array_agg(matches.contractor1_id), '{}') as ones,
    coalesce(array_agg(matches.contractor2_id), '{}') as others,
    coalesce(array_agg(coalesce(matches.status not in ('declined', 'released', 'expired'), false)), '{}') as are_live
from matches
