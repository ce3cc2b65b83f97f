-- matching/plan_once: has the statements that follow in this transaction planned once in a session, until plan_by_keys or plan_by_sets.
--
-- Those that come first read little, or small tables whole, whatever they are asked; to plan them anew takes as long.
--
-- Returns: nothing.
-- Locks:  none
set local plan_cache_mode = force_generic_plan
