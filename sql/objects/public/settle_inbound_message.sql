-- public.settle_inbound_message(inbound_message_id, what, note): a person decides about a text that nobody else could.
--
-- Arguments: inbound_message_id; what: stop_all, stop_peer, start: it asks for that; none: it does not, and is settled; note: for whom comes
--            after.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.inbound_messages; by public.obey_wish and public.look_again_at_texts what they write
-- Locks:  the text; as public.obey_wish or public.look_again_at_texts

create or replace function public.settle_inbound_message(inbound_message_id bigint, what text default 'none', note text default null)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_phone text;
begin
    if what not in ('stop_all', 'stop_peer', 'start', 'none') then
        raise invalid_parameter_value using
            message = format('%L is nothing that a text asks for.', what),
            hint = 'Say stop_all, stop_peer, start or none.';
    end if;

    update public.inbound_messages as message
    set status = 'settled',
        wish = case when message.wish = 'maybe_stop' then null else message.wish end,
        handled_at = clock_timestamp(),
        handling_note = coalesce(settle_inbound_message.note, format('Settled by %s: %s.', session_user, what))
    where message.id = settle_inbound_message.inbound_message_id
    returning message.phone_number into v_phone;

    if not found then
        raise exception using errcode = 'PC001', message = format('There is no received text %s.', settle_inbound_message.inbound_message_id);
    end if;

    if what <> 'none' then
        perform public.obey_wish(settle_inbound_message.inbound_message_id, what, null, 'operator');
    else
        perform public.look_again_at_texts(v_phone);
    end if;
end
$$;

comment on function public.settle_inbound_message(bigint, text, text) is
    'A person decides about a text of vw_unanswered_messages: SELECT settle_inbound_message(7, ''stop_all'') or (7, ''none'', ''called her back'').';

revoke execute on function public.settle_inbound_message(bigint, text, text) from public;
