-- cli/messages_forecast: what will be late at the accounts' rates.
--
-- $1 double precision: how far ahead, in hours; $2 bigint: the event, NULL: all.
-- Columns: row.
-- Reads:  by public.sending_forecast public.event_messages, public.sending_accounts
-- Locks:  none
select
    to_jsonb(forecast) || jsonb_build_object(
        'from', to_char(forecast.begins_at, 'YYYY-MM-DD HH24:MI:SS TZ'),
        'to', to_char(forecast.ends_at, 'HH24:MI:SS'),
        'latest', to_char(forecast.latest_by, 'HH24:MI:SS')
    ) as row
from public.sending_forecast(make_interval(secs => $1::double precision * 3600), $2::bigint) as forecast
