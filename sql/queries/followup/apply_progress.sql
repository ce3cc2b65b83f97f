-- followup/apply_progress: what somebody says about an action item.
--
-- $1 bigint: the decision; $2 text: done, not_yet, started, defer or drop; $3 integer[]: numbers of items, empty: the one that was asked
-- about; $4 timestamptz: when to ask again, NULL: in a week.
-- Columns: items: how many items it was said of.
-- Writes: by public.apply_progress what it writes
-- Locks:  as public.apply_progress
select public.apply_progress($1::bigint, $2::text, $3::integer[], $4::timestamptz) as items
