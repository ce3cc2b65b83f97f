-- trigger_inbound_contact_event: a received text that names its writer by the provider's id only is the event sms_from_contact.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'public.inbound_messages',
    event_type => 'sms_from_contact',
    trigger_name => 'trigger_inbound_contact_event',
    condition => $$row.status = 'received' and row.phone_number is null and row.provider_contact_id is not null$$,
    payload => $$jsonb_build_object('record_id', row.id, 'provider', row.provider)$$,
    priority => 1
);
