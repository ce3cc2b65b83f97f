-- matching/people_of_run: the profiles of who is at the event of a run, as the rows say them.
--
-- $1 bigint: run.
-- Columns: the cells of the profile, contacts being phone numbers and e-mail addresses. In order of id.
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
order by contractor.id
