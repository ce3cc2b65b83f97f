-- messaging/obey_wishes: does what received texts ask of the texts themselves, one after the other.
--
-- $1 bigint[]: received texts; $2 text[]: their wishes; $3 bigint[]: the events that were claimed;
-- $4 text: who read them so: keyword or ai; $5 double precision: how sure that is, 0 to 1.
-- Columns: what was done with each.
-- Writes: public.sms_routing_decisions; by public.obey_wish what it writes
-- Locks:  as public.obey_wish
with
done as materialized (
    select given.inbound_id, given.event_id, given.wish, public.obey_wish(given.inbound_id, given.wish, given.event_id, $4::text) as outcome
    from unnest($1::bigint[], $2::text[], $3::bigint[]) as given (inbound_id, wish, event_id)
)
insert into public.sms_routing_decisions (
    inbound_message_id, phone, message_text, received_at, route_to, confidence_score, routing_method, routed_successfully, contractor_id,
    intent, caused_by
)
select
    message.id, message.phone_number, message.body, coalesce(message.received_at, message.stored_at), 'opt_out', round($5::double precision::numeric, 2), $4::text,
    done.outcome <> 'unknown', message.contractor_id, done.wish, done.event_id
from done
join public.inbound_messages as message on message.id = done.inbound_id
