-- matching/people_of_run: how many are at the event of a run, and the profiles of whoever has changed, as the rows say them.
--
-- A row has the number of the transaction that wrote it, and ages count back from one and the same number: what a snapshot had not seen is
-- younger than the oldest transaction that it took for unfinished, or as old. Rows that were deleted say nothing; the count
-- does. One scan of each table tells who has changed; only these are read whole.
--
-- $1 bigint: the event, by its number: how many come is planned for; $2 text: that transaction (seen of an earlier answer), as rows have it:
-- only what is new since, NULL: everybody who is there.
-- Columns: there: how many are; seen bigint: what a transaction of an older number has done is seen by this statement and all later ones;
--          numbered_by text: within which database, and since which start or crash of its server, such numbers can be compared. One that was
--          put back, or took over, has given some of them to other transactions; then, of somebody whose rows are new: is_there, the cells
--          of the profile, contacts being phone numbers and e-mail addresses. Of nobody: one row with NULL. In no order.
-- Reads:  public.event_attendees, public.contractors
-- Locks:  none
with
attending as materialized (
    select
        count(*) filter (where person.is_there) as there,
        array_agg(attendee.contractor_id) filter (
            where case when $2::text is null then person.is_there else age(attendee.xmin) <= (select age($2::text::xid)) end
        ) as ids
    from public.event_attendees as attendee
    cross join lateral (
        select
            attendee.check_in_time is not null
                and attendee.check_out_time is null
                and attendee.registration_status = 'registered' as is_there
    ) as person
    where attendee.event_id = $1
),
-- Mostly nobody: then no attendee is looked at for it.
rewritten as materialized (
    select contractor.id
    from public.contractors as contractor
    join public.event_attendees as attendee on attendee.contractor_id = contractor.id and attendee.event_id = $1
    where age(contractor.xmin) <= (select age($2::text::xid))
)
select
    attending.there,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as seen,
    format(
        '%s since %s, %s',
        (select own.oid from pg_catalog.pg_database as own where own.datname = current_database()),
        extract(epoch from pg_postmaster_start_time()),
        -- A server that has lost a process begins these anew, and gives numbers that were never written a second time.
        extract(epoch from pg_stat_get_bgwriter_stat_reset_time())
    ) as numbered_by,
    changed.*
from attending
left join lateral (
    select
        contractor.id,
        attendee.check_in_time is not null
            and attendee.check_out_time is null
            and attendee.registration_status = 'registered' as is_there,
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
    from public.contractors as contractor
    join public.event_attendees as attendee on attendee.contractor_id = contractor.id and attendee.event_id = $1
    where contractor.id = any (attending.ids || array(select rewritten.id from rewritten))
) as changed on true
