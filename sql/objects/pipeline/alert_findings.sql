-- pipeline.alert_findings(): what is above a threshold at this moment.
--
-- Every look is bounded: the newest 20,000 events by their ids, the head of each stage's queue by its index, the next
-- 1,000 of the schedule, at most 100,000 waiting.
--
-- Returns: rule_name, subject, severity, message, what_to_do, value, threshold; one row for each open matter.
-- Reads:  pipeline.alert_rules, pipeline.stages, pipeline.ready, pipeline.scheduled, pipeline.unrouted, marketing.pipeline_errors,
--         marketing.pipeline_events
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.alert_findings()
returns table (
    rule_name text, subject text, severity text, message text, what_to_do text, value double precision, threshold double precision
)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    newest as materialized (
        select event.event_type, event.status, event.created_at
        from marketing.pipeline_events as event
        where event.id > (select sequence.last_value - 20000 from marketing.pipeline_events_id_seq as sequence)
        and event.status in ('processed', 'failed')
    ),
    head as (
        select stage.id as stage_id, head.event_id
        from pipeline.stages as stage
        cross join generate_series(1, 10) as level (priority)
        cross join lateral (
            select ready.event_id
            from pipeline.ready
            where ready.stage_id = stage.id
            and ready.priority = level.priority
            order by ready.event_id
            limit 1
        ) as head

        union all
        -- A webhook that is away is asked again and again.
        select soon.stage_id, soon.event_id
        from (
            select scheduled.stage_id, scheduled.event_id
            from pipeline.scheduled
            where scheduled.run_at < clock_timestamp() + interval '30 minutes'
            order by scheduled.run_at
            limit 1000
        ) as soon
        join pipeline.stages as stage on stage.id = soon.stage_id
        where stage.kind = 'webhook'
    ),
    waiting as (
        select
            stage.event_type,
            stage.name as stage_name,
            attempt.put_off_for,
            case when attempt.put_off_for is not null then event.created_at else greatest(event.run_at, event.created_at) end as since
        from head
        join pipeline.stages as stage on stage.id = head.stage_id
        join marketing.pipeline_events as event on event.id = head.event_id
        cross join lateral (
            select case when stage.kind = 'webhook' and event.claimed_at is not null then event.error_message end as put_off_for
        ) as attempt
        where not stage.paused
    ),
    measured as (
        select
            'critical_errors' as metric, null::text as rule_name, error.event_type, error.event_type as subject, count(*)::double precision as value,
            format('%s: %s', error.event_type, (array_agg(error.error_message order by error.id desc))[1]) as message,
            'Do what the message says, then settle it: SELECT marketing.resolve_pipeline_error(id, ''your name'', ''what you did''); open ones: marketing.vw_unresolved_errors.' as what_to_do
        from marketing.pipeline_errors as error
        where not error.resolved
        and error.severity = 'critical'
        group by error.event_type

        union all
        select
            'error_rate_pct', rule.name, newest.event_type, newest.event_type,
            100.0 * count(*) filter (where newest.status = 'failed') / count(*),
            format('%s of the last %s events %s failed.', count(*) filter (where newest.status = 'failed'), count(*), newest.event_type),
            format('See why: pgcascade errors; when it is mended: pgcascade retry --type %s', newest.event_type)
        from pipeline.alert_rules as rule
        join newest on newest.created_at > now() - rule.look_back
        where rule.metric = 'error_rate_pct'
        group by rule.name, newest.event_type
        having count(*) >= 20

        union all
        select
            'oldest_waiting_seconds', null, waiting.event_type, waiting.stage_name,
            extract(epoch from clock_timestamp() - min(waiting.since))::double precision,
            concat(
                format('Stage %s: an event has waited since %s.', waiting.stage_name, to_char(min(waiting.since), 'YYYY-MM-DD HH24:MI TZ')),
                ' ' || (array_agg(waiting.put_off_for order by waiting.since, waiting.put_off_for))[1]
            ),
            case when count(waiting.put_off_for) > 0
                then 'Mend the receiver, or correct its row in pipeline.webhooks; the events are sent by themselves.'
                else 'See marketing.vw_stuck_events, whose what_to_do says how to go on.'
            end
        from waiting
        group by waiting.event_type, waiting.stage_name

        union all
        select
            'waiting', null, stage.event_type, stage.name, queue.waiting,
            format('Stage %s: %s events wait.', stage.name, queue.waiting),
            'The stage is behind: raise its concurrency or batch_size in pipeline.stages, or start another daemon.'
        from pipeline.stages as stage
        cross join lateral (
            select count(*)::double precision as waiting
            from (select from pipeline.ready where ready.stage_id = stage.id limit 100000) as head
        ) as queue

        union all
        select
            'unrouted', null, waiting.event_type, waiting.event_type, count(*)::double precision,
            format('%s events of type %s wait: no stage handles them.', count(*), waiting.event_type),
            'See marketing.vw_unrouted_events, whose what_to_do says how to go on.'
        from (select unrouted.event_type from pipeline.unrouted limit 100000) as waiting
        group by waiting.event_type
    )
    select
        rule.name,
        measured.subject,
        rule.severity,
        measured.message,
        measured.what_to_do,
        measured.value,
        rule.threshold
    from pipeline.alert_rules as rule
    join measured
        on measured.metric = rule.metric
        and coalesce(measured.rule_name, rule.name) = rule.name
        and coalesce(rule.event_type, measured.event_type) = measured.event_type
    where rule.enabled
    and measured.value > rule.threshold;
end;

comment on function pipeline.alert_findings() is 'What is above a threshold of pipeline.alert_rules at this moment.';
