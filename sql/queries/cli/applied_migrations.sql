-- cli/applied_migrations: the migrations that this database has had.
--
-- Returns: version bigint; name text, like the file without its ending; checksum text, of the file as it was applied. Fails with 42P01 where nobody deployed.
-- Reads:  public.refinery_schema_history
-- Locks:  none
select
    history.version::bigint as version,
    format('V%s__%s', history.version, history.name) as name,
    history.checksum::text as checksum
from public.refinery_schema_history as history
order by history.version
