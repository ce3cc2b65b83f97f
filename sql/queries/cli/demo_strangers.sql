-- cli/demo_strangers: companies that no demo brought.
--
-- $1 text: the demo's batch.
-- Returns: companies bigint.
-- Reads:  intake.company_raw_intake
-- Locks:  none
select count(*) as companies
from intake.company_raw_intake as company
where company.import_batch_id is distinct from $1::text
