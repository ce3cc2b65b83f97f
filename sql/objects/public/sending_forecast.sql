-- public.sending_forecast(within, event_id): what will be late at the accounts' rates, by how much, and what helps.
--
-- Texts leave an account one after another, at least a rate's share of time apart: each begins when it is due or when the one before it has
-- left, whichever is later. Times in which an account is never idle are one rush, a row each. Which of two texts goes first does not change
-- when a rush ends, so that priorities are left out of the sum; they decide who in the rush is the late one.
--
-- Arguments: within: how far ahead; event_id: rushes in which this event has texts; NULL: all.
-- Returns: account; begins_at, ends_at: the rush, its first and last text; texts: how many; late: how many of them begin more than a
--          minute late; latest_by: the latest one's wait; missed: how many would be past their deadline and will be dropped; remedy: what to do,
--          NULL: nothing need be done.
-- Reads:  public.event_messages, public.event_messaging, public.sending_accounts
-- Writes: nothing
-- Locks:  none

create or replace function public.sending_forecast(within interval default '7 days', event_id bigint default null)
returns table (
    account text, begins_at timestamptz, ends_at timestamptz, texts bigint, late bigint, latest_by interval, missed bigint, remedy text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with
    moments as (
        select
            message.id, message.event_id, message.priority, message.expires_at,
            -- One that quiet hours might move ahead is looked at long before; unless they do, it leaves at its time.
            greatest(now(), case when message.skip_reason is null then greatest(message.send_at, message.scheduled_time) else message.send_at end)
                as due
        from public.event_messages as message
        where message.status = 'scheduled'
        and message.channel = 'sms'
        -- What is pointless already takes nobody's turn.
        and message.expires_at > now()
    ),
    due as (
        select
            account.name as account,
            account.rate,
            account.period,
            extract(epoch from public.paced_period(account.period)) / account.rate as spacing,
            extract(epoch from moments.due) as due_at,
            moments.expires_at,
            moments.event_id,
            row_number() over (partition by account.name order by moments.due, moments.priority, moments.expires_at, moments.id) - 1 as place
        from moments
        left join public.event_messaging as settings on settings.event_id = moments.event_id
        join public.sending_accounts as account
            on account.name = settings.account
            or settings.account is null and account.is_default
        where moments.due <= now() + sending_forecast.within
    ),
    begun as (
        select
            due.*,
            due.place * due.spacing
                + max(due.due_at - due.place * due.spacing) over (partition by due.account order by due.place) as begins_at
        from due
    ),
    marked as (
        select
            begun.*,
            begun.begins_at > coalesce(lag(begun.begins_at) over (partition by begun.account order by begun.place), 0) + begun.spacing
                or begun.place = 0 as is_first
        from begun
    ),
    grouped as (
        select marked.*, count(*) filter (where marked.is_first) over (partition by marked.account order by marked.place) as rush
        from marked
    ),
    rushes as (
        select
            grouped.account,
            grouped.rate,
            grouped.period,
            to_timestamp(min(grouped.begins_at)) as begins_at,
            to_timestamp(max(grouped.begins_at)) as ends_at,
            count(*) as texts,
            count(*) filter (where grouped.begins_at > grouped.due_at + 60) as late,
            max(grouped.begins_at - grouped.due_at) as latest_by,
            count(*) filter (where to_timestamp(grouped.begins_at) > grouped.expires_at) as missed
        from grouped
        group by grouped.account, grouped.rate, grouped.period, grouped.rush
        having sending_forecast.event_id is null
        or bool_or(grouped.event_id = sending_forecast.event_id)
    )
    select
        rushes.account,
        rushes.begins_at,
        rushes.ends_at,
        rushes.texts,
        rushes.late,
        make_interval(secs => rushes.latest_by::double precision),
        rushes.missed,
        case
            when rushes.late > 0 or rushes.missed > 0 then format(
                '%s texts at %s in %s take %s. Spread them over that time; or raise the rate to %s (UPDATE sending_accounts SET rate = %s WHERE name = %L), if the provider allows it; or send fewer, such as fewer introductions for each person.',
                rushes.texts,
                rushes.rate,
                rushes.period,
                date_trunc('second', rushes.ends_at - rushes.begins_at),
                greatest(ceil(rushes.texts * extract(epoch from rushes.period) / 60), rushes.rate + 1),
                greatest(ceil(rushes.texts * extract(epoch from rushes.period) / 60), rushes.rate + 1),
                rushes.account
            )
        end
    from rushes
    order by rushes.begins_at, rushes.account
$$;

comment on function public.sending_forecast(interval, bigint) is
    'What will be late at the accounts'' rates, by how much, and what helps: SELECT * FROM sending_forecast() WHERE late > 0.';
