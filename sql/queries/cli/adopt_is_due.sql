-- cli/adopt_is_due: whether nothing of what was set aside has been copied yet.
--
-- Returns: is_due boolean.
-- Reads:  originals.adopted
-- Locks:  none
select not exists (select from originals.adopted) as is_due
