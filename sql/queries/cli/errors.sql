-- cli/errors: entries of the error log, newest first.
--
-- $1 boolean: settled ones, too; $2 bigint: at most so many.
-- Returns: id, at (text, session's time zone), age_seconds, severity, event_id, event_type, event_status (NULL: no event),
--          record_id, error_message, resolved, resolved_by, resolution_notes, total (how many there are in all).
-- Reads:  marketing.pipeline_errors, marketing.pipeline_events (by id)
-- Locks:  none
with
newest as materialized (
    select error.*, count(*) over () as total
    from marketing.pipeline_errors as error
    where $1::boolean or not error.resolved
    order by error.created_at desc, error.id desc
    limit $2::bigint
)
select
    newest.id,
    to_char(newest.created_at, 'YYYY-MM-DD HH24:MI:SS TZ') as at,
    extract(epoch from clock_timestamp() - newest.created_at)::double precision as age_seconds,
    newest.severity,
    newest.event_id,
    newest.event_type,
    (select event.status from marketing.pipeline_events as event where event.id = newest.event_id) as event_status,
    newest.record_id,
    newest.error_message,
    newest.resolved,
    newest.resolved_by,
    newest.resolution_notes,
    newest.total
from newest
order by newest.created_at desc, newest.id desc
