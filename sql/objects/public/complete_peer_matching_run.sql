-- public.complete_peer_matching_run(): fills in what an order to match leaves open.
--
-- Parameters come from the event's row in event_peer_matching, else from the row for every event, weights from peer_weights_of; the time of
-- the introductions from the agenda; the salt from event and day, so that a run that is repeated decides equal scores alike.
--
-- Returns: the row, completed.
-- Reads:  public.event_peer_matching, public.events, and what peer_weights_of and introduction_moment read
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_peer_matching_run()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_own public.event_peer_matching;
    v_all public.event_peer_matching;
    v_weights record;
    v_moment record;
begin
    select settings.* into v_own from public.event_peer_matching as settings where settings.event_id = new.event_id;
    select settings.* into v_all from public.event_peer_matching as settings where settings.event_id is null;

    new.max_matches := coalesce(new.max_matches, v_own.max_matches, v_all.max_matches, 3);
    new.min_score := coalesce(new.min_score, v_own.min_score, v_all.min_score, 0.6);
    new.min_distance_miles := coalesce(new.min_distance_miles, v_own.min_distance_miles, v_all.min_distance_miles, 100);
    new.min_distance_miles_other_trades :=
        coalesce(new.min_distance_miles_other_trades, v_own.min_distance_miles_other_trades, v_all.min_distance_miles_other_trades);
    if new.weights is null or new.weights_with_titles is null then
        select known.* into v_weights from public.peer_weights_of(new.event_id) as known;
        new.weights := coalesce(new.weights, v_weights.weights);
        new.weights_with_titles := coalesce(new.weights_with_titles, v_weights.weights_with_titles);
    end if;
    new.focus_measure := coalesce(new.focus_measure, v_own.focus_measure, v_all.focus_measure, 'jaccard');
    new.unknown_scale := coalesce(new.unknown_scale, v_own.unknown_scale, v_all.unknown_scale, 0.4);
    new.unknown_industry := coalesce(new.unknown_industry, v_own.unknown_industry, v_all.unknown_industry, 0.3);
    new.second_match := coalesce(new.second_match, v_own.second_match, v_all.second_match, true);
    new.same_industry := coalesce(new.same_industry, v_own.same_industry, v_all.same_industry, false);
    new.same_role_title := coalesce(new.same_role_title, v_own.same_role_title, v_all.same_role_title, false);
    new.exclude_matched := coalesce(new.exclude_matched, v_own.exclude_matched, v_all.exclude_matched, true);
    new.cool_down := coalesce(new.cool_down, v_own.cool_down, v_all.cool_down);
    new.approval := coalesce(new.approval, v_own.approval, v_all.approval, false);

    new.roundtables := coalesce(new.roundtables, v_own.roundtables, v_all.roundtables, false);

    new.day_date := coalesce(
        new.day_date,
        (select (now() at time zone event.timezone)::date from public.events as event where event.id = new.event_id)
    );
    new.salt := coalesce(new.salt, hashtextextended(format('%s %s', new.event_id, new.day_date), 0));

    if new.introduction_time is null then
        select moment.* into v_moment from public.introduction_moment(new.event_id, new.send_immediately, new.force) as moment;
        new.introduction_time := v_moment.scheduled_time;
        new.introductions_expire_at := coalesce(new.introductions_expire_at, v_moment.expires_at);
    end if;

    return new;
end
$$;

comment on function public.complete_peer_matching_run() is
    'Trigger function of event_peer_matching_runs: fills in what an order to match leaves open.';

create or replace trigger complete_peer_matching_run
    before insert on public.event_peer_matching_runs
    for each row
    execute function public.complete_peer_matching_run();
