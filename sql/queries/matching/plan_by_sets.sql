-- matching/plan_by_sets: has the statements that follow in this transaction planned for as many people as there are, after plan_by_keys.
--
-- Returns: nothing.
-- Locks:  none
set local plan_cache_mode = force_custom_plan;
set local enable_seqscan = on;
set local max_parallel_workers_per_gather to default;
set local jit = off
