-- public.follow_profile(): a contractor whose profile has become complete has it complete at every event.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_rows, old_rows (transition tables)
-- Writes: public.event_attendees
-- Locks:  registrations in the order of their ids

create or replace function public.follow_profile()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.event_attendees as attendee
    set profile_completion_status = 'complete'
    from (
        select held.id
        from public.event_attendees as held
        join new_rows as contractor on contractor.id = held.contractor_id
        join old_rows as before on before.id = contractor.id
        where held.profile_completion_status <> 'complete'
        and public.is_profile_complete(contractor::public.contractors)
        and not public.is_profile_complete(before::public.contractors)
        order by held.id
        for no key update of held
    ) as completed
    where attendee.id = completed.id;

    return null;
end
$$;

comment on function public.follow_profile() is 'Trigger function of contractors: a profile that became complete is complete at every event.';

create or replace trigger follow_profile
    after update on public.contractors
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.follow_profile();
