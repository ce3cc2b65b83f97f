-- public.keep_row_consents(): a yes or no that is written into a row leaves its proof, like one that came as a text.
--
-- For contractors and registrations, whoever changes sms_opt_in there. One who takes it back takes it back at every event: that is one
-- change of mind. What an erasure sets is none.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows, new_rows (transition tables), public.contractors
-- Writes: public.sms_consents
-- Locks:  none

create or replace function public.keep_row_consents()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if coalesce(current_setting('pgcascade.writer', true), '') in ('follow_contractor', 'erase_contractor') then
        return null;
    end if;

    if tg_table_name = 'contractors' then
        insert into public.sms_consents (phone_number, contractor_id, granted, source, wording, recorded_by)
        select
            person.phone, person.id, person.sms_opt_in, coalesce(person.sms_opt_in_source, 'row'), 'sms_opt_in of the contractor',
            session_user
        from new_rows as person
        -- No join: one that was planned for one row would read all of the old ones for each new one.
        where (person.id, person.sms_opt_in) not in (select former.id, former.sms_opt_in from old_rows as former)
        and person.phone is not null;
    else
        insert into public.sms_consents (phone_number, contractor_id, granted, source, wording, recorded_by)
        select
            coalesce(attendee.real_phone, person.phone), attendee.contractor_id, attendee.sms_opt_in,
            coalesce(attendee.sms_opt_in_source, 'row'), format('sms_opt_in for event %s', attendee.event_id), session_user
        from new_rows as attendee
        join public.contractors as person on person.id = attendee.contractor_id
        where (attendee.id, attendee.sms_opt_in) not in (select former.id, former.sms_opt_in from old_rows as former)
        and coalesce(attendee.real_phone, person.phone) is not null;
    end if;

    return null;
end
$$;

comment on function public.keep_row_consents() is 'Trigger function of contractors and event_attendees: a change of sms_opt_in is kept in sms_consents.';

create or replace trigger keep_row_consents
    after update on public.contractors
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.keep_row_consents();

create or replace trigger keep_row_consents
    after update on public.event_attendees
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.keep_row_consents();
