-- public.say_who_changes(updated_by, source, note, message_id): who makes the changes of action items that follow in this transaction.
--
-- Whoever says nothing is an operator, and the way is the name of the program that connected.
--
-- Arguments: updated_by: contractor, ai, system or operator, NULL: nobody any more; source: how; note: why; message_id: the received text
--            that causes them.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.say_who_changes(updated_by text, source text default null, note text default null, message_id bigint default null)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if updated_by not in ('contractor', 'ai', 'system', 'operator') then
        raise invalid_parameter_value using
            message = format('%L changes no action items.', updated_by),
            hint = 'Say contractor, ai, system or operator.';
    end if;

    perform set_config('pgcascade.updated_by', coalesce(say_who_changes.updated_by, ''), true);
    perform set_config('pgcascade.update_source', coalesce(say_who_changes.source, ''), true);
    perform set_config('pgcascade.update_note', coalesce(say_who_changes.note, ''), true);
    perform set_config('pgcascade.update_message_id', coalesce(say_who_changes.message_id::text, ''), true);
end
$$;

comment on function public.say_who_changes(text, text, text, bigint) is
    'Who makes the changes of action items in this transaction: SELECT say_who_changes(''contractor'', ''phone call'', ''she called'').';
