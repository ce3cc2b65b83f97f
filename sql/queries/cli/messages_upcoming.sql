-- cli/messages_upcoming: texts that are to be sent soon, one JSON object each.
--
-- $1 double precision: how far ahead, in hours; $2 bigint: the event, NULL: all; $3 bigint: at most so many.
-- Columns: row: the text, at: when it leaves, on the wall of its event; more: how many there are beyond it, in the last row.
-- Reads:  by public.get_upcoming_messages public.event_messages; public.events
-- Locks:  none
select
    to_jsonb(upcoming) || jsonb_build_object(
        'at', to_char(
            -- One that quiet hours might move ahead is looked at long before; unless they do, it leaves at its time.
            case when upcoming.skip_reason is null then greatest(upcoming.send_at, upcoming.scheduled_time) else upcoming.send_at end
                at time zone coalesce(event.timezone, current_setting('timezone')),
            'YYYY-MM-DD HH24:MI'
        ),
        'more', count(*) over () - $3::bigint
    ) as row
from public.get_upcoming_messages(make_interval(secs => $1::double precision * 3600), $2::bigint) as upcoming
left join public.events as event on event.id = upcoming.event_id
order by upcoming.scheduled_time, upcoming.priority, upcoming.id
limit $3::bigint
