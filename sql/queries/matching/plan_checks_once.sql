-- matching/plan_checks_once: has what many written rows set off planned once and not for every row, after plan_by_sets.
--
-- A check of a foreign key is a statement, too. Planned anew for each of fifty thousand it takes three times as long.
--
-- Returns: nothing.
-- Locks:  none
set local plan_cache_mode = auto
