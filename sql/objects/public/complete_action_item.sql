-- public.complete_action_item(): an action item whose writer left out what follows from the rest. It keeps its number, as its record does.
--
-- Returns: the row, completed.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_action_item()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and new.id <> old.id then
        raise feature_not_supported using
            message = 'An action item keeps its number: its changes are recorded under it.',
            hint = 'INSERT a new item and set this one to cancelled.';
    end if;

    new.updated_at := clock_timestamp();
    new.title := btrim(new.title);

    if new.status = 'completed' then
        new.completed_at := coalesce(new.completed_at, clock_timestamp());
    else
        new.completed_at := null;
    end if;

    return new;
end
$$;

comment on function public.complete_action_item() is 'Trigger function of contractor_action_items: dates completion.';

create or replace trigger complete_action_item
    before insert or update on public.contractor_action_items
    for each row
    execute function public.complete_action_item();
