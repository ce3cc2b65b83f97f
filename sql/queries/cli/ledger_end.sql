-- cli/ledger_end: the last id that the ledger has given away.
--
-- Returns: id bigint.
-- Reads:  marketing.pipeline_events_id_seq
-- Locks:  none
select sequence.last_value as id
from marketing.pipeline_events_id_seq as sequence
