-- matching/people_of_run: the profiles of who is at the event of a run, as the rows say them.
--
-- A row has the number of the transaction that wrote it, and ages count back from one and the same number: what a snapshot had not seen is
-- younger than the oldest transaction that it took for unfinished, or as old.
--
-- $1 bigint: run; $2 text: that transaction (seen of an earlier present_of_run), as rows have it: only what is new since, NULL: everybody.
-- Columns: the cells of the profile, contacts being phone numbers and e-mail addresses. In no order.
-- Reads:  public.event_peer_matching_runs, public.event_attendees, public.contractors
-- Locks:  none
select
    contractor.id,
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
from public.event_peer_matching_runs as run
join public.event_attendees as attendee on attendee.event_id = run.event_id
join public.contractors as contractor on contractor.id = attendee.contractor_id
where run.id = $1
and attendee.check_in_time is not null
and attendee.check_out_time is null
and attendee.registration_status = 'registered'
and (
    $2::text is null
    or age(contractor.xmin) <= age($2::text::xid)
    or age(attendee.xmin) <= age($2::text::xid)
)
