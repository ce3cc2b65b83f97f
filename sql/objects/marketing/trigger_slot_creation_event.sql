-- trigger_slot_creation_event: each new slot is an event slots_created.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.company_slots',
    event_type => 'slots_created',
    trigger_name => 'trigger_slot_creation_event',
    payload => $$jsonb_build_object(
        'slot_id', row.company_slot_unique_id,
        'company_id', row.company_unique_id,
        'slot_type', row.slot_type,
        'slot_label', row.slot_label
    )$$
);
