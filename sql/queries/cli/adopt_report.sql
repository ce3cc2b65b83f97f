-- cli/adopt_report: what was copied and what was not.
--
-- Returns: table_name text, rows_copied bigint, not_adopted bigint, reasons text (NULL: none).
-- Reads:  originals.adopted, originals.not_adopted
-- Locks:  none
select
    adopted.table_name,
    adopted.rows_copied,
    count(misfit.reason) as not_adopted,
    string_agg(distinct misfit.reason, '; ') as reasons
from originals.adopted
left join originals.not_adopted as misfit using (table_name)
group by adopted.table_name, adopted.rows_copied, adopted.adopted_at
order by adopted.adopted_at
