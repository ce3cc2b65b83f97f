-- messaging/doubt_wishes: marks received texts that may be refusals: a person decides, and until then nothing goes to their numbers.
--
-- $1 bigint[]: received texts.
-- Writes: public.inbound_messages
-- Locks:  the texts
update public.inbound_messages as message
set status = 'for_a_person',
    wish = 'maybe_stop',
    handled_at = coalesce(message.handled_at, clock_timestamp()),
    handling_note = 'It may ask for an end of all texts; nothing is sent to the number until somebody has decided: SELECT settle_inbound_message(id, ''stop_all'') or (id, ''none'').'
where message.id = any ($1::bigint[])
