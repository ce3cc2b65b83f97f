-- cli/queues: what waits for each stage.
--
-- Returns: text columns for a table.
-- Reads:  marketing.vw_queue_depth
-- Locks:  none
select
    depth.stage,
    depth.waiting::text,
    depth.running::text,
    depth.scheduled::text,
    coalesce(date_trunc('second', depth.oldest_waits_for)::text, '') as oldest,
    case when depth.paused then 'paused: ' || coalesce(depth.paused_reason, 'by an operator') else '' end as state
from marketing.vw_queue_depth as depth
