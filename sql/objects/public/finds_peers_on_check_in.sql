-- public.finds_peers_on_check_in(event_id): whether who checks in now is to find a peer by that.
--
-- Arguments: event_id.
-- Returns: boolean, never NULL.
-- Reads:  public.event_peer_matching, public.event_peer_matching_runs
-- Writes: nothing
-- Locks:  none

create or replace function public.finds_peers_on_check_in(event_id bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select case coalesce(
        (select own.on_check_in from public.event_peer_matching as own where own.event_id = finds_peers_on_check_in.event_id),
        (select general.on_check_in from public.event_peer_matching as general where general.event_id is null),
        'after_run'
    )
        when 'never' then false
        when 'always' then true
        else exists (
            select from public.event_peer_matching_runs as run
            where run.event_id = finds_peers_on_check_in.event_id
            and run.status = 'done'
            and run.contractor_ids is null
            and not run.dry_run
            -- Yesterday's batch is no reason: today's is to come.
            and run.day_date = (
                select (now() at time zone event.timezone)::date from public.events as event where event.id = run.event_id
            )
        )
    end;
end;

comment on function public.finds_peers_on_check_in(bigint) is 'Whether who checks in now is to find a peer by that.';
