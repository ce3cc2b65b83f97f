-- public.schedule_event_messages(messages): schedules texts that are given as JSON, all with one INSERT.
--
-- Takes what existing callers have: objects with the columns' names. A scheduled_time without a zone is the hour on the wall of the text's
-- event. A text whose id is given and there already is rescheduled with what is given; one that is there already under its dedupe_key is
-- left as it is.
--
-- Arguments: messages: a JSON array of objects, or one object.
-- Returns: the ids of the texts, in the order given; NULL for one that is there already under its dedupe_key.
-- Reads:  public.events
-- Writes: public.event_messages; by its triggers marketing.pipeline_events
-- Locks:  texts that are there already

create or replace function public.schedule_event_messages(messages jsonb)
returns setof bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_messages constant jsonb := case jsonb_typeof(messages) when 'array' then messages else jsonb_build_array(messages) end;
begin
    if exists (select from jsonb_array_elements(v_messages) as given (message) where jsonb_typeof(given.message) <> 'object') then
        raise invalid_parameter_value using
            message = 'A text is a JSON object.',
            hint = 'SELECT public.schedule_event_messages(''[{"event_id": 41, "contractor_id": 56, "message_type": "speaker_alert"}]'');';
    end if;

    return query
    with
    given as materialized (
        select
            element.place,
            element.message ->> 'id' is not null as is_named,
            coalesce((element.message ->> 'id')::bigint, nextval(pg_get_serial_sequence('public.event_messages', 'id'))) as id,
            message.event_id, message.contractor_id, message.message_type, message.message_category,
            coalesce(message.message_content, '') as message_content, message.personalization_data, message.phone,
            message.ghl_contact_id, message.ghl_location_id, coalesce(message.channel, 'sms') as channel, message.from_email,
            message.to_email, message.subject, message.priority, message.expires_at, message.dedupe_key, message.agenda_item_id,
            -- No zone is said: the event's.
            coalesce(
                public.moment_of(element.message ->> 'scheduled_time', coalesce(event.timezone, current_setting('timezone'))), now()
            ) as scheduled_time
        from jsonb_array_elements(v_messages) with ordinality as element (message, place)
        cross join lateral jsonb_populate_record(null::public.event_messages, element.message - 'scheduled_time') as message
        left join public.events as event on event.id = message.event_id
    ),
    scheduled as (
        insert into public.event_messages as message (
            id, event_id, contractor_id, message_type, message_category, scheduled_time, message_content, personalization_data, phone,
            ghl_contact_id, ghl_location_id, channel, from_email, to_email, subject, priority, expires_at, dedupe_key, agenda_item_id
        )
        select
            given.id, given.event_id, given.contractor_id, given.message_type, given.message_category, given.scheduled_time,
            given.message_content, given.personalization_data, given.phone, given.ghl_contact_id, given.ghl_location_id, given.channel,
            given.from_email, given.to_email, given.subject, given.priority, given.expires_at, given.dedupe_key, given.agenda_item_id
        from given
        where not given.is_named
        or not exists (select from public.event_messages as existing where existing.id = given.id)
        order by given.place
        on conflict (dedupe_key) do nothing
        returning message.id
    ),
    rescheduled as (
        update public.event_messages as message
        set status = 'scheduled',
            scheduled_time = given.scheduled_time,
            message_content = given.message_content,
            personalization_data = given.personalization_data
        from given
        where message.id = given.id
        and given.is_named
        returning message.id
    )
    select done.id
    from given
    left join (select scheduled.id from scheduled union all select rescheduled.id from rescheduled) as done on done.id = given.id
    order by given.place;
end
$$;

comment on function public.schedule_event_messages(jsonb) is
    'Schedules texts given as JSON: SELECT schedule_event_messages(''[{"event_id": 41, "contractor_id": 56, "message_type": "speaker_alert", "scheduled_time": "2026-10-17T19:07:00"}]''). Without a zone a time is the event''s.';
