-- pipeline.relay_leftovers(): announces what a daemon left that died while writers relied on it.
--
-- Called by the first writer, or the first heartbeat, after its lease has run out; by a heartbeat also when the clock was set back.
--
-- Returns: nothing.
-- Reads:  nothing
-- Writes: pipeline.quiet; by pipeline.relay pipeline.unannounced
-- Locks:  the row of pipeline.quiet unless somebody else holds it, then the announcements

create or replace function pipeline.relay_leftovers()
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update pipeline.quiet
    set until = '-infinity',
        worker_id = null
    where is_the_only_row in (
        select lapsed.is_the_only_row
        from pipeline.quiet as lapsed
        where lapsed.until < clock_timestamp()
        -- No daemon takes it for so long: it did so before the clock was set back.
        or lapsed.until > clock_timestamp() + interval '2 seconds'
        for update skip locked
    );

    if found then
        perform pipeline.relay(0);
    end if;
end
$$;

comment on function pipeline.relay_leftovers() is 'Announces what a daemon left unannounced that died.';
