-- public.obey_order(verb, argument, words, event_id): does what an operator orders, and says what was done.
--
-- Each order is a function of its own; what one refuses is said as the answer, and nothing of it is done.
--
-- Arguments: verb: delay, msg, status, checkin, cancel; argument: minutes, whom, a name, or a type of texts; words: of msg; event_id.
-- Returns: the answer.
-- Reads:  public.events; by the orders' functions what they read
-- Writes: by the orders' functions what they write
-- Locks:  as they do

create or replace function public.obey_order(verb text, argument text, words text, event_id bigint)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_event public.events;
begin
    select event.* into v_event from public.events as event where event.id = obey_order.event_id;

    return case verb
        when 'delay' then public.obey_delay(v_event, argument)
        when 'msg' then public.obey_msg(v_event, argument, words)
        when 'status' then public.obey_status(v_event)
        when 'checkin' then public.obey_check_in(v_event, argument)
        when 'cancel' then public.obey_cancel(v_event, argument)
        else 'Nothing was done: nobody knows that order.'
    end;
exception
    when raise_exception or invalid_parameter_value or no_data_found or check_violation then
        return 'Nothing was done: ' || sqlerrm;
end
$$;

comment on function public.obey_order(text, text, text, bigint) is
    'Does what an operator orders: SELECT obey_order(''status'', '''', '''', 41). Returns what was done.';

revoke execute on function public.obey_order(text, text, text, bigint) from public;
