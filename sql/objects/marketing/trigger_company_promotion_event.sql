-- trigger_company_promotion_event: a new master row is the event company_promoted.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.company_master',
    event_type => 'company_promoted',
    trigger_name => 'trigger_company_promotion_event',
    payload => $$jsonb_build_object(
        'company_unique_id', row.company_unique_id,
        'company_name', row.company_name,
        'website_url', row.website_url,
        'batch_id', row.import_batch_id
    )$$
);
