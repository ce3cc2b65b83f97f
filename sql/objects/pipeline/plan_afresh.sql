-- pipeline.plan_afresh(ids): has the statements that follow in this transaction planned for the tables as they are now, and returns its argument.
--
-- As an argument of what claims or works, it comes before that without a statement of its own. The functions that claim pin their own settings.
--
-- Plans made when the tables were empty must not serve them when they are full. Compiling them (jit) costs a hundred milliseconds
-- that a batch never earns back. Whoever waits for a row of ours and holds one that we want is let through: a batch is repeated, a
-- person's statement is not, so the batch gives up well before the server looks for a deadlock (a second by default).
--
-- Arguments: ids, of any meaning.
-- Returns: ids.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.plan_afresh(ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- What they return is of no use.
    v_settings constant text[] := array[
        set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('lock_timeout', '400ms', true)
    ];
begin
    return ids;
end
$$;

comment on function pipeline.plan_afresh(bigint[]) is 'Has what follows in this transaction planned for the tables as they are; returns its argument.';
