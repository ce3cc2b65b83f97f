-- cli/test_insert: a company that is rolled back again.
--
-- Returns: id.
-- Writes: intake.company_raw_intake
-- Locks:  none
insert into intake.company_raw_intake (company, website, import_batch_id)
values ('Test Company', 'https://test.com', 'DEPLOY-TEST')
returning id
