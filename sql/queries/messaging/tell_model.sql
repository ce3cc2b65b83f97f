-- messaging/tell_model: received texts that rules did not settle are events for whoever asks a chat model.
--
-- $1 bigint[]: received texts; $2 bigint[]: the events that were claimed for them.
-- Reads:  marketing.pipeline_events
-- Writes: marketing.pipeline_events
-- Locks:  none
insert into marketing.pipeline_events (event_type, payload, priority, parent_id, root_id)
select
    'text_unclear', jsonb_build_object('record_id', given.inbound_id), 2, given.event_id,
    (
        select coalesce(parent.root_id, parent.id)
        from marketing.pipeline_events as parent
        where parent.id = given.event_id
    )
from unnest($1::bigint[], $2::bigint[]) as given (inbound_id, event_id)
order by given.inbound_id
