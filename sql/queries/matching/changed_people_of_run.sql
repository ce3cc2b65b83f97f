-- matching/changed_people_of_run: what is new in the profiles of who is at the event of a run.
--
-- A row has the number of the transaction that wrote it, and ages count back from one and the same number: what a snapshot had not seen is
-- younger than the oldest transaction that it took for unfinished, or as old.
--
-- $1 bigint: run; $2 text: that transaction (seen of an earlier present_of_run), as rows have it.
-- Columns: as of people_of_run; also of some who are not there. In no order.
-- Reads:  public.event_peer_matching_runs, public.event_attendees, public.contractors
-- Locks:  none
with
young as (
    select contractor.id
    from public.contractors as contractor
    where age(contractor.xmin) <= age($2::text::xid)
    union
    select attendee.contractor_id
    from public.event_peer_matching_runs as run
    join public.event_attendees as attendee on attendee.event_id = run.event_id
    where run.id = $1
    and age(attendee.xmin) <= age($2::text::xid)
)
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
from young
join public.event_peer_matching_runs as run on run.id = $1
join public.event_attendees as attendee on attendee.event_id = run.event_id and attendee.contractor_id = young.id
join public.contractors as contractor on contractor.id = young.id
