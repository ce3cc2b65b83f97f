-- public.obey_wish(inbound_message_id, wish, caused_by, source): does what STOP, STOP PEER, START or HELP ask for.
--
-- STOP is obeyed however late it comes. START is not when its writer has said STOP after it: texts come out of order. One confirmation
-- follows a STOP, and none when the number had opted out already, or the provider has answered.
--
-- Arguments: inbound_message_id; wish: stop_all, stop_peer, start, help; caused_by: the event; source: who read it so: keyword, ai,
--            operator.
-- Returns: what was done, for the log.
-- Reads:  public.inbound_messages
-- Writes: public.inbound_messages; by public.opt_out, public.set_sms_consent, public.look_again_at_texts and public.reply_to_text what they
--         write
-- Locks:  as public.opt_out

drop function if exists public.obey_wish(bigint, text, bigint);

create or replace function public.obey_wish(
    inbound_message_id bigint, wish text, caused_by bigint default null, source text default 'keyword'
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_text public.inbound_messages;
    v_was_new boolean;
begin
    update public.inbound_messages as message
    set status = 'obeyed', wish = obey_wish.wish, handled_at = clock_timestamp(), caused_by = obey_wish.caused_by
    where message.id = obey_wish.inbound_message_id
    returning message.* into v_text;

    if v_text.phone_number is null then
        update public.inbound_messages as message
        set status = 'for_a_person',
            handling_note = 'Somebody whose number nobody knows has asked for it: look the contact up at the provider, then SELECT opt_out(number, ''operator'').'
        where message.id = v_text.id;
        return 'unknown';
    end if;

    if wish = 'stop_all' then
        select done.was_new into v_was_new
        from public.opt_out(v_text.phone_number, obey_wish.source, v_text.body, v_text.contractor_id) as done;
    elsif wish = 'stop_peer' then
        perform public.set_sms_consent(v_text.phone_number, false, obey_wish.source, v_text.body, v_text.contractor_id, true);
    elsif wish = 'start' then
        if exists (
            select
            from public.inbound_messages as later
            where later.phone_number = v_text.phone_number
            and later.wish = 'stop_all'
            and coalesce(later.received_at, later.stored_at) > coalesce(v_text.received_at, v_text.stored_at)
        ) then
            update public.inbound_messages as message
            set handling_note = 'Not obeyed: STOP was sent after it.'
            where message.id = v_text.id;
            return 'outdated';
        end if;
        perform public.lift_suppression(v_text.phone_number);
        perform public.set_sms_consent(v_text.phone_number, true, obey_wish.source, v_text.body, v_text.contractor_id);
    end if;

    -- Whatever a person was to decide about earlier words is decided by these.
    if wish in ('stop_all', 'start') then
        update public.inbound_messages as message
        set status = 'settled', handling_note = format('The number has since said %s.', obey_wish.wish)
        where message.phone_number = v_text.phone_number
        and message.status = 'for_a_person'
        and message.wish = 'maybe_stop';
    end if;

    if wish = 'start' then
        perform public.look_again_at_texts(v_text.phone_number);
    end if;

    if not v_text.answered_by_provider and (wish <> 'stop_all' or v_was_new) then
        perform public.reply_to_text(
            v_text.id,
            case wish
                when 'stop_all' then 'opt_out_confirmation'
                when 'stop_peer' then 'stop_peer_confirmation'
                when 'start' then 'opt_in_confirmation'
                else 'help_reply'
            end
        );
    end if;

    return wish;
end
$$;

comment on function public.obey_wish(bigint, text, bigint, text) is 'Does what STOP, STOP PEER, START or HELP ask for, in one transaction.';

revoke execute on function public.obey_wish(bigint, text, bigint, text) from public;
