-- db/yield_to_writers: from here on the session gives up a lock that it does not get soon, before the server looks for deadlocks.
--
-- So of a deploy and a writer that wait for each other, it is the deploy that tries again.
--
-- Returns: nothing.
-- Reads:  nothing
-- Locks:  none
set lock_timeout = '500ms'
