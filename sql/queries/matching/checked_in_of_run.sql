-- matching/checked_in_of_run: how many people are at the event of a run.
--
-- $1 bigint: run.
-- Columns: checked_in.
-- Reads:  public.event_peer_matching_runs, public.event_attendees
-- Locks:  none
select count(*) as checked_in
from public.event_peer_matching_runs as run
join public.event_attendees as attendee on attendee.event_id = run.event_id
where run.id = $1
and attendee.check_in_time is not null
and attendee.check_out_time is null
and attendee.registration_status = 'registered'
