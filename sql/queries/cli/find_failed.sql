-- cli/find_failed: failed events that match; cancelled ones too when they are named by id.
--
-- Without ids they are found through the error log, which names every event that the engine failed, and among the newest
-- 100,000 events, where one that another program failed by a plain UPDATE has no entry. The ledger is not searched.
--
-- $1 bigint[]: ids, NULL: any; $2 text: event type, NULL: any; $3 text: import batch, NULL: any; $4 text: part of the error
-- message, NULL: any.
-- Returns: id, event_type; in the order of ids.
-- Reads:  marketing.pipeline_errors, marketing.pipeline_events (by id)
-- Locks:  none
with
candidates as materialized (
    select named.id
    from unnest($1::bigint[]) as named (id)
    union
    select error.event_id
    from marketing.pipeline_errors as error
    where $1::bigint[] is null
    and error.event_id is not null
    and ($2::text is null or error.event_type = $2::text)
    union
    select newest.id
    from (
        -- By their number, not by a bound: behind one the planner expects a third of the ledger, and has the query compiled.
        select event.id, event.status
        from marketing.pipeline_events as event
        order by event.id desc
        limit 100000
    ) as newest
    where $1::bigint[] is null
    and newest.status = 'failed'
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
where (event.status = 'failed' or event.status = 'cancelled' and $1::bigint[] is not null)
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
