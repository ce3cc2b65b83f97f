-- matching/present_of_run: who is at the event of a run.
--
-- $1 bigint: run.
-- Columns: ids bigint[], sorted; seen bigint: what a transaction of an older number has done is seen by this statement and all later ones.
-- Reads:  public.event_peer_matching_runs, public.event_attendees
-- Locks:  none
select
    coalesce(array_agg(attendee.contractor_id order by attendee.contractor_id), '{}') as ids,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as seen
from public.event_peer_matching_runs as run
join public.event_attendees as attendee on attendee.event_id = run.event_id
where run.id = $1
and attendee.check_in_time is not null
and attendee.check_out_time is null
and attendee.registration_status = 'registered'
