-- pipeline.alert_findings(): what is above a threshold at this moment.
--
-- Every look is bounded: the newest 20,000 events by their ids, the head of each stage's queue by its index, at most 100,000 waiting.
--
-- Returns: rule_name, subject, severity, message, what_to_do, value, threshold; one row for each open matter.
-- Reads:  pipeline.alert_rules, pipeline.stages, pipeline.ready, pipeline.unrouted, marketing.pipeline_errors,
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
            'oldest_waiting_seconds', null, stage.event_type, stage.name,
            extract(epoch from clock_timestamp() - min(greatest(event.run_at, event.created_at)))::double precision,
            format('Stage %s: an event has waited since %s.', stage.name, to_char(min(greatest(event.run_at, event.created_at)), 'YYYY-MM-DD HH24:MI TZ')),
            'See marketing.vw_stuck_events, whose what_to_do says how to go on.'
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
        join marketing.pipeline_events as event on event.id = head.event_id
        where not stage.paused
        group by stage.id

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
