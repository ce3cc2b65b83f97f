-- cli/status_rates: each limit, and what it leaves.
--
-- Returns: name, bounds (for people), stages, left_now (NULL: it has a key, or nothing was taken yet), running, held_back.
-- Reads:  marketing.vw_limits
-- Locks:  none
select
    limits.name,
    concat_ws(
        ', ',
        case when limits.rate is not null then format('%s in %s', limits.rate, limits.period) end,
        case when limits.concurrency is not null then format('%s at once', limits.concurrency) end,
        case when limits.key is not null then format('for each %s', limits.key) end
    ) as bounds,
    coalesce(array_to_string(limits.stages, ', '), '') as stages,
    limits.left_now,
    limits.running,
    limits.held_back
from marketing.vw_limits as limits
order by limits.name
