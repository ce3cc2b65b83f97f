-- trigger_number_wish_event, public.note_number_wish(): a number that opts out or in, or cannot be reached any more, is the event
-- agenda_changed for those whose number it is: their texts are planned no longer, or again.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_rows, old_rows (transition tables), public.contractors, public.event_attendees, public.events
-- Writes: marketing.pipeline_events (by pipeline.emit_batch)
-- Locks:  none beyond the inserted rows

create or replace function public.note_number_wish()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_numbers text[];
    v_payloads jsonb[];
begin
    if tg_op = 'INSERT' then
        v_numbers := array(
            select said.phone_number from new_rows as said where said.opted_in is not null or said.undeliverable_at is not null
        );
    else
        v_numbers := array(
            -- The two versions are compared as sets: a join that was planned for one row would read all of one for each row of the other.
            select said.phone_number
            from (
                select now_said.phone_number, now_said.opted_in, now_said.undeliverable_at is null
                from new_rows as now_said
                except
                select former.phone_number, former.opted_in, former.undeliverable_at is null
                from old_rows as former
            ) as said
        );
    end if;
    if cardinality(v_numbers) = 0 then
        return null;
    end if;

    select array_agg(grouped.payload order by grouped.event_id) into v_payloads
    from (
        select
            attendee.event_id,
            jsonb_build_object(
                'event_id', attendee.event_id,
                'contractor_ids', jsonb_agg(distinct attendee.contractor_id),
                'change', lower(tg_op) || ' ' || tg_table_name
            ) as payload
        from (
            select attendee.event_id, attendee.contractor_id
            from public.contractors as contractor
            join public.event_attendees as attendee on attendee.contractor_id = contractor.id
            where contractor.phone = any (v_numbers)
            union
            select attendee.event_id, attendee.contractor_id
            from public.event_attendees as attendee
            where attendee.real_phone = any (v_numbers)
        ) as attendee
        join public.events as event on event.id = attendee.event_id
        where event.end_date >= current_date - 2
        group by attendee.event_id
    ) as grouped;

    if v_payloads is not null then
        perform pipeline.emit_batch('agenda_changed', v_payloads);
    end if;

    return null;
end
$$;

comment on function public.note_number_wish() is
    'Trigger function of sms_subscriptions: texts of an agenda follow what a number wants.';

create or replace trigger trigger_number_wish_event
    after insert on public.sms_subscriptions
    referencing new table as new_rows
    for each statement
    execute function public.note_number_wish();

create or replace trigger trigger_number_wish_update_event
    after update on public.sms_subscriptions
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_number_wish();
