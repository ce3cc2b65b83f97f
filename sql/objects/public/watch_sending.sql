-- public.watch_sending(event_ids): the stage that tells when more texts are planned than an account's rate carries.
--
-- However many plans came in, the forecast is made once, of all that is planned by whomever; each account has one alert.
--
-- Arguments: event_ids: events sending_planned.
-- Returns: event_id and error of those that could not be done: none.
-- Reads:  public.sending_accounts, and what sending_forecast reads
-- Writes: by pipeline.report_alert marketing.pipeline_alerts
-- Locks:  the accounts' alerts, in the order of their names

create or replace function public.watch_sending(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if cardinality(event_ids) = 0 then
        return;
    end if;

    perform pipeline.report_alert(
        'late_texts', rush.account, rush.late + rush.missed,
        format(
            'Account %s: from %s on, %s of %s texts will leave up to %s late, and %s will be past their deadline.',
            rush.account, to_char(rush.begins_at, 'YYYY-MM-DD HH24:MI TZ'), rush.late, rush.texts, date_trunc('second', rush.latest_by),
            rush.missed
        ),
        concat_ws(' ', rush.remedy, 'See it: pgcascade messages forecast.'),
        rush.ends_at
    )
    from (
        select
            account.name as account,
            min(forecast.begins_at) as begins_at,
            max(forecast.ends_at) as ends_at,
            coalesce(sum(forecast.texts), 0)::bigint as texts,
            coalesce(sum(forecast.late), 0)::bigint as late,
            coalesce(sum(forecast.missed), 0)::bigint as missed,
            max(forecast.latest_by) as latest_by,
            -- Of the worst rush.
            (array_agg(forecast.remedy order by forecast.missed desc, forecast.latest_by desc))[1] as remedy
        from public.sending_accounts as account
        left join public.sending_forecast() as forecast
            on forecast.account = account.name
            and (forecast.late > 0 or forecast.missed > 0)
        group by account.name
        order by account.name
    ) as rush;

    return;
end
$$;

comment on function public.watch_sending(bigint[]) is 'Stage watch_sending: raises an alert where more texts are planned than an account''s rate carries.';

revoke execute on function public.watch_sending(bigint[]) from public;
