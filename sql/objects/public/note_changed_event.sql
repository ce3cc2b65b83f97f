-- public.note_changed_event(): who has registered is told, once, when an event is cancelled or moved to another day at short notice.
--
-- Short is event_messaging.notice_within before the doors open (24 hours where it is not said, 0: nobody is told). A notice leaves ten
-- minutes later: an organiser who undoes the change by then undoes the notice, too.
--
-- Returns: nothing (row trigger).
-- Reads:  public.event_messaging, public.event_attendees, and what agenda_days reads
-- Writes: public.event_messages
-- Locks:  notices that are taken back, in the order of their ids

create or replace function public.note_changed_event()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c_grace constant interval := '10 minutes';
    v_was_on constant boolean := old.status = 'scheduled' and old.is_active;
    v_is_on constant boolean := new.status = 'scheduled' and new.is_active;
    v_is_cancelled constant boolean := new.status = 'cancelled' or not new.is_active;
    v_within interval;
    v_opened_at timestamptz;
begin
    if not v_was_on and not v_is_on then
        return null;
    end if;

    -- What was undone, or is superseded.
    update public.event_messages as message
    set status = 'cancelled', skip_reason = 'The event was changed again.', dedupe_key = format('%s:cancelled:%s', held.dedupe_key, held.id)
    from (
        select unsent.id, unsent.dedupe_key
        from public.event_messages as unsent
        where unsent.event_id = new.id
        and unsent.planned_by = 'note_changed_event'
        and unsent.status = 'scheduled'
        order by unsent.id
        for update of unsent
    ) as held
    where message.id = held.id;

    if not v_was_on or not (v_is_cancelled or v_is_on and new.date <> old.date) then
        return null;
    end if;

    select coalesce((select settings.notice_within from public.event_messaging as settings where settings.event_id = new.id), '24 hours')
    into v_within;

    -- As it stood before: days and agenda have moved along by now.
    select min(day.opens_at) - make_interval(days => new.date - old.date) into v_opened_at from public.agenda_days(new.id) as day;

    if v_opened_at not between now() and now() + v_within then
        return null;
    end if;

    insert into public.event_messages (
        event_id, contractor_id, message_type, scheduled_time, personalization_data, planned_by, dedupe_key
    )
    select
        new.id, attendee.contractor_id, 'event_notice', now() + c_grace,
        jsonb_build_object('is_cancelled', v_is_cancelled, 'former_date', to_char(old.date, 'FMDay, FMMonth FMDD')),
        'note_changed_event',
        format('event-notice:%s:%s:%s', new.id, attendee.contractor_id, case when v_is_cancelled then 'cancelled' else new.date::text end)
    from public.event_attendees as attendee
    where attendee.event_id = new.id
    and attendee.registration_status = 'registered'
    and attendee.sms_opt_in
    order by attendee.contractor_id
    on conflict (dedupe_key) do nothing;

    return null;
end
$$;

comment on function public.note_changed_event() is
    'Trigger function of events: who has registered is told when an event is cancelled or moved at short notice.';

create or replace trigger note_changed_event
    after update on public.events
    for each row
    when (old.status <> new.status or old.is_active <> new.is_active or old.date <> new.date)
    execute function public.note_changed_event();
