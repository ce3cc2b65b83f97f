-- cli/status_limits: a look must end soon, and not burden a server that is in trouble.
--
-- Locks:  none
set statement_timeout = '5s'
