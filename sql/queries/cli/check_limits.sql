-- cli/check_limits: a check must not stand in the way of writers.
--
-- Locks:  none
set local lock_timeout = '3s'
