-- cli/demo_progress: how far a batch has come, and whether anything is still to be done soon.
--
-- $1 text: the batch.
-- Returns: companies, judged, promoted, slots, found, verified, ready; busy: something waits, runs, or is due within a minute.
-- Reads:  intake.company_raw_intake, marketing.company_slots, marketing.contact_enrichment, marketing.email_verification, pipeline.ready,
--         pipeline.inflight, pipeline.scheduled, pipeline.stages
-- Locks:  none
select
    (select count(*) from intake.company_raw_intake as company where company.import_batch_id = $1) as companies,
    (
        select count(*) from intake.company_raw_intake as company
        where company.import_batch_id = $1 and company.validated is not null
    ) as judged,
    (select count(*) from marketing.company_slots) as slots,
    (select count(*) from marketing.contact_enrichment as contact where contact.enrichment_status = 'completed') as looked_up,
    (
        select count(*) from marketing.email_verification as verification where verification.verification_status <> 'pending'
    ) as verified,
    (select count(*) from marketing.company_slots as slot where slot.is_filled) as ready,
    exists (
        select from pipeline.ready join pipeline.stages as stage on stage.id = ready.stage_id where not stage.paused
    )
    or exists (select from pipeline.inflight)
    or exists (select from pipeline.scheduled where scheduled.run_at < clock_timestamp() + interval '1 minute') as busy
