-- public.schedule_all_event_messages(event_id, contractor_id): schedules all that an agenda has for an event, or for one person there.
--
-- It happens by itself at every change; this is for after a clear_event_messages, or to have back what was deleted or cancelled one by one:
-- texts of the agenda that were cancelled, whoever did, are planned again where they still lie ahead. What was sent is not sent again.
--
-- Arguments: event_id; contractor_id, NULL: for everybody.
-- Returns: how many texts are scheduled now, of this event or person.
-- Reads:  public.events, and what agenda_sync reads
-- Writes: public.event_messages, public.agenda_withdrawals, and what agenda_sync writes
-- Locks:  the texts in the order of their ids; then as agenda_sync

create or replace function public.schedule_all_event_messages(event_id bigint, contractor_id bigint default null)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if not exists (select from public.events as event where event.id = schedule_all_event_messages.event_id) then
        raise exception using
            errcode = 'PC001',
            message = format('There is no event %s.', schedule_all_event_messages.event_id),
            hint = 'SELECT id, name FROM events ORDER BY id';
    end if;

    -- They give their keys back: another row may take their place.
    update public.event_messages as message
    set dedupe_key = format('%s:cancelled:%s', message.dedupe_key, message.id)
    from (
        select held.id
        from public.event_messages as held
        where held.event_id = schedule_all_event_messages.event_id
        and (schedule_all_event_messages.contractor_id is null or held.contractor_id = schedule_all_event_messages.contractor_id)
        and held.planned_by = 'agenda'
        and held.status = 'cancelled'
        and held.dedupe_key not like '%:cancelled:%'
        order by held.id
        for no key update of held
    ) as cancelled
    where message.id = cancelled.id;

    delete from public.agenda_withdrawals as withdrawn
    where withdrawn.event_id = schedule_all_event_messages.event_id
    and (schedule_all_event_messages.contractor_id is null or withdrawn.contractor_id = schedule_all_event_messages.contractor_id);

    perform public.agenda_sync(
        schedule_all_event_messages.event_id,
        case when schedule_all_event_messages.contractor_id is not null then array[schedule_all_event_messages.contractor_id] end
    );

    return (
        select count(*)
        from public.event_messages as message
        where message.event_id = schedule_all_event_messages.event_id
        and (schedule_all_event_messages.contractor_id is null or message.contractor_id = schedule_all_event_messages.contractor_id)
        and message.status = 'scheduled'
    );
end
$$;

comment on function public.schedule_all_event_messages(bigint, bigint) is
    'Schedules all texts of an event''s agenda, also what was cleared: SELECT schedule_all_event_messages(41). Returns how many are scheduled.';

revoke execute on function public.schedule_all_event_messages(bigint, bigint) from public;
