-- public.follow_revoked_consent(): who takes back the consent to texts takes it back at every event.
--
-- A contractor without it from the start has said nothing: then the registration decides.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_rows, old_rows (transition tables)
-- Writes: public.event_attendees
-- Locks:  registrations in the order of their ids

create or replace function public.follow_revoked_consent()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- One change of mind, told already by the contractor's own row.
    perform set_config('pgcascade.writer', 'follow_revoked_consent', true);

    update public.event_attendees as attendee
    set sms_opt_in = false
    from (
        select held.id
        from public.event_attendees as held
        join new_rows as contractor on contractor.id = held.contractor_id
        join old_rows as former on former.id = contractor.id
        where held.sms_opt_in
        and former.sms_opt_in
        and not contractor.sms_opt_in
        order by held.id
        for no key update of held
    ) as revoked
    where attendee.id = revoked.id;

    perform set_config('pgcascade.writer', '', true);

    return null;
end
$$;

comment on function public.follow_revoked_consent() is 'Trigger function of contractors: consent that is taken back is taken back at every event.';

create or replace trigger follow_revoked_consent
    after update on public.contractors
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.follow_revoked_consent();
