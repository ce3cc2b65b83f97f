-- cli/import_new_rows: how many of the copied rows an import would insert.
--
-- Returns: rows bigint.
-- Reads:  pg_temp.pgcascade_import, intake.company_raw_intake (by its unique index on import_fingerprint)
-- Locks:  none
select count(distinct line.import_fingerprint) as rows
from pg_temp.pgcascade_import as line
where not exists (
    select from intake.company_raw_intake as company
    where company.import_fingerprint = line.import_fingerprint
)
