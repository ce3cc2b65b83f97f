-- trigger_message_scheduled_event, public.schedule_messages(): new texts become events of the schedule, all of a statement with one INSERT.
--
-- The events' numbers were given to the rows before, so nothing is written twice. Whoever schedules more at once than the rate carries is told so.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_messages (transition table), marketing.pipeline_events, public.sending_accounts, public.event_messaging
-- Writes: marketing.pipeline_events, also by public.note_sending_plan
-- Locks:  none

create or replace function public.schedule_messages()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Fewer are not worth a sum.
    c_many constant integer := 30;
    v_rush record;
    v_planned bigint;
    v_are_ahead boolean;
begin
    insert into marketing.pipeline_events (id, event_type, payload, run_at, priority, parent_id, root_id)
    select
        message.pipeline_event_id,
        public.message_event_type(message.channel, false, null),
        jsonb_build_object('record_id', message.id, 'message_type', message.message_type),
        message.send_at,
        message.priority,
        message.caused_by,
        (
            select coalesce(parent.root_id, parent.id)
            from marketing.pipeline_events as parent
            where parent.id = message.caused_by
        )
    from new_messages as message
    where message.status = 'scheduled'
    and message.direction = 'outbound'
    order by message.pipeline_event_id;

    select
        count(*) filter (where message.status = 'scheduled' and message.direction = 'outbound' and message.channel = 'sms'),
        coalesce(bool_or(message.scheduled_time > clock_timestamp() + interval '1 minute') filter (where message.status = 'scheduled'), false)
    into v_planned, v_are_ahead
    from new_messages as message;

    perform public.note_sending_plan(v_planned, v_are_ahead);

    if v_planned < c_many then
        return null;
    end if;

    -- As in public.sending_forecast, of these texts alone; moment by moment, of which there are few.
    select sum(begun.texts) as texts, make_interval(secs => max(begun.ends_at - begun.due_at)) as latest_by
    into v_rush
    from (
        select
            due.texts, due.due_at,
            due.place * due.spacing
                + max(due.due_at - (due.place - due.texts) * due.spacing) over (partition by due.account order by due.due_at)
                - due.spacing as ends_at
        from (
            select
                account.name as account,
                extract(epoch from public.paced_period(account.period))::double precision / account.rate as spacing,
                extract(epoch from moments.due)::double precision as due_at,
                moments.texts,
                (sum(moments.texts) over (partition by account.name order by moments.due))::double precision as place
            from (
                -- Those that are looked at early, because of quiet hours, leave at their time.
                select message.event_id, greatest(message.send_at, message.scheduled_time) as due, count(*) as texts
                from new_messages as message
                where message.status = 'scheduled'
                and message.channel = 'sms'
                group by 1, 2
            ) as moments
            left join public.event_messaging as settings on settings.event_id = moments.event_id
            join public.sending_accounts as account
                on account.name = settings.account
                or settings.account is null and account.is_default
        ) as due
    ) as begun;

    if v_rush.latest_by > interval '1 minute' then
        raise notice 'Of these % texts the last will leave % late at the account''s rate.', v_rush.texts, date_trunc('second', v_rush.latest_by)
            using hint = 'SELECT * FROM public.sending_forecast() WHERE late > 0; says when, and what helps.';
    end if;

    return null;
end
$$;

comment on function public.schedule_messages() is 'Trigger function of event_messages: emits one event for each text that is scheduled.';

create or replace trigger trigger_message_scheduled_event
    after insert on public.event_messages
    referencing new table as new_messages
    for each statement
    execute function public.schedule_messages();
