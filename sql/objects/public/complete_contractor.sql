-- public.complete_contractor(): names, phone and dates of a contractor that the writer left out or wrote otherwise.
--
-- Some programs write name, others first_name and last_name: each gets what it reads.
--
-- Returns: the row, completed.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_contractor()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_said_names constant boolean := tg_op = 'UPDATE'
        and (new.first_name, new.last_name) is distinct from (old.first_name, old.last_name);
    v_said_name constant boolean := tg_op = 'UPDATE' and new.name is distinct from old.name;
    v_both constant text := nullif(btrim(concat_ws(' ', btrim(new.first_name), btrim(new.last_name))), '');
begin
    new.updated_at := now();
    new.phone := public.read_phone(new.phone);
    new.email := nullif(btrim(new.email), '');
    new.timezone := nullif(btrim(new.timezone), '');
    new.name := nullif(btrim(new.name), '');

    if new.name is null or (v_said_names and not v_said_name) then
        new.name := coalesce(v_both, new.name, nullif(btrim(new.company_name), ''));
    elsif (tg_op = 'INSERT' and v_both is null) or (v_said_name and not v_said_names) then
        new.first_name := nullif(substring(new.name from '^\S+'), '');
        new.last_name := nullif(btrim(substring(new.name from '^\S+\s+(.*)$')), '');
    end if;

    if new.name is null then
        raise check_violation using
            message = 'A contractor needs a name.',
            hint = 'Give name, or first_name and last_name, or at least company_name.';
    elsif new.timezone is not null and not public.is_time_zone(new.timezone) then
        raise check_violation using
            message = format('%s is no time zone.', new.timezone),
            hint = 'Use an IANA name such as America/New_York, or leave it NULL.';
    end if;

    if new.sms_opt_in then
        new.sms_opt_in_at := coalesce(new.sms_opt_in_at, now());
    end if;

    return new;
end
$$;

comment on function public.complete_contractor() is 'Trigger function of contractors: fills names from each other, brings the phone into one form, dates consent.';

create or replace trigger complete_contractor
    before insert or update on public.contractors
    for each row
    execute function public.complete_contractor();
