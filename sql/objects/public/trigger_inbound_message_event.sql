-- trigger_inbound_message_event: each received text is the event sms_received; what it says stays in its row.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'public.inbound_messages',
    event_type => 'sms_received',
    trigger_name => 'trigger_inbound_message_event',
    condition => $$row.status = 'received'$$,
    payload => $$jsonb_build_object('record_id', row.id, 'provider', row.provider)$$,
    priority => 1
);
