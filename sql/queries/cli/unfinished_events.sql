-- cli/unfinished_events: waiting, scheduled and running events that a cancellation asks for.
--
-- Found in the hot tables, which hold only what is unfinished.
--
-- $1 bigint[]: ids, or NULL; $2 text: event type, or NULL; $3 text: import batch, or NULL; $4 text: words of the last error, or NULL.
-- Returns: id.
-- Reads:  pipeline.ready, pipeline.scheduled, pipeline.inflight, pipeline.unrouted, marketing.pipeline_events
-- Locks:  none
with
candidates as (
    select event_id from pipeline.ready
    union
    select event_id from pipeline.scheduled
    union
    select event_id from pipeline.inflight
    union
    select event_id from pipeline.unrouted
)
select event.id
from candidates
join marketing.pipeline_events as event on event.id = candidates.event_id
left join marketing.pipeline_events as root on root.id = coalesce(event.root_id, event.id)
where event.status in ('pending', 'processing')
and ($1::bigint[] is null or event.id = any ($1))
and ($2::text is null or event.event_type = $2)
and ($3::text is null or root.payload ->> 'batch_id' = $3)
and ($4::text is null or event.error_message ilike '%' || $4 || '%')
order by event.id
