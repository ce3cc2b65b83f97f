-- cli/failed_events: failed and cancelled events that a retry asks for.
--
-- Failed events are found through the error log, which names each; a search by id goes by primary key. The ledger is searched only
-- for cancelled events, and only among the newest million.
--
-- $1 bigint[]: ids, or NULL; $2 text: event type, or NULL; $3 text: import batch, or NULL; $4 text: words of the error, or NULL;
-- $5 boolean: cancelled events, too.
-- Returns: id.
-- Reads:  marketing.pipeline_errors, marketing.pipeline_events, intake.company_raw_intake
-- Locks:  none
with
candidates as (
    select event_id as id
    from marketing.pipeline_errors
    where event_id is not null
    and not resolved
    and $1::bigint[] is null
    union
    select unnest($1::bigint[])
    union
    select event.id
    from marketing.pipeline_events as event
    where $5
    and $1::bigint[] is null
    and event.status = 'cancelled'
    and event.id > (select sequence.last_value - 1000000 from marketing.pipeline_events_id_seq as sequence)
)
select event.id
from candidates
join marketing.pipeline_events as event on event.id = candidates.id
left join marketing.pipeline_events as root on root.id = coalesce(event.root_id, event.id)
where (event.status = 'failed' or event.status = 'cancelled' and ($5 or $1::bigint[] is not null))
and ($2::text is null or event.event_type = $2)
and ($3::text is null or root.payload ->> 'batch_id' = $3)
and ($4::text is null or event.error_message ilike '%' || $4 || '%')
order by event.id
