-- public.keep_numbers(): rows that bring an id of their own, from another system, leave the numbers after it free.
--
-- Without it, the insert that is given that number later would fail.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_rows (transition table)
-- Writes: nothing but the sequence of the table's ids
-- Locks:  none

create or replace function public.keep_numbers()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_sequence constant regclass := pg_get_serial_sequence(format('%I.%I', tg_table_schema, tg_table_name), 'id');
    v_highest constant bigint := (select max(id) from new_rows);
begin
    if v_highest > coalesce(pg_sequence_last_value(v_sequence), 0) then
        perform setval(v_sequence, v_highest);
    end if;

    return null;
end
$$;

comment on function public.keep_numbers() is 'Trigger function: ids that rows bring along are not given again.';

create or replace trigger keep_numbers
    after insert on public.contractors
    referencing new table as new_rows
    for each statement
    execute function public.keep_numbers();

create or replace trigger keep_numbers
    after insert on public.events
    referencing new table as new_rows
    for each statement
    execute function public.keep_numbers();

create or replace trigger keep_numbers
    after insert on public.event_attendees
    referencing new table as new_rows
    for each statement
    execute function public.keep_numbers();

create or replace trigger keep_numbers
    after insert on public.event_speakers
    referencing new table as new_rows
    for each statement
    execute function public.keep_numbers();

create or replace trigger keep_numbers
    after insert on public.event_sponsors
    referencing new table as new_rows
    for each statement
    execute function public.keep_numbers();

create or replace trigger keep_numbers
    after insert on public.event_agenda_items
    referencing new table as new_rows
    for each statement
    execute function public.keep_numbers();

create or replace trigger keep_numbers
    after insert on public.event_messages
    referencing new table as new_rows
    for each statement
    execute function public.keep_numbers();
