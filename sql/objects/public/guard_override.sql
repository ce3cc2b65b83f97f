-- public.guard_override(): what may go to a number that has opted out goes only as the answer to a word of its owner.
--
-- Types that override an opt-out exist for the one confirmation of STOP and for HELP. A row of such a type that answers no such text would be
-- a way around the opt-out, so it is refused, whoever inserts it.
--
-- Returns: the row.
-- Reads:  public.message_types, public.inbound_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.guard_override()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.direction = 'outbound'
        and new.status in ('draft', 'scheduled')
        and exists (
            select from public.message_types as type where type.message_type = new.message_type and type.overrides_opt_out
        )
        and not exists (
            select
            from public.inbound_messages as inbound
            where inbound.id = new.inbound_message_id
            and inbound.phone_number = new.phone
            -- The template's words, and one answer to each.
            and new.message_content = ''
            and new.dedupe_key = format('reply-%s-%s', inbound.id, new.message_type)
            and inbound.wish = case new.message_type when 'help_reply' then 'help' else 'stop_all' end
            -- A person's number may change before it is sent; the one that wrote may not.
            and new.contractor_id is null
        )
    then
        raise check_violation using
            message = format('A text of type %s answers a STOP or HELP that was received, and this one does not.', new.message_type),
            hint = 'It is written by itself when one comes. For words of your own use the type admin_custom.';
    end if;

    return new;
end
$$;

comment on function public.guard_override() is 'Trigger function of event_messages: nothing goes around an opt-out.';

create or replace trigger guard_override
    before insert or update on public.event_messages
    for each row
    execute function public.guard_override();
