-- trigger_inbound_message_event: each received text is the event sms_received, once its writer's number was looked up; what it says stays in its row.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'public.inbound_messages',
    event_type => 'sms_received',
    trigger_name => 'trigger_inbound_message_event',
    condition => $$row.status = 'received' and (row.phone_number is not null or row.provider_contact_id is null)$$,
    payload => $$jsonb_build_object('record_id', row.id, 'provider', row.provider)$$,
    priority => 1
);
