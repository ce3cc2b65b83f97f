-- public.introduction_moment(event_id, send_immediately, force): when introductions that are planned now should go out.
--
-- At once: now, but while a session runs, when it is over. Otherwise at the moment of the rule peer_match_introduction (lunch and 5
-- minutes), if it still lies ahead or lunch is on; else in the next break; else now.
--
-- Arguments: event_id; send_immediately; force: even in a session.
-- Returns: scheduled_time; expires_at, NULL: as the message type says.
-- Reads:  public.event_agenda_items, and what agenda_plan reads
-- Writes: nothing
-- Locks:  none

create or replace function public.introduction_moment(event_id bigint, send_immediately boolean default false, force boolean default false)
returns table (scheduled_time timestamptz, expires_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select choice.scheduled_time, choice.expires_at
    from (
        select 1 as place, now() as scheduled_time, null::timestamptz as expires_at
        where introduction_moment.send_immediately
        and (
            introduction_moment.force
            or not exists (
                select from public.event_agenda_items as item
                where item.event_id = introduction_moment.event_id
                and item.status <> 'cancelled'
                and item.item_type in ('session', 'keynote', 'panel', 'sponsor_session')
                and item.start_time <= now()
                and item.end_time > now()
            )
        )

        union all

        select 2, max(item.end_time), null
        from public.event_agenda_items as item
        where introduction_moment.send_immediately
        and item.event_id = introduction_moment.event_id
        and item.status <> 'cancelled'
        and item.item_type in ('session', 'keynote', 'panel', 'sponsor_session')
        and item.start_time <= now()
        and item.end_time > now()
        having count(*) > 0

        union all

        (
            select 3, greatest(plan.scheduled_time, now()), plan.expires_at
            from public.agenda_plan(introduction_moment.event_id) as plan
            where (plan.rule).name = 'peer_match_introduction'
            and plan.expires_at > now()
            order by plan.scheduled_time
            limit 1
        )

        union all

        (
            select 4, greatest(item.start_time, now()), item.end_time
            from public.event_agenda_items as item
            where item.event_id = introduction_moment.event_id
            and item.status <> 'cancelled'
            and item.item_type in ('break', 'networking', 'lunch')
            and coalesce(item.end_time, item.start_time) > now()
            order by item.start_time
            limit 1
        )

        union all

        select 5, now(), null
    ) as choice
    order by choice.place
    limit 1;
end;

comment on function public.introduction_moment(bigint, boolean, boolean) is
    'When introductions that are planned now should go out: now, at lunch, or in the next break.';
