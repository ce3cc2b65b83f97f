-- trigger_slot_creation_event: each new slot is an event slots_created.
--
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_slot_creation_event
    after insert on marketing.company_slots
    referencing new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'slots_created',
        'jsonb_build_object(
            ''slot_id'', row.company_slot_unique_id,
            ''company_id'', row.company_unique_id,
            ''slot_type'', row.slot_type,
            ''slot_label'', row.slot_label
        )',
        '',
        'row.company_slot_unique_id'
    );
