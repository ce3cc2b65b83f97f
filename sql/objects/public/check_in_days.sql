-- public.check_in_days(contractor_id, event_id, priority): after how many days somebody is asked about what is to be done.
--
-- What an organiser has set counts: for the event, else for all. Otherwise three days, times 0.7 for the three highest of the ten priorities
-- and 0.85 for the next two, and at most one and a half times what the person usually takes to answer: who answers within a day has made
-- up his mind sooner. Whole days, since people are asked at one hour of the day. Never under two days, and that bound wins over the other:
-- most people answer texts within minutes, and nobody is asked after minutes.
--
-- Arguments: contractor_id; event_id, NULL: none; priority: 1 first, 10 last; NULL: in the middle.
-- Returns: days.
-- Reads:  public.followup_settings, public.event_followup_settings, public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.check_in_days(contractor_id bigint, event_id bigint, priority integer default null)
returns integer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(
        (
            select own.check_in_after_days
            from public.event_followup_settings as own
            where own.event_id = check_in_days.event_id
        ),
        (select setting.check_in_after_days from public.followup_settings as setting),
        greatest(2, least(wanted.days, usual.most))
    )
    from (
        select round(
            3 * case when check_in_days.priority <= 3 then 0.7 when check_in_days.priority <= 5 then 0.85 else 1 end
        )::integer as days
    ) as wanted
    cross join (
        -- The middle of the last year's answers; of fewer than three nothing is said.
        select case
            when count(*) >= 3 then floor(
                1.5 * percentile_cont(0.5) within group (
                    order by extract(epoch from answered.response_time - answered.actual_send_time)::double precision
                ) / 86400
            )::integer
        end as most
        from public.event_messages as answered
        where answered.contractor_id = check_in_days.contractor_id
        and answered.direction = 'outbound'
        and answered.response_time > answered.actual_send_time
        and answered.response_time > clock_timestamp() - interval '1 year'
    ) as usual;
end;

comment on function public.check_in_days(bigint, bigint, integer) is
    'After how many days somebody is asked about what is to be done: SELECT check_in_days(56, 41, 1).';

revoke execute on function public.check_in_days(bigint, bigint, integer) from public;
