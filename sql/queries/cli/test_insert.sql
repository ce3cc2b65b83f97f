-- cli/test_insert: a company that must emit an event; the transaction is rolled back.
--
-- Returns: id bigint, of the row; before bigint, the ledger's sequence before the event.
-- Reads:  marketing.pipeline_events_id_seq
-- Writes: intake.company_raw_intake; by its triggers marketing.pipeline_events and the hot tables
-- Locks:  the inserted rows
insert into intake.company_raw_intake (company, website, import_batch_id)
values ('pgcascade deploy test', 'https://deploy-test.example', 'DEPLOY-TEST')
returning
    company_raw_intake.id,
    (select sequence.last_value from marketing.pipeline_events_id_seq as sequence) as before
