-- engine/check_constraints: has constraints that wait for the commit speak now, while it is known whose work they refuse.
--
-- They wait again for what follows; so do from then on those that need not wait. That only makes them speak at the next such check.
--
-- Returns: nothing.
-- Locks:  those of the checks
set constraints all immediate;
set constraints all deferred
