-- cli/status_stuck: what should have moved by now, by remedy.
--
-- Returns: what_to_do, events, longest_seconds.
-- Reads:  marketing.vw_stuck_events
-- Locks:  none
select
    stuck.what_to_do,
    count(*) as events,
    extract(epoch from max(stuck.since))::double precision as longest_seconds
from marketing.vw_stuck_events as stuck
group by stuck.what_to_do
order by count(*) desc
limit 10
