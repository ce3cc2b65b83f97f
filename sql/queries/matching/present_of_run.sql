-- matching/present_of_run: who is at the event of a run.
--
-- $1 bigint: run.
-- Columns: ids bigint[], sorted; seen bigint: what a transaction of an older number has done is seen by this statement and all later ones;
--          numbered_by text: within which database, and since which start of its server, such numbers can be compared. One that was put back,
--          or took over, has given some of them to other transactions.
-- Reads:  public.event_peer_matching_runs, public.event_attendees
-- Locks:  none
select
    coalesce(array_agg(attendee.contractor_id order by attendee.contractor_id), '{}') as ids,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as seen,
    format(
        '%s since %s',
        (select own.oid from pg_catalog.pg_database as own where own.datname = current_database()),
        extract(epoch from pg_postmaster_start_time())
    ) as numbered_by
from public.event_peer_matching_runs as run
join public.event_attendees as attendee on attendee.event_id = run.event_id
where run.id = $1
and attendee.check_in_time is not null
and attendee.check_out_time is null
and attendee.registration_status = 'registered'
