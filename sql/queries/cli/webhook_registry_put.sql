-- cli/webhook_registry_put: keeps what a registry file says beside its entries.
--
-- $1 jsonb: the file without its entries.
-- Writes: pipeline.webhook_registry
-- Locks:  the row
insert into pipeline.webhook_registry (document)
values ($1)
on conflict (only_row) do update
set document = excluded.document,
    imported_at = clock_timestamp()
