-- cli/broken_publications: published tables whose writers fail.
--
-- Returns: source text, trigger_name, problem.
-- Reads:  pipeline.publications (through the function)
-- Locks:  none
select broken.source::text as source, broken.trigger_name, broken.problem
from pipeline.broken_publications() as broken
