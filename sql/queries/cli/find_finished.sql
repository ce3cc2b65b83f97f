-- cli/find_finished: events of one type and import batch, whatever became of them, to run their stage again.
--
-- They are found from the batch's rows through the root of their cascades; the ledger is not searched.
--
-- $1 bigint[]: ids, NULL: any; $2 text: event type; $3 text: import batch; $4 text: part of the error message of the last attempt,
-- NULL: any.
-- Returns: id, event_type; in the order of ids.
-- Reads:  intake.company_raw_intake, marketing.pipeline_events (by id and root)
-- Locks:  none
with
roots as materialized (
    select distinct coalesce(cause.root_id, cause.id) as id
    from intake.company_raw_intake as company
    join marketing.pipeline_events as cause on cause.id = company.caused_by
    where company.import_batch_id = $3::text
)
select event.id, event.event_type
from roots
cross join lateral (
    select ledger.id, ledger.event_type, ledger.status, ledger.error_message
    from marketing.pipeline_events as ledger
    where ledger.root_id = roots.id
    union all
    select ledger.id, ledger.event_type, ledger.status, ledger.error_message
    from marketing.pipeline_events as ledger
    where ledger.id = roots.id
    offset 0
) as event
where event.status in ('processed', 'failed', 'cancelled')
and event.event_type = $2::text
and ($1::bigint[] is null or event.id = any ($1::bigint[]))
and ($4::text is null or position(lower($4::text) in lower(event.error_message)) > 0)
order by event.id
