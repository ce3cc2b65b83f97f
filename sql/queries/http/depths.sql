-- http/depths: what waits for each stage.
--
-- Returns: stage text, waiting, running, scheduled, held_back bigint; oldest_seconds double precision (0: nothing waits); paused boolean.
-- Reads:  marketing.vw_queue_depth
-- Locks:  none
select
    depth.stage,
    depth.waiting,
    depth.running,
    depth.scheduled,
    depth.held_back,
    coalesce(extract(epoch from depth.oldest_waits_for), 0)::double precision as oldest_seconds,
    depth.paused
from marketing.vw_queue_depth as depth
