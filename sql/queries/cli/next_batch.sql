-- cli/next_batch: an import batch id that is not taken: date of the database, name of the file, number.
--
-- $1 text: the file's name without its ending.
-- Returns: batch.
-- Reads:  intake.company_raw_intake
-- Locks:  none
select format('%s-%s-%s', to_char(now(), 'YYYYMMDD'), $1::text, coalesce(max(substring(import_batch_id from '[0-9]{1,9}$')::integer), 0) + 1)
from intake.company_raw_intake
where import_batch_id like format('%s-%s-%%', to_char(now(), 'YYYYMMDD'), replace(replace($1::text, '_', '\_'), '%', '\%'))
and import_batch_id ~ '-[0-9]{1,9}$'
