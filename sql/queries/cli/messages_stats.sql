-- cli/messages_stats: how many texts wait, are under way and are done, and the accounts.
--
-- $1 bigint: the event, NULL: all.
-- Columns: row, with the accounts as an array.
-- Reads:  by public.get_queue_stats public.event_messages; public.vw_sending_accounts
-- Locks:  none
select to_jsonb(stats) || jsonb_build_object('accounts', (select jsonb_agg(to_jsonb(account)) from public.vw_sending_accounts as account)) as row
from public.get_queue_stats($1::bigint) as stats
