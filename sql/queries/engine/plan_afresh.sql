-- engine/plan_afresh: has the statements that follow in this transaction planned for the tables as they are now.
--
-- Plans made when the tables were empty must not serve them when they are full. Compiling them (jit) costs a hundred milliseconds
-- that a batch never earns back. Whoever waits for a row of ours and holds one that we want is let through: a batch is repeated, a
-- person's statement is not, so the batch gives up well before the server looks for a deadlock (a second by default).
--
-- Returns: nothing.
-- Locks:  none
set local plan_cache_mode = force_custom_plan;
set local jit = off;
set local lock_timeout = '400ms'
