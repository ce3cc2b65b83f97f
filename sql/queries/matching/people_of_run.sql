-- matching/people_of_run: the profiles of whoever is at an event, or of those of whom something was written, as the rows say them now.
--
-- Writers note which rows they write (public.note_peer_change), so that nothing is looked at that has not changed. A snapshot had seen all
-- that transactions of lower numbers than its lowest did; what later ones have noted is read again.
--
-- $1 bigint: the event; $2 text: that lowest number (seen of an earlier answer), NULL: everybody who is there.
-- Columns: seen bigint: what transactions of lower numbers have done is seen by this statement and all later ones; numbered_by text: within
--          which database, and since which start or crash of its server, such numbers can be compared: one that was put back, or took
--          over, has given some of them to other transactions; is_known: what was written since is noted, and is not much, so that the rest is
--          as it was; then, of each of those people: id, is_there, the cells of the profile, contacts being phone numbers and e-mail
--          addresses. Of nobody: one row with NULL. In no order.
-- Reads:  public.event_peer_changes, public.event_attendees, public.contractors
-- Locks:  none
with
noted as materialized (
    select change.contractor_ids, change.match_ids
    from public.event_peer_changes as change
    where change.written_by >= $2::text::xid8
    and (change.event_id is null or change.event_id = $1)
    limit 10001
),
-- Of more it takes longer to tell what they are than to read all anew.
known as materialized (
    select
        count(*) <= 10000
        and coalesce(sum(cardinality(noted.contractor_ids)), 0) <= 10000
        and count(*) filter (where noted.contractor_ids is null and noted.match_ids is null) = 0 as by_name
    from noted
),
people as materialized (
    select array(
        select attendee.contractor_id
        from public.event_attendees as attendee
        where $2::text is null
        and attendee.event_id = $1
        and attendee.check_in_time is not null
        and attendee.check_out_time is null
        and attendee.registration_status = 'registered'
        union
        select unnest(noted.contractor_ids)
        from known
        join noted on known.by_name
    ) as ids
)
select
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as seen,
    format(
        '%s since %s, %s',
        (select own.oid from pg_catalog.pg_database as own where own.datname = current_database()),
        extract(epoch from pg_postmaster_start_time()),
        -- A server that has lost a process begins these anew, and gives numbers that were never written a second time.
        extract(epoch from pg_stat_get_bgwriter_stat_reset_time())
    ) as numbered_by,
    known.by_name as is_known,
    changed.*
from people
cross join known
left join lateral (
    select
        person.id,
        coalesce(
            attendee.check_in_time is not null
                and attendee.check_out_time is null
                and attendee.registration_status = 'registered',
            false
        ) as is_there,
        contractor.name,
        contractor.first_name,
        contractor.last_name,
        contractor.company_name,
        contractor.company_website,
        contractor.parent_company,
        contractor.service_area,
        contractor.latitude,
        contractor.longitude,
        contractor.services_offered,
        contractor.focus_areas,
        contractor.primary_focus_area,
        contractor.revenue_tier,
        contractor.annual_revenue,
        contractor.team_size,
        contractor.job_title,
        array_remove(array[contractor.phone, attendee.real_phone, contractor.email, attendee.real_email], null) as contacts
    from unnest(people.ids) as person (id)
    -- By their keys, however few there seem to be.
    left join lateral (
        select own.*
        from public.event_attendees as own
        where own.event_id = $1
        and own.contractor_id = person.id
        limit 1
    ) as attendee on true
    left join lateral (
        select own.*
        from public.contractors as own
        where own.id = attendee.contractor_id
        limit 1
    ) as contractor on true
) as changed on true
