-- public.find_peers_on_check_in(event_id, contractor_ids): people have checked in; orders a run for them where the event wants it.
--
-- While a run of everybody is under way it may have looked already, and will be done only after this transaction: then, too, a run is ordered,
-- which waits for the other. If none is, its lock is held here, shared, so that one which begins meanwhile waits and sees these people.
--
-- Arguments: event_id; contractor_ids: who has come.
-- Returns: the number of the run; NULL: none was ordered.
-- Reads:  public.event_peer_matching, public.event_peer_matching_runs, public.events, and what finds_peers_on_check_in reads
-- Writes: public.event_peer_matching_runs, and by its trigger the ledger
-- Locks:  the matching of the event, shared

create or replace function public.find_peers_on_check_in(event_id bigint, contractor_ids bigint[])
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_mode constant text := coalesce(
        (select own.on_check_in from public.event_peer_matching as own where own.event_id = find_peers_on_check_in.event_id),
        (select general.on_check_in from public.event_peer_matching as general where general.event_id is null),
        'after_run'
    );
    v_is_quiet boolean;
    v_was_matched boolean;
    v_run bigint;
begin
    if v_mode = 'never' or cardinality(contractor_ids) is null then
        return null;
    end if;

    v_is_quiet := pg_try_advisory_xact_lock_shared(hashtextextended('public.event_peer_matching', find_peers_on_check_in.event_id));
    -- A statement of its own, after the lock: it sees a run that was done just before.
    v_was_matched := public.finds_peers_on_check_in(find_peers_on_check_in.event_id);

    if not v_was_matched and (
        v_is_quiet
        or not exists (
            select
            from public.event_peer_matching_runs as run
            join public.events as event on event.id = run.event_id
            where run.event_id = find_peers_on_check_in.event_id
            and run.status = 'requested'
            and run.contractor_ids is null
            and not run.dry_run
            and run.day_date = (now() at time zone event.timezone)::date
        )
    ) then
        return null;
    end if;

    insert into public.event_peer_matching_runs (event_id, contractor_ids, origin, send_immediately)
    values (
        find_peers_on_check_in.event_id,
        -- A run for some names a thousand at most; more of them are everybody.
        case when cardinality(contractor_ids) <= 1000 then contractor_ids end,
        'check_in',
        -- Somebody like you has just come: said at once, or when the session is over.
        v_mode = 'always'
    )
    returning id into v_run;

    return v_run;
end
$$;

comment on function public.find_peers_on_check_in(bigint, bigint[]) is
    'People have checked in: orders a run for them where the event wants it.';
