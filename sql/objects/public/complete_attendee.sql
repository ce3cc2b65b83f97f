-- public.complete_attendee(): a registration whose writer left out what follows from the rest.
--
-- A profile is complete when the contractor has focus_areas, revenue_tier and team_size; who registers with such a profile need not
-- fill in another form. It is never made incomplete again.
--
-- Returns: the row, completed.
-- Reads:  public.contractors
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_attendee()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();
    new.real_phone := public.read_phone(new.real_phone);

    -- As other systems write it.
    if new.profile_completion_status = 'completed' then
        new.profile_completion_status := 'complete';
    end if;

    if new.profile_completion_status <> 'complete' and exists (
        select from public.contractors as contractor
        where contractor.id = new.contractor_id
        and public.is_profile_complete(contractor)
    ) then
        new.profile_completion_status := 'complete';
    end if;

    if new.profile_completion_status = 'complete' then
        new.profile_completion_time := coalesce(new.profile_completion_time, now());
    else
        new.profile_completion_time := null;
    end if;

    -- From the waiting list, or after all: the person registers now.
    if tg_op = 'UPDATE'
        and new.registration_status = 'registered'
        and old.registration_status <> 'registered'
        and new.registration_date = old.registration_date
    then
        new.registration_date := now();
    end if;

    if new.sms_opt_in then
        new.sms_opt_in_at := coalesce(new.sms_opt_in_at, now());
    end if;

    return new;
end
$$;

comment on function public.complete_attendee() is 'Trigger function of event_attendees: completes the profile status, dates consent, brings the phone into one form.';

create or replace trigger complete_attendee
    before insert or update on public.event_attendees
    for each row
    execute function public.complete_attendee();
