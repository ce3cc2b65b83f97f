-- trigger_contact_edit_event: a completed contact whose address is changed is the event contact_enriched again, so it is verified anew.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.contact_enrichment',
    event_type => 'contact_enriched',
    trigger_name => 'trigger_contact_edit_event',
    operations => '{update}',
    columns => '{email}',
    -- The stage that finds contacts completes them in the same statement; that is another trigger's event.
    condition => $$row.enrichment_status = 'completed' and old.enrichment_status = 'completed' and row.email is not null$$,
    payload => $$jsonb_build_object('enrichment_id', row.id, 'slot_id', row.company_slot_unique_id)$$
);
