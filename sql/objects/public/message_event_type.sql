-- public.message_event_type(channel, queued, account): which event stands for a text in the schedule or the queue.
--
-- Not in SQL, which would be planned again for every statement that calls it.
--
-- Arguments: channel: sms or email; queued: it is due and waits for its account's turn; account: whose turn that is.
-- Returns: message_due, text_ready_<account> or email_due.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.message_event_type(channel text, queued boolean, account text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when channel = 'email' then 'email_due'
        when queued then 'text_ready_' || account
        else 'message_due'
    end;
end
$$;

comment on function public.message_event_type(text, boolean, text) is 'The type of the event that stands for a text: message_due until it is due, then text_ready_<account>.';
