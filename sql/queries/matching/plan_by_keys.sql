-- matching/plan_by_keys: has the statements that follow in this transaction read what they need by its keys, and planned once in a session.
--
-- For a few people no table is read as a whole, whatever its statistics say, and to plan the same anew for each of the statements that
-- write a match takes longer than to run them; nor is so little shared out to other processes. Where no key helps, a plan seems dear
-- enough to be compiled (jit), which it is not.
--
-- Returns: nothing.
-- Locks:  none
set local plan_cache_mode = force_generic_plan;
set local enable_seqscan = off;
set local max_parallel_workers_per_gather = 0;
set local jit = off
