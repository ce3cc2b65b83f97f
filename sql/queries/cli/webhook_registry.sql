-- cli/webhook_registry: what a registry file said beside its entries.
--
-- Returns: document jsonb; no row: none was imported.
-- Reads:  pipeline.webhook_registry
-- Locks:  none
select registry.document
from pipeline.webhook_registry as registry
