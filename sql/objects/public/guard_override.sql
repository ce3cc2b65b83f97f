-- public.guard_override(): what may go to a number that has opted out goes only as the answer to a word of its owner.
--
-- Types that override an opt-out exist for the one confirmation of STOP and for HELP. A row of such a type that answers no such text would be
-- a way around the opt-out, so its statement is refused, whoever runs it. All rows of a statement are looked at with one query.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_messages (transition table), public.message_types, public.inbound_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.guard_override()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_type text;
begin
    select message.message_type into v_type
    from public.message_types as type
    join new_messages as message on message.message_type = type.message_type
    where type.overrides_opt_out
    and message.direction = 'outbound'
    and message.status in ('draft', 'scheduled')
    and not exists (
        select
        from public.inbound_messages as inbound
        where inbound.id = message.inbound_message_id
        and inbound.phone_number = message.phone
        -- The template's words, and one answer to each.
        and message.message_content = ''
        and message.dedupe_key = format('reply-%s-%s', inbound.id, message.message_type)
        and inbound.wish = case message.message_type when 'help_reply' then 'help' else 'stop_all' end
        -- A person's number may change before it is sent; the one that wrote may not.
        and message.contractor_id is null
    )
    limit 1;

    if found then
        raise check_violation using
            message = format('A text of type %s answers a STOP or HELP that was received, and this one does not.', v_type),
            hint = 'It is written by itself when one comes. For words of your own use the type admin_custom.';
    end if;

    return null;
end
$$;

comment on function public.guard_override() is 'Trigger function of event_messages: nothing goes around an opt-out.';

create or replace trigger guard_new_override
    after insert on public.event_messages
    referencing new table as new_messages
    for each statement
    execute function public.guard_override();

create or replace trigger guard_changed_override
    after update on public.event_messages
    referencing new table as new_messages
    for each statement
    execute function public.guard_override();
