-- public.follow_contractor(): a profile that has become complete is complete at every event; consent that is taken back is taken back there, too.
--
-- A contractor without consent from the start has said nothing: then the registration decides.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_rows, old_rows (transition tables)
-- Writes: public.event_attendees
-- Locks:  registrations in the order of their ids

create or replace function public.follow_contractor()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_writer constant text := coalesce(current_setting('pgcascade.writer', true), '');
begin
    -- One change of mind, told already by the contractor's own row.
    perform set_config('pgcascade.writer', 'follow_contractor', true);

    update public.event_attendees as attendee
    set sms_opt_in = attendee.sms_opt_in and not changed.revoked,
        profile_completion_status = case when changed.completed then 'complete' else attendee.profile_completion_status end
    from (
        select held.id, turned.revoked, turned.completed
        from public.event_attendees as held
        join new_rows as contractor on contractor.id = held.contractor_id
        -- Who was so before is told by a set: a join of the two versions, planned for one row, would read all of one for each of the other.
        cross join lateral (
            select
                held.sms_opt_in
                    and not contractor.sms_opt_in
                    and contractor.id not in (select former.id from old_rows as former where not former.sms_opt_in) as revoked,
                held.profile_completion_status <> 'complete'
                    and public.is_profile_complete(contractor::public.contractors)
                    and contractor.id not in (
                        select former.id from old_rows as former where public.is_profile_complete(former::public.contractors)
                    ) as completed
        ) as turned
        where turned.revoked or turned.completed
        order by held.id
        for no key update of held
    ) as changed
    where attendee.id = changed.id;

    perform set_config('pgcascade.writer', v_writer, true);

    return null;
end
$$;

comment on function public.follow_contractor() is
    'Trigger function of contractors: a profile that became complete, and consent that is taken back, are so at every event.';

drop trigger if exists follow_profile on public.contractors;
drop trigger if exists follow_revoked_consent on public.contractors;
drop function if exists public.follow_profile();
drop function if exists public.follow_revoked_consent();

create or replace trigger follow_contractor
    after update on public.contractors
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.follow_contractor();
