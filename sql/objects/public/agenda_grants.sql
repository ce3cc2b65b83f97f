-- agenda_grants: what readers and operators may do with live events.
--
-- pgcascade_reader sees them; pgcascade_operator also writes them and lays agendas out. Where the roles could not be made, the owner does
-- everything.
--
-- Reads:  pg_roles
-- Writes: nothing
-- Locks:  none

-- It writes with its owner's rights.
revoke execute on function public.agenda_sync(bigint, bigint[], timestamptz) from public;

do $$
begin
    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_reader') then
        grant select on
            public.events, public.event_days, public.contractors, public.event_attendees, public.event_speakers, public.event_sponsors,
            public.event_agenda_items, public.event_session_speakers, public.event_timeline, public.agenda_rules, public.agenda_timers,
            public.agenda_plans, public.agenda_withdrawals, public.agenda_removals
            to pgcascade_reader;
    end if;

    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgcascade_operator') then
        grant select on public.agenda_timers, public.agenda_plans, public.agenda_withdrawals, public.agenda_removals to pgcascade_operator;
        grant delete on public.agenda_withdrawals, public.agenda_removals to pgcascade_operator;
        grant select, insert, update, delete on
            public.events, public.event_days, public.contractors, public.event_attendees, public.event_speakers, public.event_sponsors,
            public.event_agenda_items, public.event_session_speakers, public.event_timeline, public.agenda_rules
            to pgcascade_operator;
        grant execute on function public.agenda_sync(bigint, bigint[], timestamptz) to pgcascade_operator;
    end if;
end
$$;
