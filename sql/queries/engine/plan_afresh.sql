-- engine/plan_afresh: has the statements that follow in this transaction planned for the tables as they are now.
--
-- Returns: nothing of use.
-- Locks:  none
select pipeline.plan_afresh(null)
