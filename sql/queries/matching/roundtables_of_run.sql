-- matching/roundtables_of_run: whether a run seats people at tables, who has a table already, and who has sat with whom.
--
-- $1 bigint: run.
-- Columns: is_wanted; seated bigint[]: people with a table on that day; ones, others bigint[]: pairs who have sat at one table, at this event
--          or, where introductions at other events count, at another.
-- Reads:  public.event_peer_matching_runs, public.event_peer_groups, public.event_peer_group_members, public.events
-- Locks:  none
with
run as materialized (
    select run.event_id, run.day_date, run.roundtables, run.contractor_ids, run.exclude_matched, run.cool_down, event.timezone
    from public.event_peer_matching_runs as run
    join public.events as event on event.id = run.event_id
    where run.id = $1
),
met as materialized (
    select one.contractor_id as one, other.contractor_id as other
    from run
    join public.event_peer_groups as seated
        on seated.event_id = run.event_id
        or run.exclude_matched
        and seated.introduction_sent_time is not null
        and (run.cool_down is null or seated.introduction_sent_time > now() - run.cool_down)
    join public.event_peer_group_members as one on one.group_id = seated.id
    join public.event_peer_group_members as other on other.group_id = seated.id and other.contractor_id > one.contractor_id
    where run.roundtables
    and seated.status <> 'released'
    and one.status in ('invited', 'accepted')
    and other.status in ('invited', 'accepted')
)
select
    run.roundtables and run.contractor_ids is null as is_wanted,
    array(
        select distinct member.contractor_id
        from public.event_peer_groups as seated
        join public.event_peer_group_members as member on member.group_id = seated.id
        where seated.event_id = run.event_id
        and seated.status <> 'released'
        and member.status in ('invited', 'accepted')
        and (
            seated.introduction_time is null
            or (seated.introduction_time at time zone run.timezone)::date = run.day_date
        )
        order by member.contractor_id
    ) as seated,
    array(select met.one from met order by met.one, met.other) as ones,
    array(select met.other from met order by met.one, met.other) as others
from run
