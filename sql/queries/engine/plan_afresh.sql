-- engine/plan_afresh: has the statements that follow in this transaction planned for the tables as they are now.
--
-- Returns: nothing.
-- Locks:  none
set local plan_cache_mode = force_custom_plan
