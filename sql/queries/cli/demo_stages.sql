-- cli/demo_stages: how long each stage took, from its first event to its last.
--
-- Returns: text columns for a table.
-- Reads:  pipeline.stages, marketing.pipeline_events
-- Locks:  none
select
    stage.name,
    count(*)::text as events,
    to_char(extract(epoch from max(event.processed_at) - min(event.created_at)), 'FM999990.00') || ' s' as first_to_last,
    to_char(extract(epoch from avg(event.processed_at - event.created_at)) * 1000, 'FM9999990') || ' ms' as mean
from pipeline.stages as stage
join marketing.pipeline_events as event on event.event_type = stage.event_type
where event.id > (select sequence.last_value - 1000000 from marketing.pipeline_events_id_seq as sequence)
and event.status = 'processed'
and event.created_at >= $1::timestamptz
group by stage.id, stage.name
order by stage.id
