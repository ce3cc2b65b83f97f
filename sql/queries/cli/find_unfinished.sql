-- cli/find_unfinished: events that wait, are scheduled or run, and match.
--
-- They are found through the hot tables, which hold only what is unfinished.
--
-- $1 bigint[]: ids, NULL: any; $2 text: event type, NULL: any; $3 text: import batch, NULL: any; $4 text: part of the error
-- message of the last attempt, NULL: any.
-- Returns: id, event_type; in the order of ids.
-- Reads:  pipeline.ready, pipeline.scheduled, pipeline.inflight, pipeline.parked, pipeline.unrouted, marketing.pipeline_events (by id)
-- Locks:  none
with
candidates as materialized (
    select named.id
    from unnest($1::bigint[]) as named (id)
    union
    select waiting.event_id
    from (
        select ready.event_id from pipeline.ready
        union all
        select scheduled.event_id from pipeline.scheduled
        union all
        select inflight.event_id from pipeline.inflight
        union all
        select parked.event_id from pipeline.parked
        union all
        select unrouted.event_id from pipeline.unrouted
    ) as waiting
    where $1::bigint[] is null
)
select event.id, event.event_type
from candidates
-- `offset 0` keeps each look-up one by key, whatever the planner thinks of the number of candidates.
cross join lateral (
    select ledger.id, ledger.event_type, ledger.status, ledger.payload, ledger.error_message, ledger.root_id
    from marketing.pipeline_events as ledger
    where ledger.id = candidates.id
    offset 0
) as event
where event.status in ('pending', 'processing')
and ($2::text is null or event.event_type = $2::text)
and ($4::text is null or position(lower($4::text) in lower(event.error_message)) > 0)
and (
    $3::text is null
    or event.payload ->> 'batch_id' = $3::text
    or $3::text = (
        select root.payload ->> 'batch_id'
        from marketing.pipeline_events as root
        where root.id = event.root_id
    )
)
order by event.id
