-- cli/import_batch_id: the first batch id of today and this name that nobody has used.
--
-- $1 text: name of the file.
-- Returns: batch_id text, YYYYMMDD-name-n, by the database's date.
-- Reads:  intake.company_raw_intake (by its index on import_batch_id, once for each earlier batch of the day)
-- Locks:  none
with recursive
tried as (
    select to_char(now(), 'YYYYMMDD') || '-' || $1::text as name, 1 as number
    union all
    select tried.name, tried.number + 1
    from tried
    where exists (
        select from intake.company_raw_intake as company
        where company.import_batch_id = tried.name || '-' || tried.number
    )
)
select tried.name || '-' || max(tried.number) as batch_id
from tried
group by tried.name
