-- public.touch(): the time of the last change.
--
-- Returns: the row with updated_at set.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.touch()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

comment on function public.touch() is 'Trigger function: updated_at is the time of the last change.';

create or replace trigger touch
    before update on public.event_speakers
    for each row
    execute function public.touch();

create or replace trigger touch
    before update on public.event_sponsors
    for each row
    execute function public.touch();
