-- messaging/note_reading_problem: a provider's list could not be read.
--
-- $1 text: the provider; $2 text: why, and what to do.
-- Writes: public.inbound_readings
-- Locks:  the reading
update public.inbound_readings as reading
set problem = $2::text
where reading.provider = $1::text
