-- public.move_introductions(): when lunch or a break is moved, unsent introductions go with it.
--
-- The introductions of a match are due at the time of its slot; a run keeps the moment that its first slot had. When the agenda says
-- another moment for that day now, the texts that are still unsent are moved by as much.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows, new_rows (transition tables), public.event_peer_matching_runs, and what agenda_plan reads
-- Writes: public.event_peer_matching_runs, public.event_peer_matches, public.event_messages
-- Locks:  runs, matches, texts, each in the order of their ids

create or replace function public.move_introductions()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run record;
begin
    for v_run in
        with
        moved as (
            select distinct changed.event_id
            from (
                select now_there.id, now_there.event_id, now_there.start_time, now_there.end_time, now_there.status
                from new_rows as now_there
                where now_there.item_type in ('lunch', 'break', 'networking')
                except
                select before.id, before.event_id, before.start_time, before.end_time, before.status
                from old_rows as before
            ) as changed
        ),
        runs as materialized (
            select run.id, run.event_id, run.day_date, run.introduction_time, run.introductions_expire_at
            from moved
            join public.event_peer_matching_runs as run on run.event_id = moved.event_id
            where run.status = 'done'
            -- The agenda's own, and those of people who came late or were asked for, at the same moment.
            and (
                run.origin = 'agenda'
                or not run.send_immediately
                and exists (
                    select from public.event_peer_matching_runs as planned
                    where planned.event_id = run.event_id
                    and planned.day_date = run.day_date
                    and planned.origin = 'agenda'
                    and planned.introduction_time = run.introduction_time
                )
            )
            and (
                -- Nobody may have been there yet; those who come late are measured by it.
                run.origin = 'agenda' and run.introduction_time > now()
                or exists (
                    select from public.event_peer_matches as match
                    where match.run_id = run.id
                    and match.status in ('draft', 'proposed')
                    and match.introduction_sent_time is null
                )
            )
        )
        select runs.id, runs.introduction_time as was, plan.scheduled_time as becomes, plan.expires_at
        from runs
        cross join lateral public.agenda_plan(runs.event_id) as plan
        where (plan.rule).name = 'peer_match_introduction'
        and plan.day_date = runs.day_date
        and plan.scheduled_time <> runs.introduction_time
        and plan.expires_at > now()
        order by runs.id
    loop
        update public.event_peer_matching_runs as run
        set introduction_time = v_run.becomes, introductions_expire_at = v_run.expires_at
        where run.id = v_run.id;

        update public.event_messages as message
        set scheduled_time = greatest(slot.scheduled_time, now()),
            expires_at = coalesce(slot.expires_at, message.expires_at + (slot.scheduled_time - message.scheduled_time))
        from public.event_peer_matches as match
        join public.event_peer_matching_runs as run on run.id = match.run_id
        cross join lateral public.introduction_slots(run.event_id, run.introduction_time, run.introductions_expire_at) as slot
        where match.run_id = v_run.id
        and slot.slot = match.slot
        and match.status in ('draft', 'proposed')
        and message.dedupe_key in (
            format('peer-match-%s-%s', match.id, match.contractor1_id), format('peer-match-%s-%s', match.id, match.contractor2_id)
        )
        and message.status in ('draft', 'scheduled')
        and message.scheduled_time <> greatest(slot.scheduled_time, now());

        update public.event_peer_matches as match
        set introduction_time = slot.scheduled_time
        from public.event_peer_matching_runs as run
        cross join lateral public.introduction_slots(run.event_id, run.introduction_time, run.introductions_expire_at) as slot
        where match.run_id = v_run.id
        and run.id = v_run.id
        and slot.slot = match.slot
        and match.status in ('draft', 'proposed');
    end loop;

    return null;
end
$$;

comment on function public.move_introductions() is
    'Trigger function of event_agenda_items: when lunch is moved, unsent introductions go with it.';

create or replace trigger move_introductions
    after update on public.event_agenda_items
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.move_introductions();
