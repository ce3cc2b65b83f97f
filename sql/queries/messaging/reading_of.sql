-- messaging/reading_of: from when on a provider's list of received texts is to be read.
--
-- Somewhat before the end of the last reading: lists show a text later than it came.
--
-- $1 text: the provider.
-- Columns: since; now: when this reading begins.
-- Reads:  public.inbound_readings
-- Locks:  none
select reading.read_to - interval '15 minutes' as since, clock_timestamp() as now
from public.inbound_readings as reading
where reading.provider = $1::text
